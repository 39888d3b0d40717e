/** A field as people read it: dotted, or as JSON where a name has a dot itself. */
export function fieldText(field: string | readonly string[]): string {
  return typeof field === "string" ? field : JSON.stringify(field);
}

/** A value as people read it, cut where it is long. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
