// Hosts: projects as users have them, with tools of their own, that install the packed package.
import { execFile, spawn } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, type Printed, temporaryFolder } from "./project.js";
import { furnish } from "./snippets.js";

/** The versions of packages that this repository is developed with. */
const { devDependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const INSTALL = [
  "--prefer-offline",
  "--no-package-lock",
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
] as const;

export class Host {
  readonly folder = temporaryFolder();
  readonly #name: string;

  /** A project of `hosts/`. Called before any test runs, so that the folder goes when all are done. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Installs the package and what the project's own package.json pins, and furnishes it. */
  async install(tarball: string, snippetsOf: readonly string[] = [this.#name]): Promise<void> {
    cpSync(fileURLToPath(new URL(`./hosts/${this.#name}`, import.meta.url)), this.folder, { recursive: true });
    furnish(this.folder, snippetsOf);
    await this.#execute("npm", ["install", ...INSTALL, tarball]);
  }

  /** Installs packages beside those, in the versions that this repository has. */
  async add(...names: string[]): Promise<void> {
    await this.#execute("npm", ["install", ...INSTALL, ...names.map((name) => `${name}@${devDependencies[name]}`)]);
  }

  /** Runs a script of its package.json. */
  async run(script: string, variables: Readonly<Record<string, string>> = {}): Promise<Printed> {
    const { scripts } = JSON.parse(readFileSync(join(this.folder, "package.json"), "utf8"));
    return this.#execute("sh", ["-c", scripts[script]], variables);
  }

  /** Runs a server of an installed package on a free port for as long as a test takes; answers what it printed. */
  async serving(command: string, args: readonly string[], test: (origin: string) => Promise<void>): Promise<Printed> {
    const program = createRequire(join(this.folder, "package.json")).resolve(command);
    const server = spawn(process.execPath, [program, ...args], { cwd: this.folder, env: this.#environment() });
    const printed = { stdout: "", stderr: "" };
    const ended = new Promise<void>((done) => server.once("exit", () => done()));
    try {
      const origin = await new Promise<string>((found, failed) => {
        server.once("error", failed);
        server.once("exit", (status) =>
          failed(new Error(`it ended with ${status}:\n${printed.stdout}${printed.stderr}`)),
        );
        server.stderr.on("data", (text) => {
          printed.stderr += text;
        });
        server.stdout.on("data", (text) => {
          printed.stdout += text;
          const [origin] = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(printed.stdout) ?? [];
          if (origin !== undefined) found(origin);
        });
      });
      await test(origin);
    } finally {
      server.kill();
      await ended;
    }
    return printed;
  }

  #execute(
    program: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Printed> {
    const env = { ...this.#environment(), ...variables };
    const options = { cwd: this.folder, env, maxBuffer: 16 * 1024 * 1024 };
    return new Promise((done, failed) => {
      execFile(program, args, options, (error, stdout, stderr) => {
        if (error === null) done({ stdout, stderr });
        else failed(new Error(`${this.#name}: ${error.message}\n${stdout}${stderr}`));
      });
    });
  }

  #environment(): NodeJS.ProcessEnv {
    const inherited = environment();
    const path = [join(this.folder, "node_modules/.bin"), inherited["PATH"]].join(delimiter);
    // Tools that would call home don't.
    return { ...inherited, PATH: path, NEXT_TELEMETRY_DISABLED: "1", DENO_NO_UPDATE_CHECK: "1", DO_NOT_TRACK: "1" };
  }
}
