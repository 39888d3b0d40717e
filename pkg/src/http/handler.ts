// The handler: finds the operation, checks the call against what it asks for, runs it, and words what goes wrong.
import type { Validate } from "../engine/validate.js";
import type { DecisionLog } from "../log/log.js";
import type { DecisionReader } from "../log/reader.js";
import type { PolicyEngineService } from "../service/service.js";
import { invalidArgument } from "../store/errors.js";
import type { PolicyStore } from "../store/store.js";
import type { Catalogue } from "../types/generated/Catalogue.js";
import { addressing } from "./address.js";
import { type Authenticate, callerOf } from "./auth/authenticator.js";
import { authZenRoutes } from "./authzen/routes.js";
import { type Body, readBody } from "./body.js";
import { type Answer, type Answering, type Call, json } from "./call.js";
import { checkOf, refuse } from "./check.js";
import { Cors } from "./cors.js";
import { hostGuard } from "./host.js";
import { openApiOf } from "./openapi.js";
import { revisionOf } from "./precondition.js";
import { may, type Principal } from "./principal.js";
import { answerOf, Problem, problemOf } from "./problem.js";
import { queryReader } from "./query.js";
import type { Route } from "./route.js";
import { routerOf } from "./router.js";
import { decisionRoutes } from "./routes/decisions.js";
import { logRoutes } from "./routes/log.js";
import { policyRoutes } from "./routes/policies.js";
import { revisionRoutes } from "./routes/revisions.js";
import { serverRoutes } from "./routes/server.js";
import { ref } from "./schemas/build.js";
import { staticFiles } from "./static.js";

type Known = string | Catalogue | null | undefined;

export interface HandlerOptions {
  /** What decides. */
  readonly service: PolicyEngineService;
  /** Where policies are kept. Without one, those operations are not there. */
  readonly store?: PolicyStore | undefined;
  /** Where decisions are logged. Without it, they are not listed. */
  readonly decisions?: DecisionReader | undefined;
  /** Where the service's decisions go, so that the server's status tells of it. */
  readonly log?: Pick<DecisionLog, "stats"> | undefined;
  /** What requests look like, the same as the service has; asked for each time where that changes. */
  readonly catalogue?: Known | (() => Known);
  /** The ways to say who calls; at least one. */
  readonly authenticate: readonly Authenticate[];
  /** Origins whose pages may call, such as `https://play.example`; none without. */
  readonly origins?: readonly string[] | undefined;
  /** The only host names by which it is called, without ports: what keeps pages of strangers from a server on loopback. */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Where it is reached from outside, such as `https://policies.example`, with the path at which it is mounted: AuthZEN's
   * configuration says it. Without it, and with `hosts`, callers on this very machine are told what they called.
   */
  readonly address?: string | undefined;
  /** A folder with a built page, served beside the API to anyone who may call; pages of its origin may. */
  readonly page?: string | undefined;
  /** Bytes of a body at most; default 1 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Hears of failures that callers are told nothing of. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const BODY = 1_048_576;
const NOBODY: Principal = { subject: "", tenant: null, roles: new Set() };

/** Answers calls, however they come. @internal */
export function answering(validate: Validate, options: HandlerOptions): Answering {
  if (options.authenticate.length === 0) {
    throw invalidArgument("nobody could say who calls", "Give `authenticate` at least one way.");
  }
  const routes = routesOf(validate, options);
  const find = routerOf(routes.map((route) => prepared(route, options)));
  const guard = hostGuard(options.hosts);
  const cors = new Cors(options.origins ?? []);
  const api = (call: Call): Answer | Promise<Answer> => {
    const found = find(call.method, call.path);
    return "allow" in found ? { status: 204, headers: found, body: "" } : found.route.run(call, found.params);
  };
  const page = options.page === undefined ? undefined : staticFiles(options.page);
  // What begins as a path of the API is the API's, also where it is none.
  const first = (path: string) => path.split("/", 2)[1];
  const own = new Set(routes.map(({ path }) => first(path)));
  const run = (call: Call) => (page === undefined || own.has(first(call.path)) ? api : page)(call);
  return async (call) => {
    let answer: Answer;
    try {
      guard(call);
      answer = cors.preflight(call) ?? (await run(call));
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500) tell(options.onError, error);
      answer = answerOf(problem);
    }
    return cors.allow(call, named(call, answer));
  };
}

/** The caller's name for the call comes back, whatever the answer is. */
function named(call: Call, answer: Answer): Answer {
  const id = call.header("x-request-id");
  if (id === undefined || !/^[\x21-\x7e]{1,200}$/.test(id)) return answer;
  return { ...answer, headers: { ...answer.headers, "x-request-id": id } };
}

/** A listener that fails takes no call with it. */
function tell(listener: HandlerOptions["onError"], error: unknown): void {
  try {
    listener?.(error);
  } catch {
    // There is nobody left to tell.
  }
}

function routesOf(validate: Validate, options: HandlerOptions): readonly Route[] {
  const { service, store, decisions, log, catalogue, address, hosts } = options;
  const known = typeof catalogue === "function" ? catalogue : () => catalogue;
  const routes: Route[] = [
    ...serverRoutes({ service, log, validate, catalogue: known }),
    ...decisionRoutes(service),
    ...(decisions === undefined ? [] : logRoutes(decisions)),
    ...(store === undefined ? [] : [...policyRoutes(store), ...revisionRoutes(store)]),
    ...authZenRoutes(service, addressing(address, hosts)),
  ];
  let document: unknown;
  const self: Route = {
    method: "GET",
    path: "/openapi.json",
    id: "openApi",
    summary: "This document",
    tag: "server",
    access: "public",
    success: { 200: { about: "OpenAPI 3.1.", schema: ref("OpenAPI") } },
    run: () => {
      document ??= openApiOf([...routes, self]);
      return json(document);
    },
  };
  return [...routes, self];
}

interface Prepared extends Pick<Route, "method" | "path"> {
  run(call: Call, params: Readonly<Record<string, string>>): Promise<Answer>;
}

/** An operation with its checks, made once. The order is that of doubts: who, may they, and only then what. */
function prepared(route: Route, { authenticate, maxBodyBytes = BODY }: HandlerOptions): Prepared {
  const { method, path, access, body } = route;
  const readQuery = queryReader(route.query ?? {});
  const checkBody = body === undefined || body.unchecked ? undefined : checkOf(body.schema);
  return {
    method,
    path,
    async run(call, params) {
      const principal = access === "public" ? NOBODY : await callerOf(call, authenticate);
      if (access !== "public" && !may(principal, access)) throw forbidden();
      const query = readQuery(call.query);
      const revision = route.ifMatch ? revisionOf(call) : 0;
      const read = body === undefined ? NO_BODY : readBody(call, maxBodyBytes);
      const { text, value } = read instanceof Promise ? await read : read;
      const mistakes = checkBody?.(value) ?? [];
      if (mistakes.length > 0) throw refuse("body", mistakes);
      return route.run({ call, principal, params, query, body: value, text, revision });
    },
  };
}

const NO_BODY: Body = { text: "", value: undefined };

function forbidden(): Problem {
  return new Problem({
    code: "forbidden",
    detail: "the caller has no role that lets it do this",
    remedy: "Ask the people who run this platform for a role.",
  });
}
