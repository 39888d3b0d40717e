// Policy sets of several files: what the engine loads, and where in which file its diagnostics point.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../types/generated/Diagnostic.js";
import type { Finding } from "../findings.js";
import { type Document, isDocument, locate, readDocument, STDIN, strictly } from "./document.js";

/** A part of a document that the engine is given. */
interface Part {
  readonly document: Document;
  readonly json: string;
  /** Pointer of the part in its document. */
  readonly pointer: string;
  /** How many policies it is; one that stands alone is no list. */
  readonly count: number;
  readonly alone: boolean;
}

/** What the engine is given, and what was wrong before it could be. */
export interface SourceSet {
  readonly policies: readonly string[];
  readonly catalogue: string | undefined;
  /** What keeps files from being read at all. */
  readonly findings: readonly Finding[];
  /** Diagnostics of the engine, placed. */
  place(diagnostics: readonly Diagnostic[]): Finding[];
}

/** Reads files, and folders of files, of policies, and a file of a catalogue. */
export async function readSet(files: readonly string[], catalogueFile: string | undefined): Promise<SourceSet> {
  const findings: Finding[] = [];
  const parts: Part[] = [];
  const read = async (file: string, part: (document: Document) => Part | Finding): Promise<Part | undefined> => {
    const reading = await readDocument(file);
    const result = isDocument(reading) ? part(reading) : reading;
    if ("alone" in result) return result;
    findings.push(result);
    return undefined;
  };
  for (const file of files.flatMap(expanded)) {
    const part = await read(file, policiesOf);
    if (part !== undefined) parts.push(part);
  }
  const catalogue = catalogueFile === undefined ? undefined : await read(catalogueFile, catalogueOf);
  return {
    policies: parts.map(({ json }) => json),
    catalogue: catalogue?.json,
    findings,
    place: (diagnostics) => diagnostics.map((diagnostic) => placed(named(diagnostic, parts), parts, catalogue)),
  };
}

/** A folder stands for the files of policies in it, in the order of their names. */
function expanded(file: string): string[] {
  if (file === STDIN || !statSync(file, { throwIfNoEntry: false })?.isDirectory()) return [file];
  const names = readdirSync(file).filter((name) => /\.(json|ya?ml)$/i.test(name));
  return names.sort().map((name) => join(file, name));
}

/** The policies of a document: one, a list, or a list under `policies` beside other things. */
function policiesOf(document: Document): Part | Finding {
  const { value } = document;
  if (Array.isArray(value)) return { document, json: document.json, pointer: "", count: value.length, alone: false };
  if (typeof value !== "object" || value === null) return refused(document, "", "policies");
  if (!Object.hasOwn(value, "policies")) return { document, json: document.json, pointer: "", count: 1, alone: true };
  const { policies } = value as { policies: unknown };
  if (!Array.isArray(policies)) return refused(document, "/policies", "policies");
  return memberPart(document, "policies", policies.length, policies);
}

/** The catalogue of a document: all of it, or what stands under `catalogue`. */
function catalogueOf(document: Document): Part | Finding {
  const { value } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refused(document, "", "catalogue");
  if (Object.hasOwn(value, "catalogue")) {
    return memberPart(document, "catalogue", 0, (value as { catalogue: unknown }).catalogue);
  }
  return { document, json: document.json, pointer: "", count: 0, alone: false };
}

/** One member of a document, in the very text where that is JSON, so that nothing in it is hidden from the engine. */
function memberPart(document: Document, name: string, count: number, value: unknown): Part | Finding {
  const problem = strictly(document);
  if (problem !== undefined) return problem;
  const node = document.tree().members?.get(name)?.node;
  const json = node?.end === undefined ? JSON.stringify(value) : document.json.slice(node.start, node.end);
  return { document, json, pointer: `/${name}`, count, alone: false };
}

const SHAPES = {
  policies: ["a file of policies holds one policy, a list of them, or a list under `policies`", "write `[…]`"],
  catalogue: ["a catalogue is an object, or stands under `catalogue` in one", "write `{…}`"],
} as const;

function refused(document: Document, pointer: string, shape: keyof typeof SHAPES): Finding {
  const [message, help] = SHAPES[shape];
  const diagnostic = { code: "wrong_json_type", severity: "error", policy_id: null, pointer, message, help } as const;
  return strictly(document) ?? at(document, diagnostic);
}

/** What says that an id is there already says where, by a number that only a list of all policies has. */
function named(diagnostic: Diagnostic, parts: readonly Part[]): Diagnostic {
  const [before, index] = /^the policy at `\/(\d+)`/.exec(diagnostic.message) ?? [];
  if (diagnostic.code !== "duplicate_id" || before === undefined) return diagnostic;
  const { file, line, column } = placed({ ...diagnostic, pointer: `/${index}/id` }, parts, undefined);
  const place = [file, line, column].filter((part) => part !== null).join(":");
  return { ...diagnostic, message: `the policy at \`${place}\`${diagnostic.message.slice(before.length)}` };
}

function placed(diagnostic: Diagnostic, parts: readonly Part[], catalogue: Part | undefined): Finding {
  const { pointer } = diagnostic;
  // A catalogue's pointers begin so; those into policies with a number.
  if (pointer === "/catalogue" || pointer.startsWith("/catalogue/")) {
    if (catalogue === undefined) return nowhere(diagnostic);
    return inPart(catalogue, diagnostic, pointer.slice("/catalogue".length));
  }
  const [, index, rest] = /^\/(\d+)(.*)$/s.exec(pointer) ?? [];
  if (index === undefined) return ofText(diagnostic, parts);
  let local = Number(index);
  for (const part of parts) {
    if (local < part.count) return inPart(part, diagnostic, part.alone ? (rest ?? "") : `/${local}${rest}`);
    local -= part.count;
  }
  return nowhere(diagnostic);
}

/** A finding about a text as a whole: the engine reads more strictly than `JSON.parse`, and so does the tree. */
function ofText(diagnostic: Diagnostic, parts: readonly Part[]): Finding {
  for (const { document } of parts) {
    const problem = strictly(document);
    if (problem !== undefined) return problem;
  }
  return nowhere(diagnostic);
}

function inPart(part: Part, diagnostic: Diagnostic, pointer: string): Finding {
  return strictly(part.document) ?? at(part.document, { ...diagnostic, pointer: `${part.pointer}${pointer}` });
}

/** Codes that speak of a key, and not of its value. */
const OF_KEYS = /^(unknown|misplaced|duplicate)_key$/;

/** A diagnostic whose pointer is one into a document. */
export function at(document: Document, diagnostic: Diagnostic): Finding {
  const { line, column } = locate(document, diagnostic.pointer, OF_KEYS.test(diagnostic.code));
  return { file: document.file, line, column, ...diagnostic };
}

function nowhere(diagnostic: Diagnostic): Finding {
  return { file: null, line: null, column: null, ...diagnostic };
}
