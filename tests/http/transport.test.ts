// Calls as they may come over a connection: in pieces, one behind the other, and with a body that nobody reads.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { light, OPEN } from "./light.js";
import { request } from "./support.js";

const LARGE = {
  id: "large",
  name: "large",
  scope: "global",
  effect: "deny",
  rule_expr: { when: { field: "input.amount", gt: 100 } },
};
const MOST = 2_000;

let port: number;

beforeAll(async () => {
  port = Number(new URL((await light([OPEN, LARGE], { maxBodyBytes: MOST })).base).port);
});

function call(amount: number, path = "/v1/decisions"): string {
  const body = JSON.stringify({ request: { ...request, input: { amount } } });
  const head = ["host: a", "authorization: Bearer platform", "content-type: application/json"];
  return [`POST ${path} HTTP/1.1`, ...head, `content-length: ${body.length}`, "", body].join("\r\n");
}

/** Sends pieces over one connection; answers the statuses and effects that came back, in order. */
async function exchanged(pieces: readonly string[], answers: number): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setNoDelay(true).on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "connect");
  for (const piece of pieces) {
    socket.write(piece);
    await pause(10);
  }
  const said = () => [...text.matchAll(/HTTP\/1\.1 (\d+)[\s\S]*?"(?:effect|code)":"(\w+)"/g)];
  while (said().length < answers) await pause(5);
  socket.destroy();
  return said().flatMap(([, status = "", word = ""]) => [status, word]);
}

const FULL = ["200", "allow", "200", "deny", "200", "allow"];

it("are answered in order, each by its own body, where they come at once", async () => {
  expect(await exchanged([call(1) + call(101) + call(2)], 3)).toEqual(FULL);
});

it("are answered alike one after the other, and where their bodies come in pieces", async () => {
  expect(await exchanged([call(1), call(101), call(2)], 3)).toEqual(FULL);
  const all = call(1) + call(101) + call(2);
  const pieces = all.match(/[\s\S]{1,37}/g) as string[];
  expect(await exchanged(pieces, 3)).toEqual(FULL);
  // The head alone, then the body.
  const [head = "", body = ""] = call(101).split("\r\n\r\n");
  expect(await exchanged([`${head}\r\n\r\n`, body, call(1)], 2)).toEqual(["200", "deny", "200", "allow"]);
});

it("that are refused unread don't hold up the next", async () => {
  expect(await exchanged([call(1, "/v1/nowhere") + call(101)], 2)).toEqual(["404", "route_not_found", "200", "deny"]);
});
