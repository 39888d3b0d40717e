// `portcullis serve` as a process, and calls to it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../pkg/dist/cli.js", import.meta.url));

export interface Server {
  readonly address: string;
  /** The page, connected by the token of this process. */
  readonly link: string;
  call(path: string, body?: unknown): Promise<unknown>;
  /** Resolves with the exit code, once it has ended by itself or by `end`. */
  readonly ended: Promise<number | null>;
  end(): Promise<number | null>;
}

/** Starts it, and waits until it answers. What it says before is told where it fails. */
export async function startServer(options: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, [command, "serve", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const [address] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line") as Promise<[string]>,
    ended.then(() => Promise.reject(new Error(`the server does not start:\n${said.join("\n")}`))),
  ]);
  const link = said.find((line) => line.startsWith("page: "))?.slice("page: ".length);
  const token = link?.split("#connect=")[1];
  if (link === undefined || token === undefined) {
    child.kill();
    throw new Error(`the server prints no link to its page:\n${said.join("\n")}`);
  }
  return {
    address,
    link,
    ended,
    async call(path, body) {
      const response = await fetch(address + path, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${path} is answered with ${response.status}: ${await response.text()}`);
      return response.json();
    },
    end() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
