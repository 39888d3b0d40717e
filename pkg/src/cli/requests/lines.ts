// Lines of a stream, many at a time and in constant memory.
import { isAscii, isUtf8 } from "node:buffer";

/** Bytes of a line. A longer one is not kept. */
export const LONGEST_LINE = 16 * 1024 * 1024;

const NEWLINE = 0x0a;
const BOM = "\uFEFF";

/** Why a line is no text. */
export type BadLine = { readonly problem: string };

/** Lines that follow one another. */
export interface Batch {
  /** The number of the first one, from 1. */
  readonly first: number;
  readonly lines: readonly (string | BadLine)[];
}

const NO_UTF8: BadLine = { problem: "it is no UTF-8" };
const TOO_LONG: BadLine = { problem: `it is longer than ${LONGEST_LINE} bytes` };

/** The lines of a stream of bytes, as they come. The last one need not end in a newline. */
export async function* readLines(stream: AsyncIterable<unknown>): AsyncGenerator<Batch, void, void> {
  const pending = new Pending();
  let next = 1;
  for await (const piece of stream) {
    const chunk = piece as Buffer;
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      pending.push(chunk);
      continue;
    }
    const lines: (string | BadLine)[] = [];
    let from = 0;
    if (!pending.empty) {
      from = chunk.indexOf(NEWLINE) + 1;
      pending.push(chunk.subarray(0, from - 1));
      lines.push(pending.take());
    }
    if (from <= end) splitInto(lines, chunk.subarray(from, end));
    pending.push(chunk.subarray(end + 1));
    if (next === 1) dropBom(lines);
    yield { first: next, lines };
    next += lines.length;
  }
  if (pending.empty) return;
  const lines = [pending.take()];
  if (next === 1) dropBom(lines);
  yield { first: next, lines };
}

/** The beginning of a line whose end has not come yet. */
class Pending {
  #pieces: Buffer[] = [];
  #length = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  push(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > LONGEST_LINE) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  take(): string | BadLine {
    const line = this.#length > LONGEST_LINE ? TOO_LONG : textOf(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}

function textOf(bytes: Buffer): string | BadLine {
  if (bytes.length > LONGEST_LINE) return TOO_LONG;
  // Most requests are ASCII, which is copied and not decoded.
  if (isAscii(bytes)) return bytes.toString("latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : NO_UTF8;
}

/** Adds the lines of bytes that hold whole ones; only where they are no UTF-8 is each looked at alone. */
function splitInto(lines: (string | BadLine)[], bytes: Buffer): void {
  // A piece that is longer than a line may be is read line by line.
  const text = textOf(bytes);
  if (typeof text === "string") {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      lines.push(text.slice(from, end));
      from = end + 1;
    }
    lines.push(text.slice(from));
    return;
  }
  let from = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
    lines.push(textOf(bytes.subarray(from, end)));
    from = end + 1;
  }
  lines.push(textOf(bytes.subarray(from)));
}

function dropBom(lines: (string | BadLine)[]): void {
  const [first] = lines;
  if (typeof first === "string" && first.startsWith(BOM)) lines[0] = first.slice(1);
}
