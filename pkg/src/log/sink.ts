// The port to where entries are kept.
import type { Sealed } from "./entry.js";

export interface LogSink {
  /**
   * Stores entries that follow one another, all or none. After a rejection the same ones come again: those that were
   * stored nevertheless must not be there twice. A rejection with the code `entries_refused` says that they are not
   * stored, and that something in them never will be: they come again in parts, without what is refused by itself.
   */
  write(batch: readonly Sealed[]): Promise<void>;
  close?(): Promise<void>;
}
