import { expect, it } from "vitest";
import { allowAll, denyAll, withNow } from "./entrypoints/testing.js";
import type { Request } from "./index.js";

const request = {
  action: "llm_call",
  now: 1,
  tenant: { id: "acme" },
  app: null,
  user: null,
  workflow: null,
  agent: null,
  tool: null,
} as Request;

it("allows or denies everything", () => {
  expect(allowAll().decide(request).effect).toBe("allow");
  expect(denyAll().decide(request)).toMatchObject({ effect: "deny", code: "denied_by_policy" });
});

it("stops the clock, and reads requests like any engine", () => {
  const engine = allowAll();
  engine.replace({
    id: "late",
    name: "late",
    scope: "global",
    effect: "deny",
    rule_expr: { when: { field: "now", gt: 100 } },
  });
  const late = withNow(engine, 101);
  expect(late.decide(request).effect).toBe("deny");
  expect(withNow(engine, 5).decide({ ...request, now: 500 }).effect).toBe("allow");
  const { now: _, ...without } = request;
  expect(late.decideMany([without as Request, null as unknown as Request]).map((d) => d.code)).toEqual([
    "denied_by_policy",
    "invalid_request",
  ]);
  const throwing = Object.defineProperty({ ...request }, "user", {
    enumerable: true,
    get() {
      throw new Error("no");
    },
  });
  expect(withNow(engine, 5).decide(throwing).effect).toBe("allow");
  expect(late.digest).toBe(engine.digest);
});
