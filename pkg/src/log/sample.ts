// Which allows are logged: by a hash, so that the same ones are whoever asks.
import type { Request } from "../types/inputs.js";

/** Characters of a run's id that count. */
const MOST = 256;

export class Sampler {
  /** Of 2^32. */
  readonly #below: number;
  readonly #seed: number;
  #counter = 0;

  constructor(part: number, seed: string) {
    this.#below = Math.round(part * 2 ** 32);
    this.#seed = fnv(0x811c9dc5, seed);
  }

  /** Whether a request is among those that are logged: with all of its run, where it has one. */
  takes(request: Request | null): boolean {
    if (this.#below === 2 ** 32) return true;
    const run = request?.run;
    const id = run?.root_id ?? run?.id;
    return mixed(fnv(this.#seed, typeof id === "string" ? id : String(this.#counter++))) < this.#below;
  }
}

/** FNV-1a over code units. */
function fnv(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length && i < MOST; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Spreads it over all 32 bits, which FNV does not for short texts. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
