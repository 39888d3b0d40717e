// The port to where entries are kept.
import type { Sealed } from "./entry.js";

export interface LogSink {
  /**
   * Stores entries that follow one another, all or none. After a rejection the same ones come again: those that were
   * stored nevertheless must not be there twice.
   */
  write(batch: readonly Sealed[]): Promise<void>;
  close?(): Promise<void>;
}
