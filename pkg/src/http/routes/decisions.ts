// Decisions, and what explains and foretells them.
import type { ExplanationReader } from "../../engine/engine.js";
import type { PreviewManyOptions } from "../../engine/preview.js";
import type { PolicyEngineService } from "../../service/service.js";
import type { PreviewCell } from "../../types/generated/PreviewCell.js";
import type { Request } from "../../types/inputs.js";
import { json, jsonText } from "../call.js";
import { refuse } from "../check.js";
import { Problem } from "../problem.js";
import type { Context, Route } from "../route.js";
import { list, object, oneOf, ref, type Schema } from "../schemas/build.js";
import { requestOf } from "../tenancy.js";
import { decisionText } from "../texts.js";
import { byTurns, cellsOf, partsOf } from "../turns.js";
import { viewOf } from "../visible.js";

/** Requests that one call may hold. */
const MOST_REQUESTS = 1_000;
/** Cells that one answer may hold. */
const MOST_CELLS = 10_000;
/** Cells between two looks at the clock. */
const CELLS_AT_ONCE = 100;
/** How often a matrix is begun. */
const ATTEMPTS = 4;

const request = ref("Request");
const path: Schema = { anyOf: [{ type: "string" }, list({ type: "string" }, { minItems: 1 })] };
const unknown = list(path, { maxItems: 1_000 });

export function decisionRoutes(service: PolicyEngineService): Route[] {
  const view = ({ principal }: Context) => viewOf(principal, (id) => service.visible(id));
  const asked = ({ principal }: Context, given: object) => requestOf(principal, given) as unknown as Request;
  const common = { method: "POST" as const, access: "read" as const, tag: "decisions", problems: [404, 422] };
  return [
    {
      ...common,
      path: "/v1/decisions",
      id: "decide",
      summary: "Decides a request",
      body: { schema: object({ request }), example: { request: EXAMPLE } },
      success: { 200: { about: "The decision, whatever it is.", schema: ref("Decision") } },
      run(context) {
        const body = context.body as { request: object };
        return jsonText(decisionText(view(context).decision(service.decide(asked(context, body.request)))));
      },
    },
    {
      ...common,
      path: "/v1/decisions/batch",
      id: "decideMany",
      summary: "Decides several requests, each by the policies that are in force when its turn comes",
      body: {
        schema: object({ requests: list(request, { maxItems: MOST_REQUESTS }) }),
        example: { requests: [EXAMPLE] },
      },
      success: {
        200: {
          about: "The decisions, in the order of the requests; `policy_set` says of each by which policies.",
          schema: object({ decisions: list(ref("Decision")) }),
        },
      },
      async run(context) {
        const { decision } = view(context);
        const requests = (context.body as { requests: object[] }).requests.map((given) => asked(context, given));
        const texts = await byTurns(requests, (given) => decisionText(decision(service.decide(given))));
        return jsonText(`{"decisions":[${texts}]}`);
      },
    },
    {
      ...common,
      path: "/v1/explanations",
      id: "explain",
      summary: "Explains the decision on a request, as data or as text for one reader",
      body: {
        schema: object({ request, reader: oneOf("agent", "approver", "author") }, ["reader"]),
        example: { request: EXAMPLE },
      },
      success: {
        200: {
          about: "The explanation; `{ text }` where a reader is named.",
          schema: { anyOf: [ref("Explanation"), ref("ExplanationText")] },
        },
      },
      run(context) {
        const body = context.body as { request: object; reader?: ExplanationReader };
        const given = asked(context, body.request);
        if (body.reader === undefined) return json(view(context).explanation(service.explain(given)));
        if (context.principal.tenant !== null) throw readerRefused();
        return json({ text: service.explain(given, { reader: body.reader }) });
      },
    },
    {
      ...common,
      path: "/v1/previews",
      id: "preview",
      summary: "Says what may be decided while fields are not known",
      body: { schema: object({ request, unknown }, ["unknown"]), example: { request: EXAMPLE, unknown: ["input"] } },
      success: { 200: { about: "The preview.", schema: ref("Preview") } },
      run(context) {
        const body = context.body as { request: object; unknown?: (string | string[])[] };
        tenantIsKnown(context, body.unknown, {});
        return json(view(context).preview(service.preview(asked(context, body.request), body)));
      },
    },
    {
      ...common,
      path: "/v1/previews/matrix",
      id: "previewMany",
      summary: "Says what may be decided on many requests that differ in a few members",
      body: {
        schema: object(
          { request, unknown, vary: { type: "object", additionalProperties: list({}, { maxItems: MOST_CELLS }) } },
          ["unknown"],
        ),
        example: { request: EXAMPLE, unknown: ["input"], vary: { tool: [{ id: "search" }, { id: "send_mail" }] } },
      },
      success: {
        200: {
          about: "A cell for each combination, those of the last list next to one another.",
          schema: object({ cells: list(ref("PreviewCell")) }),
        },
      },
      async run(context) {
        type Body = { request: object; unknown?: (string | string[])[]; vary: Record<string, unknown[]> };
        const { request, ...options } = context.body as Body;
        tenantIsKnown(context, options.unknown, options.vary);
        const cells = cellsOf(options.vary);
        if (cells > MOST_CELLS) {
          throw refuse("body", [{ pointer: "/vary", message: `makes ${cells} cells, and ${MOST_CELLS} are allowed` }]);
        }
        return json({ cells: await previewed(service, asked(context, request), options) });
      },
    },
  ];
}

/**
 * The cells in turns, all by one state of the policies: where that changes between two of them it begins again, and the
 * last time it does not let go.
 */
async function previewed(
  service: PolicyEngineService,
  request: Request,
  options: PreviewManyOptions,
): Promise<PreviewCell[]> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const before = service.health().policy_set;
    let same = true;
    const cells = await byTurns(
      partsOf(options.vary, CELLS_AT_ONCE),
      (vary) => {
        same = service.health().policy_set === before;
        return same ? service.previewMany(request, { ...options, vary }) : [];
      },
      () => !same,
    );
    if (same) return cells.flat();
  }
  return service.previewMany(request, options);
}

/** A tenant's caller who could leave its tenant open would be told of the others. */
function tenantIsKnown({ principal }: Context, unknown: readonly (string | string[])[] = [], vary: object): void {
  if (principal.tenant === null) return;
  const first = (field: string | string[]) => (typeof field === "string" ? field.split(".")[0] : field[0]);
  const open = unknown.findIndex((field) => first(field) === "tenant");
  const pointer = open >= 0 ? `/unknown/${open}` : Object.hasOwn(vary, "tenant") ? "/vary/tenant" : undefined;
  if (pointer !== undefined) throw refuse("body", [{ pointer, message: "must not be the tenant" }]);
}

/** Texts are made by the core of all that it knows: they name what private policies look at. */
function readerRefused(): Problem {
  return new Problem({
    code: "forbidden",
    detail: "texts are for callers of the platform",
    remedy: "Leave `reader` out.",
  });
}

const EXAMPLE = {
  action: "tool_call",
  tenant: { id: "acme" },
  app: null,
  user: { id: "u1", roles: ["support"] },
  workflow: null,
  agent: null,
  tool: { id: "send_mail" },
  run: { id: "r1", root_id: "r1", mode: "auto" },
  input: { to: "ann@example.com" },
};
