// `portcullis serve` as a process, and calls to it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { catalogue, files } from "./platform.js";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export interface Server {
  readonly address: string;
  /** The page, connected by the token of this process. */
  readonly link: string;
  call(path: string, body?: unknown): Promise<unknown>;
  /** Resolves with the exit code, once it has ended by itself or by `end`. */
  readonly ended: Promise<number | null>;
  end(): Promise<number | null>;
}

/** Serves the policies of the platform beside the playground, and logs requests as well as decisions. */
export function servePlatform(): Promise<Server> {
  const file = at("target/demo/catalogue.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(catalogue));
  const seeds = files.flatMap((path) => ["--seed", at(`examples/${path}`)]);
  const page = ["--page", at("www/dist"), "--port", "0"];
  return startServer([...seeds, "--catalogue", file, "--log", "requests", ...page]);
}

/** Starts it, and waits until it answers. What it says before is told where it fails. */
async function startServer(options: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, [at("pkg/dist/cli.js"), "serve", ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
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
