// A workspace in the fragment of a link, which browsers never send anywhere.
import { fromPortable, isPortable, type Portable, portable } from "./portable.js";
import type { Workspace } from "./workspace.js";

/** Characters of a link; messengers and mail cut longer ones. */
const LONGEST = 60_000;
/** Bytes that a link may unfold to, so that a small one can't fill the memory. */
const LARGEST = 16 * 1024 * 1024;
/** Bytes of requests that are tried: more of them never fit. */
const MOST_REQUESTS = 2 * 1024 * 1024;
const PREFIX = "#w1=";

/** What keeps a link from being made or read, in words for people. */
export class LinkError extends Error {}

export function isLink(hash: string): boolean {
  return hash.length > 1;
}

export interface Link {
  readonly hash: string;
  /** What would make it too long. */
  readonly without: readonly ("requests" | "calls")[];
}

/** The fragment for a work. Where it is too long, requests are left out, and if need be other calls. @throws LinkError */
export async function encode(workspace: Workspace): Promise<Link> {
  const all = await portable(workspace, MOST_REQUESTS);
  const { requests, ...rest } = all;
  const left = workspace.requests === undefined ? [] : (["requests"] as const);
  if (requests !== undefined) {
    const hash = PREFIX + (await packed(all));
    if (hash.length <= LONGEST) return { hash, without: [] };
  }
  const less = PREFIX + (await packed(rest));
  if (less.length <= LONGEST) return { hash: less, without: left };
  const least = PREFIX + (await packed({ ...rest, cases: [] }));
  if (least.length <= LONGEST) return { hash: least, without: [...left, "calls"] };
  throw new LinkError(
    `The link would have ${least.length} characters, and ${LONGEST} arrive safely. Download everything as a file instead.`,
  );
}

/** @throws LinkError */
export async function decode(hash: string): Promise<Workspace> {
  if (!hash.startsWith(PREFIX)) throw new LinkError("The link is none of this page.");
  let value: unknown;
  try {
    value = JSON.parse(await unpacked(hash.slice(PREFIX.length)));
  } catch (error) {
    if (error instanceof LinkError) throw error;
    throw new LinkError("The link is damaged, perhaps cut off.");
  }
  if (!isPortable(value)) throw new LinkError("The link holds something else than policies and a call.");
  return fromPortable(value);
}

async function packed(workspace: Portable): Promise<string> {
  const stream = new Blob([JSON.stringify(workspace)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function unpacked(text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = stream.getReader();
  let out = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out + decoder.decode();
    size += value.byteLength;
    if (size > LARGEST) {
      await reader.cancel();
      throw new LinkError("The link unfolds to more than this page takes.");
    }
    out += decoder.decode(value, { stream: true });
  }
}
