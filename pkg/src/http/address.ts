// Where the server is reached from outside.
import { invalidArgument } from "../store/errors.js";
import type { Call } from "./call.js";
import { LOOPBACK, nameOf } from "./host.js";
import { Problem } from "./problem.js";

/** What all its paths begin with, the folder at which it is mounted included; nothing for what is no such address. */
export function baseOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(address);
  const plain = username === "" && password === "" && search === "" && hash === "";
  if (!plain || !/^https?:$/.test(protocol)) return undefined;
  return origin + pathname.replace(/\/+$/, "");
}

/**
 * Says where a call's server is. What a caller says as Host is believed of this very machine alone, and only where other
 * names are turned away: whoever reads the answer sends credentials there.
 * @throws PortcullisError `invalid_argument`; when it is asked, Problem `address_unknown`.
 */
export function addressing(address: string | undefined, hosts: readonly string[] | undefined): (call: Call) => string {
  if (address !== undefined) {
    const base = baseOf(address);
    if (base !== undefined) return () => base;
    throw invalidArgument(`\`${address}\` is no address of a server`, "Give one such as `https://policies.example`.");
  }
  return (call) => {
    const host = call.header("host") ?? "";
    if (hosts !== undefined && LOOPBACK.includes(nameOf(host))) return `http://${host}${call.mount ?? ""}`;
    throw new Problem({
      code: "address_unknown",
      detail: "the server does not know where it is reached from outside",
      remedy: "Have it told: `address` of the handler, `--address` of `portcullis serve`.",
    });
  };
}
