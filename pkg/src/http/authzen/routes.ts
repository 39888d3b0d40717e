// AuthZEN's Authorization API 1.0: this server as a policy decision point.
import type { PolicyEngineService } from "../../service/service.js";
import type { Request } from "../../types/inputs.js";
import { type Answer, type Call, json } from "../call.js";
import { checkOf, refuse } from "../check.js";
import { Problem } from "../problem.js";
import type { Context, Route } from "../route.js";
import { ref } from "../schemas/build.js";
import { requestOf } from "../tenancy.js";
import { viewOf } from "../visible.js";
import { type Evaluation, mapped } from "./mapping.js";

interface Evaluations extends Partial<Evaluation> {
  readonly evaluations?: readonly unknown[];
  readonly options?: { readonly evaluations_semantic?: keyof typeof STOPS_AT };
}

/** The decision at which each order of evaluations ends. */
const STOPS_AT = { execute_all: undefined, deny_on_first_deny: false, permit_on_first_permit: true } as const;

const EVALUATION = "/access/v1/evaluation";
const EVALUATIONS = "/access/v1/evaluations";

const checkEvaluation = checkOf(ref("AuthZenEvaluation"));
const checkEvaluations = checkOf(ref("AuthZenEvaluations"));
const checkPart = checkOf(ref("AuthZenPart"));

export function authZenRoutes(service: PolicyEngineService, address: ((call: Call) => string) | undefined): Route[] {
  const evaluate = ({ principal }: Context, given: unknown) => {
    const mistakes = checkEvaluation(given);
    if (mistakes.length > 0) throw refuse(400, "evaluation", mistakes);
    const request = requestOf(principal, mapped(given as Evaluation)) as unknown as Request;
    const context = viewOf(principal, (id) => service.visible(id)).decision(service.decide(request));
    // An approval is no permission yet.
    return { decision: context.effect === "allow", context };
  };
  /** What is wrong with one evaluation is said in its place. */
  const attempt = (context: Context, given: unknown) => {
    try {
      return evaluate(context, given);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { status, details } = error;
      return { decision: false, context: { error: { status, code: details.code, message: details.detail } } };
    }
  };
  const common = { method: "POST" as const, access: "read" as const, tag: "AuthZEN", problems: [404] };
  return [
    {
      ...common,
      path: EVALUATION,
      id: "accessEvaluation",
      summary: "Decides one evaluation",
      body: { schema: ref("AuthZenEvaluation"), unchecked: true, example: EXAMPLE },
      success: { 200: { about: "The decision.", schema: ref("AuthZenDecision") } },
      run: (context) => identified(context, evaluate(context, context.body)),
    },
    {
      ...common,
      path: EVALUATIONS,
      id: "accessEvaluations",
      summary: "Decides several evaluations; without any, the defaults as one",
      body: {
        schema: ref("AuthZenEvaluations"),
        unchecked: true,
        example: { ...EXAMPLE, evaluations: [{}, { context: {} }] },
      },
      success: {
        200: {
          about: "The decisions in order, up to the one at which the semantic ends; one alone where none were given.",
          schema: { anyOf: [ref("AuthZenDecisions"), ref("AuthZenDecision")] },
        },
      },
      run(context) {
        const mistakes = checkEvaluations(context.body);
        if (mistakes.length > 0) throw refuse(400, "evaluation", mistakes);
        const { evaluations = [], options, ...defaults } = context.body as Evaluations;
        if (evaluations.length === 0) return identified(context, evaluate(context, defaults));
        const end = STOPS_AT[options?.evaluations_semantic ?? "execute_all"];
        const answers = [];
        for (const part of evaluations) {
          const fits = checkPart(part).length === 0;
          const answer = attempt(context, fits ? { ...defaults, ...(part as object) } : part);
          answers.push(answer);
          if (answer.decision === end) break;
        }
        return identified(context, { evaluations: answers });
      },
    },
    {
      method: "GET",
      path: "/.well-known/authzen-configuration",
      id: "accessConfiguration",
      summary: "Where the AuthZEN endpoints are",
      tag: "AuthZEN",
      access: "public",
      success: { 200: { about: "Addresses.", schema: ref("AuthZenConfiguration") } },
      run({ call }) {
        const base = address?.(call) ?? "";
        return json({
          policy_decision_point: base,
          access_evaluation_endpoint: base + EVALUATION,
          access_evaluations_endpoint: base + EVALUATIONS,
        });
      },
    },
  ];
}

/** The caller's name for the call comes back. */
function identified({ call }: Context, value: unknown): Answer {
  const id = call.header("x-request-id");
  return json(value, 200, id !== undefined && /^[\x21-\x7e]{1,200}$/.test(id) ? { "x-request-id": id } : undefined);
}

const EXAMPLE = {
  subject: { type: "user", id: "u1", properties: { roles: ["support"] } },
  action: { name: "tool_call", properties: { to: "ann@example.com" } },
  resource: { type: "tool", id: "send_mail" },
  context: { tenant: { id: "acme" }, app: null, workflow: null, agent: null, run: null },
};
