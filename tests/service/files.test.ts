// Policies from files, read again as they are saved.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSource, PolicyEngineService, type ServiceOptions } from "portcullis/service";
import { afterAll, beforeEach, expect, it } from "vitest";
import { afterwards } from "../postgres/cleanup.js";
import { open, policy, request, until } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "portcullis-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let next = 0;
beforeEach(() => {
  folder = join(root, String(next++));
  mkdirSync(folder);
  put("open.json", JSON.stringify(open));
});

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const effect = (service: PolicyEngineService, tool = "search") =>
  service.decide(request({ tool: { id: tool } })).effect;

async function serve(options: Partial<ServiceOptions> & { catalogue?: string; files?: string[] } = {}) {
  const { files = [folder], catalogue, ...more } = options;
  const source = fileSource({ files, catalogue });
  const service = await PolicyEngineService.start({ source, pollMs: 3_600_000, maxStalenessMs: 7_200_000, ...more });
  afterwards(() => service.close());
  return service;
}

const DENY = "id: deny\nname: deny\nscope: tool\neffect: deny\nrule_expr:\n  target: [search]\n";

it("are followed as they are saved, added and taken away, in JSON and YAML", async () => {
  const service = await serve();
  expect(service.health()).toMatchObject({ status: "ok", watching: true });
  expect(effect(service)).toBe("allow");
  put("deny.yaml", DENY);
  await until(() => effect(service) === "deny");
  // As editors do.
  put("deny.yaml.new", DENY.replace("search", "other"));
  renameSync(join(folder, "deny.yaml.new"), join(folder, "deny.yaml"));
  await until(() => effect(service) === "allow" && effect(service, "other") === "deny");
  rmSync(join(folder, "deny.yaml"));
  await until(() => effect(service, "other") === "allow");
});

it("stay in force as they were while they don't load, which health says by file and line", async () => {
  const service = await serve();
  put("deny.yaml", `${DENY}  colour: red\n`);
  await until(() => service.health().failure !== null);
  const { status, failure } = service.health();
  expect(status).toBe("degraded");
  expect(failure).toMatchObject({
    code: "policy_set_invalid",
    diagnostics: [{ code: "unknown_key", message: expect.stringMatching(/deny\.yaml:7: /) }],
  });
  expect(effect(service)).toBe("allow");
  put("deny.yaml", "{");
  await until(() => service.health().failure?.diagnostics[0]?.code === "invalid_yaml");
  put("deny.yaml", DENY);
  await until(() => effect(service) === "deny");
  expect(service.health().failure).toBeNull();
});

it("are checked against a catalogue, which is followed too", async () => {
  put("catalogue.txt", JSON.stringify({ tools: [{ name: "other" }] }));
  put("deny.yaml", DENY);
  const catalogue = join(folder, "catalogue.txt");
  const files = [join(folder, "open.json"), join(folder, "deny.yaml")];
  await expect(serve({ catalogue, files })).rejects.toThrow(/deny\.yaml:6: the target matches none/);
  put("catalogue.txt", JSON.stringify({ tools: [{ name: "other" }, { name: "search" }] }));
  const service = await serve({ catalogue, files });
  expect(effect(service)).toBe("deny");
  put("catalogue.txt", "[]");
  await until(() => service.health().failure?.diagnostics[0]?.message.includes("catalogue.txt:1: ") === true);
});

it("are found by polling too", async () => {
  const source = fileSource({ files: [folder] });
  const { watch: _, ...polled } = {
    load: () => source.load(),
    changes: (since: number) => source.changes(since),
    watch: 0,
  };
  const service = await PolicyEngineService.start({ source: polled, pollMs: 50 });
  afterwards(() => service.close());
  put("deny.yaml", DENY);
  await until(() => effect(service) === "deny");
});

it("must be there at first, and load", async () => {
  await expect(serve({ files: [join(folder, "nothing.json")] })).rejects.toMatchObject({ code: "files_unreadable" });
  put("twice.json", JSON.stringify([policy("open")]));
  await expect(serve()).rejects.toMatchObject({
    code: "policy_set_invalid",
    message: expect.stringMatching(/twice\.json:1: /),
  });
});
