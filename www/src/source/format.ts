// JSON as people write it: what fits into a line stays on one.

/** Characters of a line. */
export const WIDTH = 88;

/** A value as JSON text. */
export function formatJson(value: unknown, indent = ""): string {
  const flat = inOneLine(value);
  if (flat === undefined || typeof value !== "object" || value === null) return flat ?? "null";
  const depth = indent.length / 2;
  // The outermost levels are spread out, whatever fits: a policy is read by its keys.
  if (flat.length + indent.length <= WIDTH && depth > 1) return flat;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((element) => formatJson(element, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => `${JSON.stringify(key)}: ${formatMember(key, member, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return parts.length === 0 ? `${open}${close}` : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

function formatMember(key: string, value: unknown, indent: string): string {
  const flat = inOneLine(value);
  const fits = flat !== undefined && flat.length + key.length + indent.length + 4 <= WIDTH;
  return fits ? flat : formatJson(value, indent);
}

export function inOneLine(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.map((element) => inOneLine(element) ?? "null").join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return "{}";
  return `{ ${members.map(([key, member]) => `${JSON.stringify(key)}: ${inOneLine(member)}`).join(", ")} }`;
}
