// Prints what a server finds in the package.
const { generateKeyPairSync } = require("node:crypto");
const { writeFileSync } = require("node:fs");

module.exports = async ({ PolicyEngine, http, pglite, postgres, service }) => {
  const policies = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };
  writeFileSync("open.yaml", JSON.stringify(policies));
  const source = service.fileSource({ files: ["open.yaml"] });
  const started = await service.PolicyEngineService.start({ source });
  const entities = { tenant: { id: "acme" }, app: null, user: null, workflow: null, agent: { id: "a" }, tool: null };
  const request = { action: "agent_step", now: 0, ...entities };
  const decided = started.decide(request).code;
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = publicKey.export({ type: "spki", format: "pem" });
  const authenticate = [
    await http.jwtAuthenticator({ issuer: "i", audience: "a", key }),
    http.singleToken("secret", { subject: "s", tenant: null, roles: new Set(["reader"]) }),
  ];
  const handler = http.createHandler({ service: started, authenticate });
  const post = (body, token) =>
    handler(
      new Request("http://localhost/v1/decisions", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  const called = [
    (await (await post({ request }, "secret")).json()).code,
    (await post({ request: 1 }, "secret")).status,
    (await post({ request }, "a.b.c")).status,
  ];
  await started.close();
  const refusal = (open) => open.then(String, ({ code, remedy }) => [code, remedy]);
  const missing = [await refusal(postgres("postgres://host/database")), await refusal(pglite())];
  const same = JSON.stringify(PolicyEngine.loadSync({ policies: [policies] }).decide(request).code === decided);
  const printed = service.printMigrations("sql").includes("CREATE TABLE");
  process.stdout.write(JSON.stringify({ decided, called, same, missing, printed }));
};
