// `portcullis/http`, for servers: the management API and AuthZEN, as a handler to mount or to serve.
import { type FetchHandler, fetchHandler } from "../http/fetch.js";
import { answering, type HandlerOptions } from "../http/handler.js";
import { type NodeHandler, nodeHandler } from "../http/node.js";
import { staticFiles } from "../http/static.js";
import { validate } from "./node.js";

export { type Authenticate, singleToken } from "../http/auth/authenticator.js";
export { type JwtOptions, jwtAuthenticator } from "../http/auth/jwt.js";
export { keyAuthenticator } from "../http/auth/keys.js";
export type { FetchHandler } from "../http/fetch.js";
export type { HandlerOptions } from "../http/handler.js";
export { LOOPBACK } from "../http/host.js";
export type { NodeHandler } from "../http/node.js";
export type { Principal, Role } from "../http/principal.js";

/**
 * The API as a handler of the web's Request and Response.
 *
 * @example
 * const handler = createHandler({ service, store, authenticate: [await jwtAuthenticator({ issuer, audience, jwks })] });
 * const response = await handler(new Request("https://policies.example/v1/policies", { headers }));
 * @throws PortcullisError `invalid_argument`.
 */
export function createHandler(options: HandlerOptions): FetchHandler {
  return fetchHandler(answering(validate, options));
}

/**
 * The same API as a listener of `node:http`, which is faster.
 *
 * @example
 * createServer(createNodeHandler({ service, store, authenticate })).listen(8080);
 * @throws PortcullisError `invalid_argument`.
 */
export function createNodeHandler(options: HandlerOptions): NodeHandler {
  return nodeHandler(answering(validate, options));
}

/**
 * The files of a built page alone, such as the playground's, as a listener of `node:http`.
 *
 * @throws PortcullisError `invalid_argument` where the folder has no `index.html`.
 */
export function createPageHandler(folder: string): NodeHandler {
  return nodeHandler(staticFiles(folder));
}
