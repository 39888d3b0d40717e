// A request is decided alike however it is read: at once, as ordinary requests are, or by way of the stage; whatever was
// decided before, whatever its getters do meanwhile, and though the core's memory may grow at any call.
import { isDeepStrictEqual } from "node:util";
import type { Decision, Policy as Row } from "portcullis";
import { expect, test } from "vitest";
import { generateCase, type Policy, Random } from "../reference/index.js";
import { growth } from "./support/growth.js";
import { decide } from "./support/node.js";
import { say, seed, share, timeout } from "./support/run.js";
import { generateShape, generateShaped } from "./support/shapes.js";

const { PolicyEngine } = await import("portcullis");
type Engine = InstanceType<typeof PolicyEngine>;
type Members = { [key: string]: unknown };

/** The same request, which only the stage reads: it has no prototype, which is plain and not ordinary. */
function stageable(request: object): object {
  const copy = Object.create(null) as object;
  for (const [key, value] of Object.entries(request)) defined(copy, key, { value });
  return copy;
}

function defined<T extends object>(on: T, key: string, descriptor: PropertyDescriptor): T {
  return Object.defineProperty(on, key, { enumerable: true, configurable: true, ...descriptor });
}

/** The same request; where a member is read of it, or of one of its objects, something else happens first. */
function interrupted(request: Members, happens: () => void, random: Random): object {
  const copy = { ...request };
  const [name, inner] = random.pick(Object.entries(request));
  const isPlain = typeof inner === "object" && inner !== null && Object.getPrototypeOf(inner) === Object.prototype;
  if (!isPlain || Object.keys(inner).length === 0) return interruptedAt(copy, name, happens);
  const [deep, value] = random.pick(Object.entries(inner));
  const part = { ...inner };
  if (Array.isArray(value) && value.length > 0)
    defined(part, deep, { value: interruptedAt(Array.from(value as unknown[]), "0", happens) });
  else interruptedAt(part, deep, happens);
  return defined(copy, name, { value: part });
}

function interruptedAt<T extends object>(on: T, key: string, happens: () => void): T {
  const value = (on as Members)[key];
  const get = () => {
    happens();
    return value;
  };
  return Object.hasOwn(on, key) ? defined(on, key, { get }) : on;
}

/** Whether the quick way took a request: the stage would have read its time once more. */
function tookDirectly(engine: Engine, request: Members): boolean {
  let reads = 0;
  const { now } = request;
  const get = () => {
    reads++;
    return now;
  };
  engine.decide(defined({ ...request }, "now", { get }) as never);
  return reads === 1;
}

class Trial {
  readonly #random: Random;
  readonly #policies: readonly Policy[];
  readonly #requests: Members[];
  readonly #expected: Decision[];
  readonly #engine: Engine;
  readonly #other: Engine;

  constructor(policies: readonly Policy[], requests: Members[], random: Random) {
    this.#random = random;
    this.#policies = policies;
    this.#requests = requests;
    // An engine of its own, which has never read a request at once.
    this.#other = load(policies);
    this.#expected = requests.map((request) => decide(this.#other, stageable(request)));
    this.#engine = load(policies);
  }

  /** Decides the requests in random order, each in a random form. Answers how many were taken at once. */
  run(rounds: number): number {
    try {
      for (let n = 0; n < rounds; n++) this.#ask(this.#random.below(this.#requests.length));
      return this.#requests.filter((request) => tookDirectly(this.#engine, request)).length;
    } finally {
      this.#engine.close();
      this.#other.close();
    }
  }

  #ask(index: number): void {
    const request = this.#requests[index] as Members;
    const form = this.#random.weighted([
      [6, "ordinary"],
      [2, "staged"],
      [2, "interrupted"],
    ] as const);
    growth.happens = this.#random.chance(0.05);
    if (form === "ordinary") this.#compare(index, decide(this.#engine, request), form);
    else if (form === "staged") this.#compare(index, decide(this.#engine, stageable(request)), form);
    else {
      const asked = interrupted(request, () => this.#interrupt(), this.#random);
      this.#compare(index, decide(this.#engine, asked), form);
    }
    growth.happens = false;
  }

  /** What a getter of a request does. */
  #interrupt(): void {
    const random = this.#random;
    const index = random.below(this.#requests.length);
    const request = this.#requests[index] as Members;
    random.pick([
      () => this.#compare(index, decide(this.#engine, request), "nested"),
      () =>
        this.#compare(
          index,
          decide(
            this.#engine,
            interrupted(request, () => this.#again(index), random),
          ),
          "nested",
        ),
      () => this.#compare(index, decide(this.#other, request), "of another engine"),
      () => this.#explain(request),
      () => expect(() => this.#engine.replace(this.#policies[0] as unknown as Row)).toThrow(/can't change/),
      () => load(this.#policies).close(),
    ])();
  }

  #again(index: number): void {
    this.#compare(index, decide(this.#engine, this.#requests[index]), "nested twice");
  }

  #explain(request: Members): void {
    const { decision } = this.#engine.explain(request as never);
    expect(decision.policy_set).toMatch(/^sha256:/);
  }

  #compare(index: number, decision: Decision, form: string): void {
    const expected = this.#expected[index];
    if (isDeepStrictEqual(decision, expected)) return;
    const failure = String(this.#engine.lastFailure ?? "");
    expect(
      decision,
      `PORTCULLIS_SEED=${seed}, ${form} ${failure}: ${show(this.#policies, this.#requests[index])}`,
    ).toEqual(expected);
  }
}

function load(policies: readonly Policy[]): Engine {
  return PolicyEngine.loadSync({ policies: policies as unknown as Row[] });
}

function show(policies: readonly Policy[], request: unknown): string {
  const text = JSON.stringify({ policies, request }, (_, value: unknown) => {
    if (typeof value === "bigint" || typeof value === "symbol") return String(value);
    return typeof value === "string" && value.length > 200 ? `${value.slice(0, 9)}… (${value.length})` : value;
  });
  return text.length > 20_000 ? `${text.slice(0, 20_000)}…` : text;
}

test(
  "at once ≡ staged: policies that look at the same places",
  () => {
    const random = new Random(seed + 10);
    let [asked, direct] = [0, 0];
    for (let done = 0; done < share(0.003); done++) {
      const policies = generateShaped(random);
      const requests = Array.from({ length: 12 }, () => generateShape(random));
      direct += new Trial(policies, requests, random).run(40);
      asked += requests.length;
    }
    say(`read at once: ${direct} of ${asked}; the memory grew ${growth.count} times`);
    expect(direct / asked).toBeGreaterThan(0.05);
    expect(growth.count).toBeGreaterThan(0);
  },
  timeout,
);

test(
  "at once ≡ staged: policies of every kind",
  () => {
    const random = new Random(seed + 11);
    let [asked, direct] = [0, 0];
    for (let done = 0; done < share(0.003); done++) {
      const cases = [generateCase(random), generateCase(random)] as const;
      const requests = cases.flatMap((one) => one.requests).flatMap((request) => ordinary(request));
      if (requests.length === 0) continue;
      direct += new Trial(cases[0].policies, requests, random).run(25);
      asked += requests.length;
    }
    say(`read at once: ${direct} of ${asked}`);
    expect(direct / asked).toBeGreaterThan(0.05);
  },
  timeout,
);

/** A request of the reference's generators, its entities given where they are not. */
function ordinary(request: unknown): Members[] {
  if (typeof request !== "object" || request === null || Array.isArray(request)) return [];
  const absent = { app: null, user: null, workflow: null, agent: null, tool: null, run: null };
  return [{ ...absent, ...request }];
}
