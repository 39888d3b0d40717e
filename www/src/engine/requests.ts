// A set of requests, one by one: an array, the cases of an example, or one request a line (NDJSON).

export type ReadRequest =
  | { readonly at: number; readonly title: string; readonly request: unknown }
  | { readonly at: number; readonly message: string };

export interface RequestSet {
  readonly total: number;
  each(): Iterable<ReadRequest>;
}

export function readRequests(text: string): RequestSet {
  const whole = parsed(text);
  if (Array.isArray(whole)) return ofArray(whole);
  const cases = (whole as { cases?: unknown } | null | undefined)?.cases;
  if (Array.isArray(cases)) return ofArray(cases);
  const lines = text.split("\n");
  return {
    total: lines.reduce((count, line) => count + (line.trim() === "" ? 0 : 1), 0),
    *each() {
      for (const [index, line] of lines.entries()) {
        if (line.trim() === "") continue;
        const at = index + 1;
        const value = parsed(line);
        yield value === undefined ? { at, message: "the line is no JSON" } : titled(value, at);
      }
    },
  };
}

function ofArray(elements: readonly unknown[]): RequestSet {
  return {
    total: elements.length,
    *each() {
      for (const [index, element] of elements.entries()) yield titled(element, index + 1);
    },
  };
}

/** A request, or one with a title around it. */
function titled(value: unknown, at: number): ReadRequest {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { at, message: "it is no object" };
  const { title, request } = value as { title?: unknown; request?: unknown };
  if (request !== undefined && !Object.hasOwn(value, "action"))
    return { at, title: typeof title === "string" ? title : summary(request), request };
  return { at, title: summary(value), request: value };
}

/** A request in a few words. */
function summary(request: unknown): string {
  const { action, tool, tenant, user } = (request ?? {}) as Record<string, { id?: unknown } | undefined>;
  const parts = [tool?.id ?? action, user?.id, tenant?.id].filter((part) => typeof part === "string");
  return parts.join(" · ").slice(0, 120) || "request";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
