// The engine, natively and under Node, against the reference: random policies with requests that fit them. In Chromium too,
// where `PORTCULLIS_CHROMIUM=1` asks for it.
import { setImmediate } from "node:timers/promises";
import { PolicyEngine } from "portcullis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Coverage, generateCase, generateHostile, Random } from "../reference/index.js";
import { answerOf } from "./support/answer.js";
import { type Ask, withChromium } from "./support/chromium.js";
import { compareWithNative, compareWithReference, type Question } from "./support/compare.js";
import { Native } from "./support/native.js";
import { fail } from "./support/report.js";
import { pairs, say, seed, share, timeout } from "./support/run.js";

let native: Native;

beforeAll(async () => {
  say(`PORTCULLIS_SEED=${seed} PORTCULLIS_PAIRS=${pairs}`);
  native = await Native.start();
}, 600_000);

afterAll(() => native?.stop());

test(
  "native ≡ Node ≡ reference: decisions and request digests",
  async () => {
    const random = new Random(seed);
    const coverage = new Coverage();
    for (let done = 0; done < pairs; ) {
      const question: Question = generateCase(random);
      // The native engine works on its answer meanwhile.
      const byNative = compareWithNative(question, native);
      const byReference = compareWithReference(question, coverage);
      if (byReference) await fail(question, byReference, async (smaller) => compareWithReference(smaller));
      const difference = await byNative;
      if (difference) await fail(question, difference, (smaller) => compareWithNative(smaller, native));
      done += question.requests.length;
    }
    say(coverage.table());
    expect(coverage.missing()).toEqual([]);
  },
  timeout,
);

test(
  "Node ≡ reference: values that only JavaScript has",
  async () => {
    const random = new Random(seed + 1);
    for (let done = 0; done < share(0.5); ) {
      const question: Question = generateHostile(random);
      const difference = compareWithReference(question);
      if (difference) await fail(question, difference, async (smaller) => compareWithReference(smaller));
      done += question.requests.length;
    }
  },
  timeout,
);

/** Questions that a page is sent at once. */
const BATCH = 50;
/** Pairs after which another browser goes on: one that is sent texts by a debugger keeps them. */
const ONE_BROWSER = 20_000;

/** Between two questions others get their turn, so that the page works at the same time. */
async function answersOf(questions: readonly Question[]): Promise<string[]> {
  const answers: string[] = [];
  for (const question of questions) {
    await setImmediate();
    answers.push(answerOf(PolicyEngine, question));
  }
  return answers;
}

/** Asks both until that many pairs are decided; says how many those were. */
async function compareWithPage(ask: Ask, random: Random, wanted: number): Promise<number> {
  let done = 0;
  while (done < wanted) {
    // A page is sent JSON, so Node is given what has been JSON too.
    const batch = Array.from({ length: BATCH }, () => JSON.parse(JSON.stringify(generateCase(random))) as Question);
    const [here, there] = await Promise.all([answersOf(batch), ask(batch)]);
    expect(there).toHaveLength(BATCH);
    for (const [index, question] of batch.entries()) {
      if (there[index] !== here[index]) {
        throw new Error(
          `Node and Chromium differ, with PORTCULLIS_SEED=${seed}\nleft:  ${here[index]}\nright: ${there[index]}\n${JSON.stringify(question)}`,
        );
      }
      done += question.requests.length;
    }
  }
  return done;
}

if (process.env["PORTCULLIS_CHROMIUM"] === "1") {
  // The first test holds Node to the others with the same cases.
  test(
    "Chromium ≡ Node: decisions and request digests",
    async () => {
      const random = new Random(seed);
      for (let done = 0; done < pairs; ) {
        await withChromium(async (ask) => {
          done += await compareWithPage(ask, random, Math.min(ONE_BROWSER, pairs - done));
        });
        say(`${done} pairs decided alike in Node and Chromium`);
      }
    },
    timeout,
  );
}
