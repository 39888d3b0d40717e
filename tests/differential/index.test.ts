// index ≡ full scan: the reference scans, the engine looks up, natively and under Node.
import { afterAll, beforeAll, test } from "vitest";
import { Random } from "../reference/index.js";
import { compareWithNative, compareWithReference } from "./support/compare.js";
import { generateIndexed } from "./support/indexed.js";
import { Native } from "./support/native.js";
import { fail } from "./support/report.js";
import { seed, share, timeout } from "./support/run.js";

let native: Native;

beforeAll(async () => {
  native = await Native.start();
}, 600_000);

afterAll(() => native?.stop());

test(
  "index ≡ full scan",
  async () => {
    const random = new Random(seed + 4);
    for (let done = 0; done < share(0.2); ) {
      const question = generateIndexed(random);
      const byNative = compareWithNative(question, native);
      const byReference = compareWithReference(question);
      if (byReference) await fail(question, byReference, async (smaller) => compareWithReference(smaller));
      const difference = await byNative;
      if (difference) await fail(question, difference, (smaller) => compareWithNative(smaller, native));
      done += question.requests.length;
    }
  },
  timeout,
);
