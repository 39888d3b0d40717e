// The name by which a call reached the server: a page whose own name was made to point here is turned away.
import type { Call } from "./call.js";
import { Problem } from "./problem.js";

/** The names of this very machine. */
export const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Of what a call says as Host: without the port. */
export function nameOf(host: string): string {
  return host.replace(/:\d*$/, "").toLowerCase();
}

/** @throws Problem 421. */
export function hostGuard(hosts: readonly string[] | undefined): (call: Call) => void {
  if (hosts === undefined) return () => undefined;
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  return (call) => {
    if (known.has(nameOf(call.header("host") ?? ""))) return;
    throw new Problem({
      code: "misdirected_request",
      detail: "the server does not answer to this host name",
      remedy: "Call it by its own name, or have that name allowed.",
    });
  };
}
