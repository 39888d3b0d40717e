/** Decides line by line, by the reference: the same questions and answers as `tests/native/decide_lines.rs` with digests. */
import { createInterface } from "node:readline";
import { type Catalogue, type Policy, referenceDecide, requestDigest } from "./index.js";

interface Question {
  policies: Policy[];
  catalogue: Catalogue | null;
  requests: unknown[];
  grants: unknown[];
}

function answer({ policies, catalogue, requests, grants }: Question): object {
  const about = catalogue === null ? {} : { catalogue };
  return {
    decisions: requests.map((request, index) =>
      referenceDecide(policies, request, { ...about, grants: grants[index] }),
    ),
    digests: requests.map((request) => requestDigest(request, about.catalogue)),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as Question))}\n`);
}
