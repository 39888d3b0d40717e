// The examples of docs/http.md, docs/authzen.md and docs/operations.md, called one after the other as the pages show them.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { STATUS } from "../../pkg/src/http/problem.js";
import { KINDS } from "../postgres/kinds.js";
import { type World, world } from "./support.js";

interface Example {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly status: number;
  readonly answer: unknown;
}

/** A call as HTTP writes it, a blank line, and after an arrow what comes back at least. */
function examplesOf(page: string): Example[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```http\n([\s\S]*?)^```$/gm)].map(([, block = ""], i) => {
    const [asked = "", answered = ""] = block.split(/^→ /m);
    const [head = "", ...rest] = asked.trim().split("\n\n");
    const [first = "", ...lines] = head.split("\n");
    const [method = "", path = ""] = first.split(" ");
    const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(": ") as [string, string]));
    const [, status, answer = ""] = /^(\d{3})\s*([\s\S]*)$/.exec(answered.trim()) ?? [];
    const body = rest.length === 0 ? undefined : rest.join("\n\n");
    return {
      at: `${page} ${i + 1}`,
      method,
      path,
      headers,
      body,
      status: Number(status),
      answer: answer === "" ? {} : JSON.parse(answer),
    };
  });
}

describe("the examples of", () => {
  let api: World;

  beforeAll(async () => {
    const [, [, prepare]] = KINDS as [unknown, (typeof KINDS)[number]];
    api = await world(await prepare());
    const open = { id: "open", name: "open", scope: "global" as const, effect: "allow" as const, rule_expr: {} };
    await api.store.create({ tenant: null, by: "tests" }, open);
  }, 120_000);

  it.each([
    ["http.md", "acme", "author"],
    ["authzen.md", "acme", "author"],
    ["operations.md", null, "admin"],
  ] as const)("docs/%s are answered as it says", async (page, tenant, role) => {
    const token = await api.key(tenant, role);
    const examples = examplesOf(page);
    expect(examples.length).toBeGreaterThan(2);
    let id = "";
    for (const { at, method, path, headers, body, status, answer } of examples) {
      const reply = await api.client.call(method, path.replace("{id}", id), { token, headers, body });
      expect([at, reply.status, reply.body]).toEqual([at, status, expect.objectContaining({})]);
      expect(reply.body, at).toMatchObject(answer as object);
      id = reply.body.policy?.id ?? id;
      await api.settled();
      await api.log.flush();
    }
  });

  it("codes of problems stand in its table, and no others", () => {
    const page = readFileSync(new URL("../../docs/http.md", import.meta.url), "utf8");
    const told = [...page.matchAll(/^\| (\d{3}) \| (.*?) \|/gm)].flatMap(([, status, codes = ""]) =>
      [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${status} ${code}`),
    );
    expect(told.toSorted()).toEqual(
      Object.entries(STATUS)
        .map(([code, status]) => `${status} ${code}`)
        .toSorted(),
    );
  });
});
