/** All that `as` derives from one readable value. `undefined` means underivable. */
import { fold } from "./fold.js";
import { hostClass } from "./host.js";
import { parseTimestamp, utcHour, utcWeekday } from "./time.js";
import type { Derivation } from "./types.js";
import { parseUrl } from "./url.js";
import { compareUtf8, Failure, isSupportedNumber, isWellFormed, kindOf, MAX_ELEMENTS } from "./value.js";

export function derive(as: Derivation, value: unknown, path: string[]): unknown {
  switch (as) {
    case "size":
      if (typeof value === "string") return Array.from(value).length;
      if (Array.isArray(value)) return value.length;
      throw new Failure("wrong_type", path);
    case "keys":
      if (kindOf(value) !== "object") throw new Failure("wrong_type", path);
      return keysOf(value as object, path);
    case "utc_hour":
    case "utc_weekday": {
      if (typeof value !== "number") throw new Failure("wrong_type", path);
      return orUnderivable(as === "utc_hour" ? utcHour(value) : utcWeekday(value), path);
    }
    default:
      if (typeof value !== "string") throw new Failure("wrong_type", path);
      return orUnderivable(fromString(as, value), path);
  }
}

function fromString(as: Derivation, text: string): string | number | undefined {
  switch (as) {
    case "lower":
      return fold(text);
    case "timestamp":
      return parseTimestamp(text);
    case "number":
      return parseNumber(text);
    case "file_path":
      return normalisePath(text);
    case "email_domain":
      return emailDomain(text);
    case "url_scheme":
      return parseUrl(text)?.scheme;
    case "url_host":
      return parseUrl(text)?.host;
    case "url_path":
      return parseUrl(text)?.path;
    case "host_class": {
      const host = parseUrl(text)?.host;
      return host === undefined ? undefined : hostClass(host);
    }
    default:
      throw new Error(`no derivation from a string: ${as}`);
  }
}

function orUnderivable<T>(derived: T | undefined, path: string[]): T {
  if (derived === undefined) throw new Failure("underivable", path);
  return derived;
}

/** The member names in order of their UTF-8 bytes. Values are not read. */
function keysOf(object: object, path: string[]): string[] {
  let keys: string[];
  try {
    keys = Object.keys(object);
  } catch {
    throw new Failure("unsupported", path);
  }
  if (keys.length > MAX_ELEMENTS) throw new Failure("too_many", path);
  if (!keys.every(isWellFormed)) throw new Failure("unsupported", path);
  return keys.sort(compareUtf8);
}

/** By the grammar of JSON, which has no plus, no leading zero, no bare point and no space. */
export function parseNumber(text: string): number | undefined {
  if (!/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text)) return undefined;
  const number = Number(text);
  return isSupportedNumber(number) ? number : undefined;
}

export function normalisePath(path: string): string | undefined {
  if (path === "" || path.includes("\0") || path.includes("\\")) return undefined;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  const joined = segments.join("/");
  if (path.startsWith("/")) return `/${joined}`;
  return joined === "" ? "." : joined;
}

/** Of exactly one addr-spec, ASCII, with nothing around it. */
export function emailDomain(address: string): string | undefined {
  const atext = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
  const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const match = new RegExp(`^(${atext}(?:\\.${atext})*)@(${label}(?:\\.${label})*)$`).exec(address);
  if (!match) return undefined;
  const [, local, domain] = match as unknown as [string, string, string];
  if (local.length > 64 || domain.length > 253) return undefined;
  return domain.toLowerCase();
}
