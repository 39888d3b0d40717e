/** A difference, shrunk and told so that it can become a vector. */
import type { Policy } from "../../reference/index.js";
import type { Difference, Question } from "./compare.js";
import { seed } from "./run.js";
import { shrink } from "./shrink.js";

interface Single {
  policies: Policy[];
  request: unknown;
  grants: unknown[] | undefined;
}

export type Compare = (question: Question) => Promise<Difference | undefined>;

/** Fails with the smallest case that still differs in the same way. */
export async function fail(question: Question, difference: Difference, compare: Compare): Promise<never> {
  const find = async ({ policies, request, grants }: Single): Promise<Difference | undefined> => {
    try {
      return await compare({ policies, requests: [request], grants: [grants] });
    } catch (error) {
      // The reference expects policies that are whole.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  };
  const start: Single = {
    policies: question.policies,
    request: question.requests[difference.index],
    grants: question.grants[difference.index],
  };
  if ((await find(start))?.kind !== difference.kind) return failAsSequence(question, difference, compare);
  const smallest = await shrink(start, async (single) => (await find(single))?.kind === difference.kind);
  const last = (await find(smallest)) ?? difference;
  throw new Error(
    [
      `${last.kind} differ, with PORTCULLIS_SEED=${seed}`,
      `left:  ${show(last.left)}`,
      `right: ${show(last.right)}`,
      `last failure of the engine: ${String(last.lastFailure ?? "none")}`,
      show({
        description: "",
        policies: smallest.policies,
        request: smallest.request,
        grants: smallest.grants,
        expect: {},
      }),
    ].join("\n"),
  );
}

/** Fails with the shortest sequence of requests that still differs: what came before a request matters to it. */
async function failAsSequence(question: Question, difference: Difference, compare: Compare): Promise<never> {
  const upTo = difference.index + 1;
  const start: Sequence = {
    policies: question.policies,
    asked: question.requests.slice(0, upTo).map((request, index) => ({ request, grants: question.grants[index] })),
  };
  const find = async ({ policies, asked }: Sequence): Promise<Difference | undefined> => {
    try {
      const [requests, grants] = [asked.map(({ request }) => request), asked.map((one) => one.grants)];
      return await compare({ policies, requests, grants });
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  };
  const again = await find(start);
  const smallest =
    again?.kind === difference.kind
      ? await shrink(start, async (sequence) => (await find(sequence))?.kind === difference.kind)
      : start;
  const last = (await find(smallest)) ?? difference;
  throw new Error(
    [
      `${last.kind} differ, with PORTCULLIS_SEED=${seed}, and only after the requests before`,
      again === undefined ? "asked again, the same requests do not differ" : "",
      `left:  ${show(last.left)}`,
      `right: ${show(last.right)}`,
      `last failure of the engine: ${String(last.lastFailure ?? difference.lastFailure ?? "none")}`,
      show(smallest),
    ].join("\n"),
  );
}

interface Sequence {
  policies: Policy[];
  asked: { request: unknown; grants: unknown[] | undefined }[];
}

/** JSON, with words for what JSON can't say and for what is too long to read. */
function show(value: unknown): string {
  try {
    return JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === "bigint" || typeof part === "symbol") return String(part);
      return typeof part === "string" && part.length > 2000 ? shortened(part) : part;
    });
  } catch (error) {
    return `a value that JSON can't say (${String(error)})`;
  }
}

/** As vectors write it, where a few characters are repeated. */
function shortened(text: string): unknown {
  const unit = /^(.{1,8}?)\1*$/su.exec(text)?.[1];
  if (unit !== undefined) return { $repeat: [unit, text.length / unit.length] };
  return `${text.slice(0, 20)}… (${Buffer.byteLength(text)} bytes)`;
}
