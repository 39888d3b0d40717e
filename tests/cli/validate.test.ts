// `portcullis validate`: findings with their places.
import { describe, expect, it } from "vitest";
import { folder, OPEN, portcullis } from "./run.js";

const file = folder();

/** What is found in a file, as `line:column code`. */
function found(name: string, text: string | Buffer, ...args: string[]): string[] {
  const { out } = portcullis(["validate", "--format", "json", ...args, file(name, text)]);
  const findings: { line: number; column: number; code: string }[] = out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return findings.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

const YAML = `# a comment
policies:
  - id: a
    name: a
    scope: tool
    effect: deny
    rule_expr:
      target: [del]
      whenn: {}
      when:
        all:
          - {field: input.x, lt: soon}
          - field: input.y
            eq: null
`;

describe("validate", () => {
  it("finds nothing in good policies", () => {
    const { code, out, err } = portcullis(["validate", file("good.json", JSON.stringify([OPEN]))]);
    expect([code, out, err]).toEqual([0, "", "no findings\n"]);
  });

  it("says where in YAML", () => {
    expect(found("a.yaml", YAML)).toEqual(["9:7 unknown_key", "12:34 invalid_timestamp", "14:17 null_literal"]);
  });

  it("says where in JSON", () => {
    const lines = [
      "[",
      '  {"id": "a", "name": "é", "scope": "global", "effect": "deny", "efect": 1,',
      '   "rule_expr": {"when": {"field": "input.x",',
      '     "lt": "soon"}}}',
      "]",
    ];
    expect(found("a.json", lines.join("\n"))).toEqual(["4:12 invalid_timestamp", "2:65 unknown_key"]);
  });

  it("says it in words for people", () => {
    const name = file("b.yaml", YAML);
    const { code, out, err } = portcullis(["validate", name]);
    expect(code).toBe(1);
    expect(out).toContain(`${name}:9:7: error[unknown_key]: unknown key \`whenn\`\n  help: did you mean \`when\`?\n`);
    expect(err).toBe("3 errors\n");
  });

  it("places findings in the right one of several files", () => {
    const one = file("one.json", JSON.stringify([OPEN, { ...OPEN, id: "x" }]));
    const two = file("two.yaml", "id: open\nname: again\nscope: global\neffect: allow\nrule_expr: {}\n");
    const { code, out } = portcullis(["validate", "--format", "json", one, two]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ file: two, line: 1, column: 5, code: "duplicate_id", pointer: "/id" });
  });

  it("checks against a catalogue, and places what is wrong with that", () => {
    const good = file("good.json", JSON.stringify([OPEN]));
    const catalogue = file("catalogue.yaml", "tools:\n  - name: a\n  - name: a\n");
    const { code, out } = portcullis(["validate", "--format", "json", "--catalogue", catalogue, good]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ file: catalogue, line: 3, code: "duplicate_tool" });
  });

  it("lets warnings pass, unless told otherwise", () => {
    const asks = {
      ...OPEN,
      effect: "require_approval",
      rule_expr: { approval: { approvers: { users: ["u"] }, quorum: 2 } },
    };
    const warned = file("warned.json", JSON.stringify([OPEN, { ...asks, id: "asks" }]));
    expect(portcullis(["validate", warned])).toMatchObject({ code: 0, err: "1 warning\n" });
    expect(portcullis(["validate", "--strict", warned]).code).toBe(1);
  });

  it.each([
    [
      "a duplicate key in JSON",
      "d.json",
      '[{"id": "a",\n "id": "b", "name": "a", "scope": "global", "effect": "allow", "rule_expr": {}}]',
      "2:2 duplicate_key",
    ],
    ["a duplicate key in YAML", "d.yaml", "id: a\nname: a\nid: b\n", "3:1 duplicate_key"],
    ["a trailing comma", "t.json", "[\n{},]", "2:4 invalid_json"],
    ["a lone surrogate", "s.json", '[\n{"id": "\\ud800"}]', "2:8 invalid_json"],
    ["a number out of range", "n.json", '[\n{"id": 1e999}]', "2:8 invalid_json"],
    ["JSON that nests too deep", "deep.json", `\n${"[".repeat(129)}${"]".repeat(129)}`, "2:129 nested_too_deep"],
    ["YAML that nests too deep", "deep.yaml", `${"[".repeat(200)}${"]".repeat(200)}`, "1:130 nested_too_deep"],
    ["YAML that nests far too deep", "deeper.yaml", "[".repeat(20_000), "nested_too_deep"],
    ["what is neither a policy nor a list", "x.json", "\n 7", "2:2 wrong_json_type"],
    ["policies that are no list", "p.yaml", "policies:\n  a: 1\n", "2:3 wrong_json_type"],
    ["bad YAML", "b.yaml", "a: [1\nb: 2\n", "2:1 invalid_yaml"],
    ["a key that is no text", "k.yaml", "- id: a\n  1: b\n", "2:3 invalid_yaml"],
    ["an infinity", "i.yaml", "- id: .inf\n", "1:7 invalid_yaml"],
    ["a tag of another schema", "tag.yaml", "- id: !!binary aGk=\n", "1:16 invalid_yaml"],
    ["several documents", "m.yaml", "id: a\n---\nid: b\n", "2:1 invalid_yaml"],
    ["an anchor that is not there", "anchor.yaml", "- *a\n", "1:3 invalid_yaml"],
    ["an older YAML", "v.yaml", "%YAML 1.1\n---\n- id: yes\n", "1:1 invalid_yaml"],
    ["an anchor that holds itself", "c.yaml", "- &a [*a]\n", "1:6 nested_too_deep"],
    ["what is no UTF-8", "u.json", Buffer.from([0x22, 0xff, 0x22]), "1:1 invalid_utf8"],
  ])("finds %s", (_, name, text, finding) => {
    expect(found(name, text).join()).toContain(finding);
  });

  it("takes anchors, aliases and merge keys", () => {
    const text = `
- &base {id: a, name: a, scope: global, effect: deny, rule_expr: {when: &when {field: input.x, exists: true}}}
- <<: *base
  id: b
  rule_expr: {unless: *when}
- {id: c, <<: [{name: c}, *base]}
`;
    expect(found("merge.yaml", text)).toEqual([]);
  });

  it("keeps what blows up small", () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) =>
        `- &l${i} [${Array(10)
          .fill(i === 0 ? "lol" : `*l${i - 1}`)
          .join(", ")}]`,
    );
    const start = performance.now();
    expect(found("bomb.yaml", levels.join("\n")).join()).toContain("too_many_aliases");
    const merges = Array.from({ length: 30 }, (_, i) =>
      i === 0
        ? "- &m0 {a: 1}"
        : `- &m${i} {<<: [${Array(10)
            .fill(`*m${i - 1}`)
            .join(", ")}], k${i}: 1}`,
    );
    expect(found("merges.yaml", merges.join("\n")).join()).toContain("too_many_aliases");
    // Followed to their ends they would take longer than anyone waits.
    expect(performance.now() - start).toBeLessThan(25_000);
  });

  it("reads a folder and standard input", () => {
    const text = "id: a\nname: a\nscope: global\neffect: allow\nrule_expr: {}\n";
    expect(portcullis(["validate", "-"], text).code).toBe(0);
    expect(portcullis(["validate", "-"], `${text}x: 1\n`).out).toContain("<stdin>:6:1: error[unknown_key]");
    expect(portcullis(["validate", new URL("../../examples/policies/", import.meta.url).pathname]).out).not.toContain(
      "_json",
    );
  });
});
