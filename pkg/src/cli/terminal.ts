// What the command prints to: colours where they are wanted, and writes that wait for slow readers.

/** Colours, or none of them. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
}

const paint = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const plain = (text: string) => text;

const COLOURED: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  red: paint(31, 39),
  yellow: paint(33, 39),
  green: paint(32, 39),
};
const PLAIN: Style = { bold: plain, dim: plain, red: plain, yellow: plain, green: plain };

/** Text of others, fit for a terminal: what could steer it is written out. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
  });
}

/** A stream as Node has them. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** Writes to a stream, and notices when nobody reads it any more. */
export class Sink {
  readonly style: Style;
  readonly isTerminal: boolean;
  readonly #stream: Output;
  #failure: NodeJS.ErrnoException | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Output, env: NodeJS.ProcessEnv) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
    // As of no-color.org: set, and not empty.
    this.style = this.isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb" ? COLOURED : PLAIN;
    const wake = () => this.#wake?.();
    stream.on("drain", wake);
    stream.on("close", wake);
    stream.on("error", (error) => {
      this.#failure ??= error;
      wake();
    });
  }

  /** Whether the reader has gone, as `head` does when it has seen enough. */
  get closed(): boolean {
    return this.#failure?.code === "EPIPE";
  }

  /** Writes; what it answers is to be awaited where there is something to wait for. */
  write(text: string): Promise<void> | undefined {
    if (this.#failure !== undefined && !this.closed) throw this.#failure;
    if (this.closed || this.#stream.write(text)) return undefined;
    return new Promise((done) => {
      this.#wake = done;
      if (this.#failure !== undefined) done();
    });
  }
}
