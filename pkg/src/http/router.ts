// Which operation a call is for.
import { noSuch, Problem } from "./problem.js";

export interface Found<R> {
  readonly route: R;
  readonly params: Readonly<Record<string, string>>;
}

interface Node<R> {
  readonly fixed: Map<string, Node<R>>;
  /** What stands for any segment, by its name. */
  any?: { readonly name: string; readonly node: Node<R> };
  readonly methods: Map<string, R>;
  /** What `Allow` says here. */
  allow: string;
}

const node = <R>(): Node<R> => ({ fixed: new Map(), methods: new Map(), allow: "" });

/**
 * HEAD is answered as GET is, by a transport that sends no body. OPTIONS asks what there is.
 * @throws Problem 404, 405, 400 for a path that can't be read.
 */
export function routerOf<R extends { method: string; path: string }>(
  routes: readonly R[],
): (method: string, path: string) => Found<R> | { readonly allow: string } {
  const root = node<R>();
  // Paths without parameters, which need no walk: in the tree, too, what is fixed comes first.
  const whole = new Map<string, Node<R>>();
  for (const route of routes) {
    let at = root;
    for (const segment of route.path.split("/").slice(1)) at = child(at, segment);
    at.methods.set(route.method, route);
    at.allow = allowed([...at.methods.keys()]);
    if (!route.path.includes("{")) whole.set(route.path, at);
  }
  return (method, path) => {
    const params: Record<string, string> = {};
    const at = whole.get(path) ?? walked(root, path, params);
    const { methods, allow } = at;
    if (methods.size === 0) throw noSuch("route");
    if (method === "OPTIONS") return { allow };
    const route = methods.get(method === "HEAD" ? "GET" : method);
    if (route === undefined) throw notAllowed(allow);
    return { route, params };
  };
}

function walked<R>(root: Node<R>, path: string, params: Record<string, string>): Node<R> {
  let at: Node<R> | undefined = root;
  for (const segment of path.split("/").slice(1)) {
    const fixed: Node<R> | undefined = at.fixed.get(segment);
    if (fixed === undefined && at.any !== undefined && segment !== "") params[at.any.name] = decoded(segment);
    at = fixed ?? (segment === "" ? undefined : at.any?.node);
    if (at === undefined) throw noSuch("route");
  }
  return at;
}

function child<R>(at: Node<R>, segment: string): Node<R> {
  const name = /^\{(\w+)\}$/.exec(segment)?.[1];
  if (name !== undefined) {
    at.any ??= { name, node: node() };
    return at.any.node;
  }
  const there = at.fixed.get(segment) ?? node<R>();
  at.fixed.set(segment, there);
  return there;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    const detail = "the path holds what is no percent-encoded UTF-8";
    throw new Problem({ code: "invalid_path", detail, remedy: "Encode it, as `encodeURIComponent` does." });
  }
}

/** What `Allow` says of a path with these methods. */
export function allowed(methods: readonly string[]): string {
  return [...methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"].join(", ");
}

/** By what `Allow` says. */
export function notAllowed(allow: string): Problem {
  return new Problem(
    { code: "method_not_allowed", detail: "the path has no such method", remedy: `Use one of: ${allow}.` },
    { allow },
  );
}
