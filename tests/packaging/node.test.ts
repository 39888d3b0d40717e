// The installed package in Node, as ES modules and as CommonJS.
import { describe, expect, it } from "vitest";
import { type Printed, Project } from "./project.js";

const project = new Project();

describe.each([
  ["ES modules", "esm.js"],
  ["CommonJS", "common.cjs"],
])("%s", (_, program) => {
  const { stdout, stderr }: Printed = project.node(program);
  const seen = JSON.parse(stdout);

  it("load and decide", () => {
    expect(seen.decided).toEqual(["allowed", "denied_by_policy", "approval_required"]);
  });

  it("explain", () => {
    expect(seen.explained).toEqual(["denied_by_policy", expect.stringContaining("Mail goes to people of the house.")]);
  });

  it("enforce throws typed errors", () => {
    expect(seen.enforced).toBe("allow");
    expect(seen.denial).toEqual(["PolicyDeniedError", "denied_by_policy", true, false]);
    expect(seen.pause).toEqual(["ApprovalRequiredError", "approval_required", true, "refunds"]);
    expect(seen.isError).toBe(true);
  });

  it("dispose where the runtime knows how", () => {
    expect(seen.disposes).toBe(typeof Symbol.dispose === "symbol" ? true : null);
    expect(seen.afterwards).toBe("engine_failure");
  });

  it("have engines for tests", () => {
    expect(seen.testing).toEqual(["allow", "deny"]);
  });

  it("let tests stop the clock", () => {
    expect(seen.withNow).toBe("allow");
  });

  it("say nothing on stderr", () => {
    expect(stderr).toBe("");
  });
});

it("both kinds of modules work in one process", () => {
  const { stdout, stderr } = project.node("both.js");
  expect(JSON.parse(stdout)).toEqual({
    same: true,
    known: [true, true, true, true],
    afterOneClosed: ["engine_failure", "allowed"],
  });
  expect(stderr).toBe("");
});
