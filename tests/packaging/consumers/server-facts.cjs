// Prints what a server finds in the package.
const { writeFileSync } = require("node:fs");

module.exports = async ({ PolicyEngine, pglite, postgres, service }) => {
  const policies = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };
  writeFileSync("open.yaml", JSON.stringify(policies));
  const source = service.fileSource({ files: ["open.yaml"] });
  const started = await service.PolicyEngineService.start({ source });
  const entities = { tenant: { id: "acme" }, app: null, user: null, workflow: null, agent: { id: "a" }, tool: null };
  const request = { action: "agent_step", now: 0, ...entities };
  const decided = started.decide(request).code;
  await started.close();
  const refusal = (open) => open.then(String, ({ code, remedy }) => [code, remedy]);
  const missing = [await refusal(postgres("postgres://host/database")), await refusal(pglite())];
  const same = JSON.stringify(PolicyEngine.loadSync({ policies: [policies] }).decide(request).code === decided);
  const printed = service.printMigrations("sql").includes("CREATE TABLE");
  process.stdout.write(JSON.stringify({ decided, same, missing, printed }));
};
