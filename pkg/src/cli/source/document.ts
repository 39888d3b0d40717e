// Documents: files of policies, catalogues and rules, in JSON or YAML, as JSON text whose places are known.
import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { stdin } from "node:process";
import type { Finding } from "../findings.js";
import { UsageError } from "../usage.js";
import { jsonTree } from "./json.js";
import { type Node, offsetOf, type Position, positionOf, SourceError } from "./tree.js";

/** Bytes of a file; what is larger is no file that people write. */
const LARGEST = { json: 256 * 1024 * 1024, yaml: 16 * 1024 * 1024 };

/** Standard input, where a file is named. */
export const STDIN = "-";

/** A file that could be read. */
export interface Document {
  /** As it was named. */
  readonly file: string;
  /** All of it as JSON text; of JSON, as it was written. */
  readonly json: string;
  readonly value: unknown;
  /** The places of its values, worked out when first asked for. */
  tree(): Node;
  position(offset: number): Position;
}

/** What became of reading a file. */
export type Reading = Document | Finding;

export function isDocument(reading: Reading): reading is Document {
  return "json" in reading;
}

/** Reads a file. What is wrong with its text is a finding; a file that can't be read is a mistake in calling. */
export async function readDocument(file: string): Promise<Reading> {
  const bytes = await readBytes(file);
  const name = displayed(file);
  let text = "";
  try {
    if (!isUtf8(bytes)) throw new SourceError("invalid_utf8", "the file is no UTF-8", "save it as UTF-8", 0);
    text = bytes.toString("utf8").replace(/^\uFEFF/, "");
    const format = formatOf(file, text);
    if (bytes.length > LARGEST[format]) {
      const message = `the file has ${bytes.length} bytes, and ${LARGEST[format]} are read`;
      throw new SourceError("file_too_large", message, "split it; JSON may be larger than YAML", 0);
    }
    return format === "json" ? ofJson(name, text) : await ofYaml(name, text);
  } catch (error) {
    if (error instanceof SourceError) return finding(name, text, error);
    throw error;
  }
}

/** @throws UsageError where standard input is named more than once: it can be read once only. */
export function checkStdin(files: readonly string[]): void {
  if (files.filter((file) => file === STDIN).length <= 1) return;
  throw new UsageError("standard input is asked for twice", "name a file for one of them");
}

/** How messages name a file. */
export function displayed(file: string): string {
  return file === STDIN ? "<stdin>" : file;
}

/** Where a value of a document stands. */
export function locate(document: Document, pointer: string, atKey: boolean): Position {
  return document.position(offsetOf(document.tree(), pointer, atKey));
}

/** What keeps a document from being read, although `JSON.parse` takes it: the engine is stricter. */
export function strictly(document: Document): Finding | undefined {
  try {
    document.tree();
    return undefined;
  } catch (error) {
    if (error instanceof SourceError) return { ...finding(document.file, document.json, error) };
    throw error;
  }
}

function ofJson(file: string, text: string): Document {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    jsonTree(text);
    throw error;
  }
  let tree: Node | undefined;
  return {
    file,
    json: text,
    value,
    tree() {
      tree ??= jsonTree(text);
      return tree;
    },
    position: (offset) => positionOf(text, offset),
  };
}

async function ofYaml(file: string, text: string): Promise<Document> {
  const { readYaml } = await import("./yaml.js");
  const { root, value } = readYaml(text);
  return { file, json: JSON.stringify(value), value, tree: () => root, position: (offset) => positionOf(text, offset) };
}

/** By the name of the file; where that says nothing, by what it begins with. */
function formatOf(file: string, text: string): "json" | "yaml" {
  if (/\.ya?ml$/i.test(file)) return "yaml";
  if (/\.json$/i.test(file)) return "json";
  return /^\s*[[{]/.test(text) ? "json" : "yaml";
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    if (file !== STDIN) return await readFile(file);
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function unreadable(file: string, error: unknown): UsageError {
  const reason = { ENOENT: "there is no such file", EISDIR: "it is a folder", EACCES: "it may not be read" };
  const code = (error as { code?: string }).code ?? "";
  const said = reason[code as keyof typeof reason] ?? (error as Error).message;
  return new UsageError(`\`${displayed(file)}\` can't be read: ${said}`, "name a file, or `-` for standard input");
}

function finding(file: string, text: string, { code, message, help, offset }: SourceError): Finding {
  const severity = "error" as const;
  return { file, ...positionOf(text, offset), code, severity, policy_id: null, pointer: "", message, help };
}
