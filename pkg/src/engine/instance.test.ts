// Instances: how often one is made after failures.
import { beforeEach, expect, it } from "vitest";
import type { Glue } from "./core.js";
import { PortcullisError } from "./errors.js";
import { enter, Instances } from "./instance.js";

let now: number;
let made: number;
let broken: boolean;
let instances: Instances;

beforeEach(() => {
  now = 0;
  made = 0;
  broken = false;
  instances = new Instances(
    {
      instantiate() {
        made++;
        if (broken) throw new Error("no binary");
        return { memory: new WebAssembly.Memory({ initial: 1 }) } as Glue;
      },
    },
    () => now,
  );
});

function fail(): void {
  const trap = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  expect(() => enter(instances.get(), trap)).toThrow(WebAssembly.RuntimeError);
  // The next who asks notices; time counts from then.
  expect(typeof instances.available).toBe("boolean");
}

it("keeps one instance", () => {
  expect(instances.get()).toBe(instances.get());
  expect(made).toBe(1);
});

it("waits between failures", () => {
  fail();
  expect(instances.available).toBe(true);
  fail();
  expect(instances.available).toBe(false);
  expect(() => instances.get()).toThrow(PortcullisError);
  now += 100;
  fail();
  now += 999;
  expect(instances.available).toBe(false);
  now += 1;
  fail();
  now += 9_999;
  expect(instances.available).toBe(false);
  now += 1;
  expect(instances.available).toBe(true);
});

it("forgets failures after a while", () => {
  fail();
  fail();
  now += 70_000;
  fail();
  expect(instances.available).toBe(true);
});

it("counts an instance that can't be made as a failure", () => {
  broken = true;
  expect(() => instances.get()).toThrow(PortcullisError);
  expect(() => instances.get()).toThrow(PortcullisError);
  expect(instances.available).toBe(false);
  expect(made).toBe(2);
});

it("goes on after what the core refuses", () => {
  const refusal = { diagnostics: [] };
  const refuse = () => {
    throw refusal;
  };
  const instance = instances.get();
  expect(() => enter(instance, refuse)).toThrow();
  expect(instances.get()).toBe(instance);
});
