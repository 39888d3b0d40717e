// What npm users get: the tarball that npm packs, installed into a fresh project outside of this repository.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Portcullis from "portcullis";
import { afterAll } from "vitest";
import { furnish } from "./snippets.js";

/** What a program printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], cwd: string): Printed {
  const { error, status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", env: environment() });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`\`${program} ${args.join(" ")}\` ended with ${status}:\n${stdout}${stderr}`);
  return { stdout, stderr };
}

/**
 * What the runner of these tests sets for its own children, and what tells a server that builds; how npm reaches its
 * registry is the machine's.
 */
const RUNNERS = /^(?:NODE_|VITEST|npm_(?!config_(?:registry|cache|userconfig|globalconfig|cafile|.*proxy)$)|TEST$|CI$)/;

/** The environment but for that. */
export function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !RUNNERS.test(name));
  return Object.fromEntries(inherited);
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-"));
  // What some hosts install takes a while to remove.
  afterAll(() => rm(folder, { recursive: true, force: true }), 120_000);
  return folder;
}

/** Packs the package as it is built; answers the path of the tarball. */
export function pack(): string {
  const folder = temporaryFolder();
  run("npm", ["pack", "--silent", "--pack-destination", folder], fileURLToPath(new URL("../../pkg", import.meta.url)));
  const [name] = readdirSync(folder);
  if (name === undefined) throw new Error("npm packed nothing");
  return join(folder, name);
}

/** A project that has installed the package and nothing else, with copies of the programs in `consumers/`. */
export class Project {
  readonly folder = temporaryFolder();
  readonly #require = createRequire(join(this.folder, "index.cjs"));

  constructor(tarball = pack()) {
    cpSync(fileURLToPath(new URL("./consumers", import.meta.url)), this.folder, { recursive: true });
    furnish(this.folder, ["node"]);
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    // Offline: the package needs no other.
    run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball], this.folder);
  }

  /** The package's folder in it, with a slash at the end. */
  get installed(): URL {
    return pathToFileURL(join(this.folder, "node_modules/portcullis/"));
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  node(...args: readonly string[]): Printed {
    return run(process.execPath, args, this.folder);
  }

  /** The installed package in this process, with an instance of its own for each call. */
  load(): typeof Portcullis {
    for (const path of Object.keys(this.#require.cache)) {
      if (path.startsWith(this.folder)) delete this.#require.cache[path];
    }
    return this.#require("portcullis");
  }
}
