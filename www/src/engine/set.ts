// The policies and the catalogue of the editors, as the engine takes them, and its diagnostics back in the editors.
import { type Diagnostic, PolicyEngine, PolicySetError, validate } from "portcullis";
import { read } from "../source/read.js";
import { firstLine, type Source, SourceError } from "../source/source.js";
import type { Finding, PolicyTexts } from "./protocol.js";

/** What the engine is given. */
interface Part {
  readonly json: string;
  /** What the engine's pointers leave out, and what they have too much. */
  readonly prefix: string;
  readonly strip: string;
}

/** Texts that could be read. */
export interface ReadSet {
  /** All policies as JSON text, and each by itself. */
  readonly policies: string;
  readonly each: readonly string[];
  readonly catalogue: string | undefined;
  /** A diagnostic at its place in the texts. */
  place(diagnostic: Diagnostic): Finding;
}

export interface LoadedSet {
  readonly findings: readonly Finding[];
  /** None where there are errors. */
  readonly engine: PolicyEngine | undefined;
}

/** Reads the texts; what keeps one from being read is a finding. */
export function readSet(texts: PolicyTexts): { readonly findings: Finding[]; readonly set: ReadSet | undefined } {
  const findings: Finding[] = [];
  const attempt = <T>(make: () => T, where: keyof PolicyTexts): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      findings.push(unreadable(error, where));
      return undefined;
    }
  };
  const policies = attempt(() => withPart(read(texts.policies), policiesOf), "policies");
  const none = texts.catalogue.trim() === "";
  const catalogue = none ? undefined : attempt(() => withPart(read(texts.catalogue), catalogueOf), "catalogue");
  if (policies === undefined || (catalogue === undefined && !none)) return { findings, set: undefined };
  const place = (diagnostic: Diagnostic) => {
    const ofCatalogue = /^\/catalogue(?=\/|$)/.test(diagnostic.pointer) && catalogue !== undefined;
    return ofCatalogue
      ? placed(diagnostic, catalogue, { ...catalogue.part, strip: "/catalogue" }, texts, "catalogue")
      : placed(diagnostic, policies, policies.part, texts, "policies");
  };
  const each = attempt(() => eachOf(policies.source, policies.part), "policies");
  if (each === undefined) return { findings, set: undefined };
  return { findings, set: { policies: policies.part.json, each, catalogue: catalogue?.part.json, place } };
}

/** Reads, validates and loads. */
export function loadSet(texts: PolicyTexts): LoadedSet {
  const { findings, set } = readSet(texts);
  if (set === undefined) return { findings, engine: undefined };
  const { diagnostics, engine } = loadWhole(set);
  return { findings: [...findings, ...diagnostics.map(set.place)], engine };
}

/** Validates and loads all of a set. */
export function loadWhole({ policies, catalogue }: ReadSet): {
  readonly diagnostics: readonly Diagnostic[];
  readonly engine: PolicyEngine | undefined;
} {
  const { diagnostics } = validate(policies, catalogue);
  if (diagnostics.some(({ severity }) => severity === "error")) return { diagnostics, engine: undefined };
  try {
    return { diagnostics, engine: PolicyEngine.loadSync({ policies, catalogue }) };
  } catch (error) {
    if (!PolicySetError.is(error)) throw error;
    return { diagnostics: error.diagnostics, engine: undefined };
  }
}

/** Each policy as JSON text. */
function eachOf(source: Source, { prefix, strip }: Part): string[] {
  if (strip !== "") return [source.json];
  const path = prefix === "" ? [] : [prefix.slice(1)];
  const list = path.length === 0 ? source.value : (source.value as Record<string, unknown>)[prefix.slice(1)];
  return Array.isArray(list) ? list.map((_, index) => source.part([...path, index])) : [];
}

/** A text that can't be read, as a finding. */
export function unreadable(error: SourceError, where: Finding["in"]): Finding {
  const { code, message, help, range } = error;
  return { in: where, severity: "error", code, message, help, ...range };
}

function withPart(source: Source, part: (source: Source) => Part) {
  return { source, part: part(source) };
}

/** One policy, a list of them, or a list under `policies` beside other things. */
function policiesOf(source: Source): Part {
  const { json, value } = source;
  if (Array.isArray(value)) return { json, prefix: "", strip: "" };
  if (typeof value === "object" && value !== null) {
    if (!Object.hasOwn(value, "policies")) return { json: `[${json}]`, prefix: "", strip: "/0" };
    return memberPart(source, "policies");
  }
  throw new SourceError(
    "wrong_json_type",
    "policies are one policy, a list of them, or a list under `policies`",
    "write `[…]`",
    source.locate("", "value"),
  );
}

/** All of the text, or what stands under `catalogue`. */
function catalogueOf(source: Source): Part {
  const { json, value } = source;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "catalogue"))
    return { json, prefix: "", strip: "" };
  return memberPart(source, "catalogue");
}

function memberPart(source: Source, name: "policies" | "catalogue"): Part {
  return { json: source.part([name]), prefix: `/${name}`, strip: "" };
}

/** Codes that speak of a key, and not of its value. */
const OF_KEYS = /^(unknown|misplaced|duplicate)_key$/;

function placed(
  { code, severity, message, help, pointer }: Diagnostic,
  { source }: { source: Source },
  { prefix, strip }: Part,
  texts: PolicyTexts,
  where: keyof PolicyTexts,
): Finding {
  const local = pointer.startsWith(strip) ? pointer.slice(strip.length) : pointer;
  const range = source.locate(`${prefix}${local}`, OF_KEYS.test(code) ? "key" : "value");
  return { in: where, severity, code, message, help, ...firstLine(texts[where], range) };
}
