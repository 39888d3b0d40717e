// Where each value of a document stands in its text, found again by JSON Pointer (RFC 6901).

/** A value of a document, by the place of its first character. */
export interface Node {
  readonly start: number;
  /** Past its last character; of JSON only. */
  readonly end?: number;
  readonly members?: ReadonlyMap<string, Member>;
  readonly elements?: readonly Node[];
}

/** A member of an object. */
export interface Member {
  /** Where its key begins. */
  readonly key: number;
  readonly node: Node;
}

/** A line and a column, both from 1; columns count UTF-16 code units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What keeps a text from being read, and where. */
export class SourceError extends Error {
  readonly code: string;
  readonly help: string;
  readonly offset: number;

  constructor(code: string, message: string, help: string, offset: number) {
    super(message);
    this.code = code;
    this.help = help;
    this.offset = offset;
  }
}

/** The names of a JSON Pointer. */
export function pointerNames(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Where the value at a pointer begins, or its key; what is not there is placed at what should hold it. */
export function offsetOf(root: Node, pointer: string, atKey: boolean): number {
  let node = root;
  let offset = root.start;
  for (const name of pointerNames(pointer)) {
    const member = node.members?.get(name);
    const next = member?.node ?? node.elements?.[Number(name)];
    if (next === undefined) break;
    offset = atKey && member !== undefined ? member.key : next.start;
    node = next;
  }
  return offset;
}

/** The position of an offset in a text. */
export function positionOf(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < offset; end = text.indexOf("\n", start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}
