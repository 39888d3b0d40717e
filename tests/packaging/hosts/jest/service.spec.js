import { writeFileSync } from "node:fs";
import { postgres } from "portcullis/postgres";
import { fileSource, PolicyEngineService } from "portcullis/service";
import { allowed, denied } from "./deciding.js";
import policies from "./policies.json";

test("serves policies of files, in YAML too", async () => {
  writeFileSync("policies.yaml", `policies: ${JSON.stringify(policies)}\n# as no JSON says it\n`);
  const service = await PolicyEngineService.start({ source: fileSource({ files: ["policies.yaml"] }) });
  expect(service.decide(allowed).code).toBe("allowed");
  expect(service.decide(denied).code).toBe("denied_by_policy");
  await service.close();
});

test("names the driver that is missing", async () => {
  await expect(postgres("postgres://host/database")).rejects.toMatchObject({ remedy: "Run `npm install pg`." });
});
