// Bodies: JSON, in UTF-8, of a bounded size.
import { isUtf8 } from "node:buffer";
import type { Call } from "./call.js";
import { Problem } from "./problem.js";

export interface Body {
  readonly text: string;
  readonly value: unknown;
}

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
/** Levels that arrays and objects may be within one another: no request or policy needs more. */
const DEEPEST = 100;

/**
 * At once where the body is there: a promise for each call would cost as much as reading it.
 * @throws Problem 400, 413, 415.
 */
export function readBody(call: Call, most: number): Body | Promise<Body> {
  const type = call.header("content-type") ?? "";
  if (type !== "application/json" && !JSON_TYPE.test(type)) {
    throw new Problem({
      code: "unsupported_media_type",
      detail: "the body is not said to be JSON",
      remedy: "Send `Content-Type: application/json`.",
    });
  }
  if (call.header("content-encoding") !== undefined) {
    throw new Problem({
      code: "unsupported_media_type",
      detail: "the body is encoded",
      remedy: "Send it without `Content-Encoding`.",
    });
  }
  const bytes = call.body(most);
  return bytes instanceof Promise ? bytes.then((all) => parsed(all, most)) : parsed(bytes, most);
}

function parsed(bytes: Uint8Array | undefined, most: number): Body {
  if (bytes === undefined) {
    throw new Problem(
      {
        code: "body_too_large",
        detail: `the body has more than ${most} bytes`,
        remedy: "Send less at once.",
      },
      // What is left of it is not read.
      { connection: "close" },
    );
  }
  if (!isUtf8(bytes)) throw malformed("the body is no UTF-8");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("the body is no JSON");
  }
  if (text.length > DEEPEST && deeperThan(text, DEEPEST)) {
    throw malformed(`the body is nested more than ${DEEPEST} levels deep`);
  }
  return { text, value };
}

function malformed(detail: string): Problem {
  return new Problem({ code: "malformed_json", detail, remedy: "Send one JSON value in UTF-8." });
}

/** Whether there are more of a bracket than that. */
function moreThan(text: string, bracket: string, most: number): boolean {
  let count = 0;
  for (let at = text.indexOf(bracket); at >= 0 && count <= most; at = text.indexOf(bracket, at + 1)) count++;
  return count > most;
}

/** Of text that is JSON. Cheap where it can't be: few brackets in all. */
function deeperThan(text: string, most: number): boolean {
  if (!moreThan(text, "{", most / 2) && !moreThan(text, "[", most / 2)) return false;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === BACKSLASH) i++;
      else if (c === QUOTE) quoted = false;
    } else if (c === QUOTE) quoted = true;
    else if (c === BRACKET || c === BRACE) {
      if (++depth > most) return true;
    } else if (c === BRACKET + 2 || c === BRACE + 2) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
