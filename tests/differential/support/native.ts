/** The native engine, as a program that is asked line by line. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const root = new URL("../../../", import.meta.url);

export interface Question {
  policies: readonly unknown[];
  catalogue?: unknown;
  requests: readonly unknown[];
  /** For the request of the same index. */
  grants?: readonly unknown[];
  digests?: boolean;
}

/** What the program answers to a question with `digests`. */
export interface Answer {
  decisions: unknown[];
  digests: (string | null)[];
}

/** Built as `cargo test` builds it, so that after that there is nothing to do. `PORTCULLIS_RELEASE=1` for long runs. */
async function build(): Promise<string> {
  const profile = process.env["PORTCULLIS_RELEASE"] === "1" ? ["--release"] : [];
  const options = ["build", "--quiet", "--example", "decide_lines", "--message-format", "json", ...profile];
  const { stdout } = await promisify(execFile)("cargo", options, { cwd: root, maxBuffer: 2 ** 26 });
  for (const line of stdout.split("\n")) {
    if (!line.includes('"compiler-artifact"')) continue;
    const { target, executable } = JSON.parse(line) as { target: { name: string }; executable: string | null };
    if (target.name === "decide_lines" && executable !== null) return executable;
  }
  throw new Error("cargo names no executable for the example decide_lines");
}

export class Native {
  readonly #program: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];

  private constructor(executable: string) {
    this.#program = spawn(executable, { stdio: "pipe" });
    createInterface({ input: this.#program.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    let complaint = "";
    this.#program.stderr.on("data", (data: Buffer) => {
      complaint += data.toString();
    });
    this.#program.on("close", (code) => {
      const error = new Error(`the native engine ended with ${code}: ${complaint}`);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    // A program that has ended is told of by its waiting answers.
    this.#program.stdin.on("error", () => {});
  }

  static async start(): Promise<Native> {
    return new Native(await build());
  }

  /** The line that answers a question, as it is. */
  ask(question: Question): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#program.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  stop(): void {
    this.#program.stdin.end();
  }
}
