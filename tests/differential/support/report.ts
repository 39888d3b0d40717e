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
  const smallest = await shrink(start, async (single) => (await find(single))?.kind === difference.kind);
  const last = (await find(smallest)) ?? difference;
  throw new Error(
    [
      `${last.kind} differ, with PORTCULLIS_SEED=${seed}`,
      `left:  ${show(last.left)}`,
      `right: ${show(last.right)}`,
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
