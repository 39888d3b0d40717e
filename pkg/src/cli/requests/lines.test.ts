import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BadLine, LONGEST_LINE, readLines } from "./lines.js";

async function linesOf(chunks: readonly Buffer[]): Promise<(string | BadLine)[]> {
  async function* stream() {
    yield* chunks;
  }
  const all: (string | BadLine)[] = [];
  for await (const { first, lines } of readLines(stream())) {
    expect(first).toBe(all.length + 1);
    all.push(...lines);
  }
  return all;
}

/** Bytes in pieces of the given sizes, again and again. */
function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    out.push(bytes.subarray(at, at + size));
    at += size;
  }
  return out;
}

const NO_UTF8 = { problem: "it is no UTF-8" };

describe("lines", () => {
  it("are the same, however the bytes come", async () => {
    const line = fc.oneof(
      fc.constantFrom("", "a", "ä€𝄞", "{}", "\r").map((text) => Buffer.from(text)),
      fc.constantFrom(Buffer.from([0xff]), Buffer.from([0x61, 0xc3]), Buffer.from([0xed, 0xa0, 0x80])),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        sizes,
        fc.boolean(),
        async (lines, sizes, ends) => {
          const bytes = Buffer.concat(lines.flatMap((bytes, i) => (i === 0 ? [bytes] : [Buffer.from("\n"), bytes])));
          const expected = lines.map((bytes) => {
            const text = bytes.toString("utf8");
            return Buffer.from(text).equals(bytes) ? text : NO_UTF8;
          });
          if (!ends && expected.at(-1) === "") expected.pop();
          const whole = ends ? Buffer.concat([bytes, Buffer.from("\n")]) : bytes;
          expect(await linesOf(pieces(whole, sizes))).toEqual(expected);
        },
      ),
    );
  });

  it("lose a byte order mark at the start, and only there", async () => {
    expect(await linesOf([Buffer.from("\uFEFFa\n\uFEFFb")])).toEqual(["a", "\uFEFFb"]);
  });

  it("that are as long as they may be are kept, and longer ones are not", async () => {
    const longest = Buffer.alloc(LONGEST_LINE, 0x61);
    const [kept, dropped, next] = await linesOf([longest, Buffer.from("\n"), longest, Buffer.from("a\nb")]);
    expect(kept).toHaveLength(LONGEST_LINE);
    expect(dropped).toEqual({ problem: `it is longer than ${LONGEST_LINE} bytes` });
    expect(next).toBe("b");
  });

  it("that come in one piece are held to the same length", async () => {
    const [line] = await linesOf([Buffer.concat([Buffer.alloc(LONGEST_LINE + 1, 0x61), Buffer.from("\n")])]);
    expect(line).toEqual({ problem: `it is longer than ${LONGEST_LINE} bytes` });
  });
});
