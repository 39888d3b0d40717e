// A request and its answer, apart from how they come and go: fetch-style handlers and node:http are two ways.

export interface Call {
  /** In capitals. */
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** What the host's router took from the front of the path, where it says so. */
  readonly mount?: string;
  /** Without the question mark. */
  readonly query: string;
  /** By a name in lower case. */
  header(name: string): string | undefined;
  /** All of the body, at once where it is there. Where it is longer, nothing. */
  body(most: number): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

export type Answering = (call: Call) => Promise<Answer>;

const JSON_HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

export function json(value: unknown, status = 200, headers?: Readonly<Record<string, string>>): Answer {
  return jsonText(JSON.stringify(value), status, headers);
}

/** Of a value that is text already. */
export function jsonText(body: string, status = 200, headers?: Readonly<Record<string, string>>): Answer {
  return { status, headers: headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers }, body };
}
