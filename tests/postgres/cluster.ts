// Clusters of their own, for tests that stop and kill servers.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterwards } from "./cleanup.js";

/** Where the programs of PostgreSQL are. */
export const BIN =
  process.env["PORTCULLIS_POSTGRES_BIN"] ??
  execFileSync(fileURLToPath(new URL("../../scripts/setup/postgres", import.meta.url)), ["--bin"], {
    encoding: "utf8",
  }).trim();

/** PostgreSQL refuses to run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A server of one test file. */
export class Cluster {
  readonly #folder: string;
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** Makes a cluster and starts its server; both are gone after the tests of the file. */
  static async start(): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), "portcullis-cluster-"));
    if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
    const args = [
      "--pgdata",
      join(folder, "data"),
      "--username",
      "postgres",
      "--auth",
      "trust",
      "--encoding",
      "UTF8",
      "--no-sync",
    ];
    execFileSync(join(BIN, "initdb"), args, { ...nobody, stdio: "ignore", cwd: folder });
    const cluster = new Cluster(folder, await freePort());
    afterwards(async () => {
      await cluster.kill();
      rmSync(folder, { recursive: true, force: true });
    });
    await cluster.up();
    return cluster;
  }

  get address(): string {
    return `postgres://postgres@127.0.0.1:${this.#port}/postgres`;
  }

  /** Starts the server, and waits until it answers. */
  async up(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", port: String(this.#port), ...settings };
    const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    while (!(await this.#answers())) {
      // After a kill the first may find that children of the one before have not ended yet.
      if (this.#server === undefined || this.#server.exitCode !== null || this.#server.signalCode !== null) {
        const args = ["-D", join(this.#folder, "data"), ...options];
        this.#server = spawn(join(BIN, "postgres"), args, { ...nobody, cwd: this.#folder, stdio: "ignore" });
      }
      await pause(50);
    }
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.address, connectionTimeoutMillis: 1_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("SELECT 1");
      return true;
    } catch {
      return false;
    } finally {
      client.end().catch(() => undefined);
    }
  }

  /** Kills the server, as a machine that loses its power does. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    // Its children see that it is gone, and end too.
    server.kill("SIGKILL");
    await ended;
  }

  /** Holds the server up: it keeps its connections and answers nothing. */
  freeze(): void {
    this.#signalAll("SIGSTOP");
  }

  thaw(): void {
    this.#signalAll("SIGCONT");
  }

  #signalAll(signal: NodeJS.Signals): void {
    const { pid } = this.#server ?? {};
    if (pid === undefined) throw new Error("the server is not running");
    const children = execFileSync("ps", ["--ppid", String(pid), "-o", "pid="], { encoding: "utf8" });
    for (const each of [pid, ...children.trim().split(/\s+/).map(Number)]) {
      try {
        process.kill(each, signal);
      } catch {
        // One that has ended since.
      }
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
