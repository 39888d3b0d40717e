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

describe.each(["print.js", "print.cjs"])("the guide's snippet, by %s", (program) => {
  const { stdout, stderr } = project.node(program);

  it("gives whole decisions", () => {
    const reason = { message: null, remedy: null, error: null };
    const open = { ...reason, policy_id: "open", policy_name: "open", effect: "allow" };
    const tokens = { ...reason, policy_id: "tokens", policy_name: "tokens of a day", effect: "modify" };
    const mail = { policy_id: "strangers", policy_name: "no mail to strangers", effect: "deny" };
    const limit = { policy_id: "tokens", index: 0, meter: "tokens", kind: "budget", per: ["tenant"], key: ["acme"] };
    const common = { approvals: [], shadow: [], policy_set: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) };
    const [allowed, denied] = JSON.parse(stdout).outcomes;
    expect(allowed.decision).toEqual({
      ...common,
      effect: "allow",
      code: "allowed",
      mode: "draft",
      reasons: [tokens, open],
      limits: [{ ...limit, window: "1d", max: 5, burst: null, amount: null, on_exceed: "deny" }],
    });
    expect(denied.decision).toEqual({
      ...common,
      effect: "deny",
      code: "denied_by_policy",
      mode: "draft",
      reasons: [{ ...reason, ...mail, message: "Mail goes to people of the house." }, tokens, open],
      limits: [],
    });
    expect(denied.explanation.decision).toEqual(denied.decision);
    expect(denied.told).toContain("Mail goes to people of the house.");
  });

  it("says nothing on stderr", () => {
    expect(stderr).toBe("");
  });
});

it("decides alike in several threads", () => {
  const { stdout, stderr } = project.node("threads.js");
  const decided = project.node("print.js").stdout;
  expect(JSON.parse(stdout)).toEqual([decided, decided, decided]);
  expect(stderr).toBe("");
});

it("decides alike on requests and policies of another realm", () => {
  expect(project.node("contexts.js")).toEqual({ stdout: project.node("print.js").stdout, stderr: "" });
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
