// Entries in a file of NDJSON.
import { type FileHandle, open } from "node:fs/promises";
import { lineOf, type Sealed } from "./entry.js";
import type { LogSink } from "./sink.js";

export interface FileLogOptions {
  /** Appended to, and made where it is missing. One process writes it; rotating it is the host's. */
  readonly file: string;
  /** Waits until the disk has what was written before it counts as such; default true. */
  readonly sync?: boolean;
}

export class FileLog implements LogSink {
  readonly #options: FileLogOptions;
  #handle: FileHandle | undefined;

  constructor(options: FileLogOptions) {
    this.#options = options;
  }

  async write(batch: readonly Sealed[]): Promise<void> {
    const { file, sync = true } = this.#options;
    this.#handle ??= await opened(file);
    const { size } = await this.#handle.stat();
    try {
      await this.#handle.appendFile(batch.map((sealed) => `${lineOf(sealed)}\n`).join(""));
      if (sync) await this.#handle.datasync();
    } catch (error) {
      // What was written of it is taken back, since the same comes again.
      await this.#handle.truncate(size).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

const NEWLINE = 0x0a;

/** A line that a crash has torn is ended, so that it spoils no other; checks tell of it. */
async function opened(file: string): Promise<FileHandle> {
  const handle = await open(file, "a+", 0o600);
  try {
    const { size } = await handle.stat();
    if (size === 0) return handle;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] !== NEWLINE) await handle.appendFile("\n");
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
