/** RFC 8785: JSON with sorted members and one way to write each value; and its SHA-256. */
import { createHash } from "node:crypto";
import type { Json } from "./types.js";

export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    // The standard sorts by UTF-16 code units, as JavaScript does by itself.
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`);
    return `{${members.join(",")}}`;
  }
  // The standard takes strings and numbers, and -0 as 0, from ECMAScript.
  return JSON.stringify(value);
}

export function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;
}
