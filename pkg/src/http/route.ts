// What an operation is: how it is asked for, who may, and every answer that it gives.
import type { Answer, Call } from "./call.js";
import type { Access, Principal } from "./principal.js";
import type { Query } from "./query.js";
import type { Schema } from "./schemas/build.js";

export interface Parameter {
  readonly schema: Schema;
  readonly about: string;
  readonly required?: boolean;
}

/** What an operation is given: all of it was checked by the operation's own schemas. */
export interface Context {
  readonly call: Call;
  /** Nobody in particular where the operation is public. */
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** The body, where it takes one. */
  readonly body: unknown;
  /** The same as it was sent. */
  readonly text: string;
  /** That of If-Match, where it takes one. */
  readonly revision: number;
}

export interface Success {
  readonly about: string;
  readonly schema: Schema;
  readonly headers?: readonly ("ETag" | "Location")[];
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With names in braces, each one segment. */
  readonly path: string;
  /** Its name in the document. */
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly query?: Readonly<Record<string, Parameter>>;
  readonly body?: {
    readonly schema: Schema;
    /** The core checks it, with better words than a schema has. */
    readonly unchecked?: boolean;
    readonly example?: unknown;
  };
  /** It changes something, and must say which revision it read. */
  readonly ifMatch?: boolean;
  readonly success: Readonly<Record<number, Success>>;
  /** Statuses of problems beside those that follow from the above. */
  readonly problems?: readonly number[];
  run(context: Context): Answer | Promise<Answer>;
}
