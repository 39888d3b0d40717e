// What the wrapper needs of the compiled core. Entry points bring it; nothing here imports the glue.

/** A place in a request, as the core describes it. */
export interface NodeInfo {
  readonly parent: number;
  /** `none`: the root, or what the core derives by itself. */
  readonly kind: "member" | "elements" | "keys" | "none";
  /** The name of a member. */
  readonly key: string | null;
  /** The strings that the node is compared with, numbered by their places; `null` where they are too many. */
  readonly literals: readonly string[] | null;
  /** Of columns: with more elements than this, nobody reads any. */
  readonly max: number;
}

/** A value for a cold call: JSON text, or bytes of the deep encoding. */
export type Wire = string | Uint8Array;

/** One compiled policy set. Every number is a `u32`; every pointer a byte offset in the core's memory. */
export interface Core {
  node_count(): number;
  node(node: number): NodeInfo;
  /** How many owners of policies there are, the platform among them. */
  owners(): number;
  owner(tenantId: string): number;
  owner_info(owner: number): Uint32Array;
  platform_set(): string;
  policy_set(tenantId: string): string;
  route(owner: number, scope: number, id: string): Uint32Array;
  bucket(bucket: number, action: number): Uint32Array;
  child(bucket: number, value: boolean | number | string): number;
  reserve(cells: number, heapBytes: number, picks: number): void;
  frame_ptr(): number;
  heap_ptr(): number;
  heap_capacity(): number;
  picks_ptr(): number;
  out_ptr(): number;
  /** Effect, code and mode, and how many reasons there are, as `DecisionReader` reads them. */
  decide(picks: number, stated: number): number;
  reason(policy: number): string;
  fault(index: number): string;
  limit(policy: number, index: number): string;
  approval(policy: number): string;
  shadow(policy: number): string;
  set_grants(request: Uint8Array, grants: string): void;
  explain(request: Uint8Array, reader: string): unknown;
  /** `unknown` is a JSON array of paths. */
  preview(request: Uint8Array, unknown: string): unknown;
  /** `vary` is an object of arrays; a byte for each cell, as `cellOf` reads it. */
  preview_many(request: Uint8Array, unknown: string, vary: Uint8Array): Uint8Array;
  /** `null` for a core of anything but a residual. */
  decide_by_residual(request: Uint8Array, grants: string): unknown;
  /** `unknown` is a JSON array of paths. Throws `{ code, field, message }`, as `request_digest` does. */
  residual(known: Uint8Array, unknown: string): unknown;
  request_digest(request: Uint8Array): string;
  /** Throws `{ diagnostics }`, as `replace_text` does. */
  replace(policy: Uint8Array): void;
  replace_text(policy: string): void;
  remove(id: string): boolean;
  free(): void;
}

/** A policy set on its way into the core. */
export interface CoreLoader {
  /** Takes an array of policies, encoded. */
  push(bytes: Uint8Array): void;
  /** Takes an array of policies as JSON, in UTF-8. */
  push_text(text: Uint8Array): void;
  /** Works off at most so many policies; `true` when none waits. */
  step(policies: number): boolean;
  /** Makes a part of what was worked off ready to decide; `true` when all of it is. */
  settle(): boolean;
  /** Consumes the loader. Throws `{ diagnostics }`. */
  finish(): Core;
  /** Consumes the loader; an array of diagnostics. */
  findings(): unknown;
  free(): void;
}

/** One instance of the core. */
export interface Glue {
  readonly memory: WebAssembly.Memory;
  /** A catalogue or a residual comes as text or as bytes. */
  readonly CoreLoader: {
    new (text?: string | null, bytes?: Uint8Array | null): CoreLoader;
    residual(text?: string | null, bytes?: Uint8Array | null): CoreLoader;
  };
}

/** Tags of cells. */
export const MISSING = 0;
export const NULL = 1;
export const FALSE = 2;
export const TRUE = 3;
export const NUMBER = 4;
export const INTERNED = 5;
export const STRING = 6;
export const OTHER_STRING = 7;
export const ARRAY = 8;
export const OBJECT = 9;
export const UNSUPPORTED = 10;
export const LONG_STRING = 11;
export const LONG_ARRAY = 12;
export const BLOCKED = 13;
export const COLUMN = 14;
/** A column for each value of a column. Known to the wrapper alone: the core finds them by the cells of the values. */
export const ROWS = 15;

/** The nodes that every request has read. */
export const ROOT = 0;
export const ACTION = 1;
export const NOW = 2;
export const TENANT = 3;
export const TENANT_ID = 4;
export const APP = 5;
export const USER = 7;
export const WORKFLOW = 9;
export const AGENT = 11;
export const TOOL = 13;
export const RUN = 15;
export const RUN_MODE = 17;
export const RUN_ROOT_ID = 18;
export const FIXED_NODES = 19;

/** Marks a picked bucket whose policies err in coverage. */
export const FAULT = 0x8000_0000;
/** Marks a request of the common kind: each entity `null`, or an object with a string id. */
export const COMMON = 0x8000_0000;
/** Marks a node whose strings are needed in full. */
export const BYTES = 0x8000_0000;
/** Marks a node of which only what is below is read. */
export const PASSAGE = 0x4000_0000;
/** The length of an object with more names than the cap. */
export const TOO_MANY_NAMES = 0xffff_ffff;

/** Where the elements would begin of an array that is past the cap on all arrays at its place. */
export const TOO_MANY_NESTED = 0xffff_ffff;

export const MAX_STRING_BYTES = 65_536;
export const MAX_ELEMENTS = 10_000;
export const MAX_COLUMN_BYTES = 1_048_576;
export const MAX_NESTED_ELEMENTS = 1_000_000;
export const MAX_NESTED_BYTES = 16_777_216;
export const MAX_NUMBER = Number.MAX_SAFE_INTEGER;
