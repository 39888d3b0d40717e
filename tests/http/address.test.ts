// Where the server says that it is: as it was told, or to this very machine what it called.
import { createNodeHandler, singleToken } from "portcullis/http";
import { expect, it } from "vitest";
import { send } from "./client.js";
import { light, OPEN } from "./light.js";
import { served } from "./support.js";

const CONFIGURATION = "/.well-known/authzen-configuration";
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const reader = singleToken("t", { subject: "r", tenant: null, roles: new Set(["reader"] as const) });

it("is the address that it was given, with the path at which it is mounted", async () => {
  const { base } = await light([OPEN], { address: "https://policies.example/engine/", hosts: LOOPBACK });
  expect((await send(base, "GET", CONFIGURATION)).body).toEqual({
    policy_decision_point: "https://policies.example/engine",
    access_evaluation_endpoint: "https://policies.example/engine/access/v1/evaluation",
    access_evaluations_endpoint: "https://policies.example/engine/access/v1/evaluations",
  });
});

it("is told by no call, except on this very machine where other names are turned away", async () => {
  const unknown = { status: 404, code: "address_unknown", remedy: expect.stringContaining("--address") };
  const open = await light([OPEN]);
  for (const host of ["evil.example", "localhost", "127.0.0.1:1"]) {
    expect((await send(open.base, "GET", CONFIGURATION, { headers: { host } })).body).toMatchObject(unknown);
  }
  const { base } = await light([OPEN], { hosts: [...LOOPBACK, "policies.example"] });
  expect((await send(base, "GET", CONFIGURATION)).body.policy_decision_point).toBe(base);
  const named = await send(base, "GET", CONFIGURATION, { headers: { host: "policies.example" } });
  expect(named.body).toMatchObject(unknown);
  expect((await send(base, "GET", CONFIGURATION, { headers: { host: "evil.example" } })).status).toBe(421);
});

it("begins with the path at which a router has it", async () => {
  const { service } = await light([OPEN]);
  const handler = createNodeHandler({ service, authenticate: [reader], hosts: LOOPBACK });
  // As Express and Connect do it.
  const base = await served((request, response) => {
    const { url = "" } = request;
    handler(Object.assign(request, { originalUrl: url, url: url.slice("/engine".length) }), response);
  });
  const { body } = await send(base, "GET", `/engine${CONFIGURATION}`);
  expect(body.access_evaluation_endpoint).toBe(`${base}/engine/access/v1/evaluation`);
});

it("is an address of HTTP that paths can follow", async () => {
  for (const address of ["policies.example", "ftp://a.example", "https://a.example?b", "https://u:p@a.example", ""]) {
    await expect(light([OPEN], { address }), address).rejects.toMatchObject({ code: "invalid_argument" });
  }
});
