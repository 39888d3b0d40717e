// Calls over real HTTP. Each answer is held against the server's own document: its status, its headers and its body.
import { request } from "node:http";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";

type Json = ReturnType<typeof JSON.parse>;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  readonly body: Json;
}

export interface Sent {
  readonly token?: string | undefined;
  /** A value is sent as JSON, text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The revision of If-Match. */
  readonly revision?: number;
}

/** A call that nothing is checked about. */
export function send(
  base: string,
  method: string,
  path: string,
  { token, body, headers, revision }: Sent = {},
): Promise<Reply> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((done, fail) => {
    const call = request(
      `${base}${path}`,
      {
        method,
        agent: false,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(text !== undefined && { "content-type": "application/json" }),
          ...(revision !== undefined && { "if-match": `"${revision}"` }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => {
          const answer = Buffer.concat(chunks).toString();
          const { statusCode: status = 0, headers: received } = response;
          const said = received["content-type"]?.includes("json") && method !== "HEAD";
          const body = said ? JSON.parse(answer) : undefined;
          done({ status, headers: received as Record<string, string>, text: answer, body });
        });
        response.on("error", fail);
      },
    );
    call.on("error", fail);
    call.end(text);
  });
}

/** A client that checks. */
export class Client {
  readonly base: string;
  readonly document: Json;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  readonly #validators = new Map<unknown, ValidateFunction>();

  private constructor(base: string, document: Json) {
    this.base = base;
    this.document = document;
    this.#ajv.addSchema(document, "document");
  }

  static async of(base: string): Promise<Client> {
    return new Client(base, (await send(base, "GET", "/openapi.json")).body);
  }

  /** Every operation of the document. */
  get operations(): { method: string; path: string; operation: Json }[] {
    return Object.entries<Json>(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  async call(method: string, path: string, sent?: Sent): Promise<Reply> {
    const reply = await send(this.base, method, path, sent);
    this.#check(method, path, reply);
    return reply;
  }

  #check(method: string, path: string, { status, headers, body }: Reply): void {
    const plain = path.split("?")[0] as string;
    const template = Object.keys(this.document.paths).find((known) =>
      new RegExp(`^${known.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`).test(plain),
    );
    const operation = template && this.document.paths[template][method.toLowerCase()];
    if (operation === undefined) {
      expect([404, 405, 400, 421]).toContain(status);
      return;
    }
    const stated = operation.responses[status];
    expect(stated, `${method} ${path} states ${status}`).toBeDefined();
    const response = stated.$ref ? this.document.components.responses[stated.$ref.split("/").at(-1)] : stated;
    for (const [name, { required }] of Object.entries<Json>(response.headers ?? {})) {
      if (required) expect(headers, `${method} ${path} ${status}`).toHaveProperty(name.toLowerCase());
    }
    const [[type, { schema }]] = Object.entries<Json>(response.content) as [[string, Json]];
    expect(headers["content-type"]).toBe(type);
    const validator = this.#validator(schema);
    expect(validator(body) ? [] : validator.errors, `${method} ${path} ${status}: ${JSON.stringify(body)}`).toEqual([]);
  }

  #validator(schema: unknown): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
    const made = this.#ajv.compile(JSON.parse(text));
    this.#validators.set(schema, made);
    return made;
  }
}
