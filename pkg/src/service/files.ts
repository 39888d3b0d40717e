// Policies from files, for development: read again whenever one of them is saved.
import { createHash } from "node:crypto";
import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";
import { readSet, type SourceSet } from "../cli/source/set.js";
import { UsageError } from "../cli/usage.js";
import { PolicySetError, PortcullisError } from "../engine/errors.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Policy } from "../types/generated/Policy.js";
import type { PolicyChanges, PolicySnapshot, PolicySource, SourceWatcher } from "./source.js";

export interface FileSourceOptions {
  /** Files of policies in JSON or YAML, or folders of such. */
  readonly files: readonly string[];
  /** A file of a catalogue. */
  readonly catalogue?: string | undefined;
}

/** Milliseconds in which a file that is being saved changes several times. */
const SETTLES = 50;

export class FileSource implements PolicySource {
  readonly #options: FileSourceOptions;
  #set: SourceSet | undefined;
  #digest = "";
  #change = 0;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  async load(): Promise<PolicySnapshot> {
    const { set, digest } = await this.#read();
    this.#set = set;
    if (set.findings.length > 0) throw new PolicySetError(placed(set.findings));
    if (digest !== this.#digest) this.#change++;
    this.#digest = digest;
    const policies = set.policies.map((text) => ({ id: "", revision: 0, text }));
    return { change: this.#change, policies, visible: set.policies.flatMap(visibleIn), catalogue: set.catalogue };
  }

  async changes(since: number): Promise<PolicyChanges | undefined> {
    const { digest } = await this.#read();
    return digest === this.#digest ? { change: since, replaced: [], removed: [] } : undefined;
  }

  place(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    return placed(this.#set?.place(diagnostics) ?? diagnostics);
  }

  watch({ onChange, onState }: SourceWatcher): { close(): Promise<void> } {
    let timer: NodeJS.Timeout | undefined;
    const changed = () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, SETTLES);
    };
    const { files, catalogue } = this.#options;
    const watchers: FSWatcher[] = [];
    try {
      // The folder of a file, since editors put a new file in the place of the old one.
      const folders = [...files, ...(catalogue === undefined ? [] : [catalogue])].map(folderOf);
      for (const folder of new Set(folders)) {
        const watcher = watch(folder, { persistent: false }, changed);
        watcher.on("error", () => onState(false));
        watchers.push(watcher);
      }
      onState(true);
    } catch {
      // Polling finds changes too.
    }
    return {
      async close() {
        clearTimeout(timer);
        for (const watcher of watchers) watcher.close();
      },
    };
  }

  async #read(): Promise<{ set: SourceSet; digest: string }> {
    const { files, catalogue } = this.#options;
    try {
      const set = await readSet(files, catalogue);
      const said = JSON.stringify([set.policies, set.catalogue ?? null, set.findings]);
      return { set, digest: createHash("sha256").update(said).digest("hex") };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const { message, help: remedy } = error;
      throw new PortcullisError({ code: "files_unreadable", message, remedy, retryable: true });
    }
  }
}

/** The ids of policies that tenants may know of, in a text of one or several. */
function visibleIn(text: string): string[] {
  return [JSON.parse(text) as Policy | Policy[]]
    .flat()
    .filter((policy) => (policy?.tenant_id ?? null) !== null || policy?.visibility === "public")
    .map(({ id }) => id);
}

function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path);
}

/** Findings whose messages say where in which file. */
function placed(findings: readonly (Diagnostic & { file?: string | null; line?: number | null })[]): Diagnostic[] {
  return findings.map(({ file, line, message, code, severity, policy_id, pointer, help }) => {
    const place = [file, line].filter((part) => part !== null && part !== undefined).join(":");
    return { code, severity, policy_id, pointer, message: place === "" ? message : `${place}: ${message}`, help };
  });
}
