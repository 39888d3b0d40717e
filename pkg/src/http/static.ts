// The files of a built page over HTTP, of one folder and of nothing beside it.
import { existsSync } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { invalidArgument } from "../store/errors.js";
import type { Answer, Answering } from "./call.js";
import { answerOf, noSuch } from "./problem.js";
import { allowed, notAllowed } from "./router.js";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

const ALLOW = allowed(["GET"]);

/**
 * Answers with the files of a folder, as they are when they are asked for; `/` is its `index.html`.
 * @throws PortcullisError `invalid_argument` where there is none.
 */
export function staticFiles(folder: string): Answering {
  if (!existsSync(join(folder, "index.html"))) {
    throw invalidArgument(`\`${folder}\` holds no built page`, "Name the folder that has its `index.html`.");
  }
  return async ({ method, path }) => {
    const found = await fileAt(folder, path);
    if (found === undefined) return answerOf(noSuch("route"));
    if (method === "OPTIONS") return { status: 204, headers: { allow: ALLOW }, body: "" };
    return method === "GET" || method === "HEAD" ? found : answerOf(notAllowed(ALLOW));
  };
}

async function fileAt(folder: string, path: string): Promise<Answer | undefined> {
  const names = namesIn(path);
  if (names === undefined) return undefined;
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, ...names))]);
    // Links lead nowhere that a path could not.
    if (!relative(root, file).split(sep).every(isPlain)) return undefined;
    if (!(await stat(file)).isFile()) return undefined;
    const headers = {
      "content-type": TYPES[extname(file).toLowerCase()] ?? "application/octet-stream",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
      "content-security-policy": "frame-ancestors 'none'",
    };
    return { status: 200, headers, body: await readFile(file) };
  } catch {
    // Not there, or not to be read: all the same to whoever asks.
    return undefined;
  }
}

/** The names that a path leads through; nothing where one of them is none that a page has. */
function namesIn(path: string): string[] | undefined {
  try {
    const names = decodeURIComponent(path.endsWith("/") ? `${path}index.html` : path).split("/");
    return names.shift() === "" && names.every(isPlain) ? names : undefined;
  } catch {
    return undefined;
  }
}

/** Neither a way up nor hidden, and the same to every file system. */
function isPlain(name: string): boolean {
  return /^[^.\0\\/:][^\0\\/:]*$/.test(name);
}
