// OpenAPI 3.1 of the operations, from the very schemas that check them.
import { STATUS_CODES } from "node:http";
import manifest from "../../package.json" with { type: "json" };
import type { Parameter, Route, Success } from "./route.js";
import { ref, type Schema } from "./schemas/build.js";
import { SCHEMAS } from "./schemas/index.js";

const HEADERS: Readonly<Record<string, { description: string; schema: Schema }>> = {
  ETag: { description: "The revision, for `If-Match`.", schema: { type: "string", pattern: '^"\\d+"$' } },
  Location: { description: "Where it is.", schema: { type: "string" } },
};

/** Headers of problems, by status. */
const PROBLEM_HEADERS: Readonly<Record<number, Record<string, unknown>>> = {
  401: { "WWW-Authenticate": { required: true, schema: { type: "string" } } },
  503: { "Retry-After": { schema: { type: "string" } } },
};

export function openApiOf(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Portcullis",
      version: manifest.version,
      description: "Policies of a platform and its tenants, and decisions by them. Errors are problems of RFC 9457.",
      license: { name: manifest.license, identifier: manifest.license },
    },
    // Relative to this document, wherever the handler is mounted.
    servers: [{ url: "./" }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "A JSON Web Token, or an API key." } },
      responses: Object.fromEntries(
        [...new Set(routes.flatMap(problemsOf))].sort().map((status) => [`Problem${status}`, problem(status)]),
      ),
    },
  };
}

/** The statuses of all problems that an operation can answer with. */
export function problemsOf(route: Route): number[] {
  const statuses = [400, 421, 500, 503, ...(route.problems ?? [])];
  if (route.access !== "public") statuses.push(401, 403);
  if (route.path.includes("{")) statuses.push(404);
  if (route.query?.["tenant"] !== undefined) statuses.push(404);
  if (route.body !== undefined) statuses.push(413, 415, 422);
  if (route.ifMatch) statuses.push(412, 428);
  return [...new Set(statuses)].sort();
}

function operation(route: Route): object {
  const { id, summary, tag, access, body, success } = route;
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(access === "public" && { security: [] }),
    parameters: [
      ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: "path",
        required: true,
        schema: { type: "string", minLength: 1 },
      })),
      ...Object.entries(route.query ?? {}).map(([name, parameter]) => queried(name, parameter)),
      ...(route.ifMatch
        ? [
            {
              name: "If-Match",
              in: "header",
              required: true,
              description: "The ETag that was read.",
              schema: { type: "string" },
            },
          ]
        : []),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          "application/json": { schema: body.schema, ...(body.example !== undefined && { example: body.example }) },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(success).map(([status, what]) => [status, succeeded(what)])),
      ...Object.fromEntries(
        problemsOf(route).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

function queried(name: string, { schema, about, required = false }: Parameter): object {
  return { name, in: "query", required, description: about, schema };
}

function succeeded({ about, schema, headers }: Success): object {
  return {
    description: about,
    ...(headers && {
      headers: Object.fromEntries(headers.map((name) => [name, { required: true, ...HEADERS[name] }])),
    }),
    content: { "application/json": { schema } },
  };
}

function problem(status: number): object {
  return {
    description: STATUS_CODES[status] ?? "Error",
    ...(PROBLEM_HEADERS[status] && { headers: PROBLEM_HEADERS[status] }),
    content: { "application/problem+json": { schema: ref("Problem") } },
  };
}
