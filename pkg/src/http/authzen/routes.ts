// AuthZEN's Authorization API 1.0: this server as a policy decision point.
import type { PolicyEngineService } from "../../service/service.js";
import type { Request } from "../../types/inputs.js";
import { type Call, json } from "../call.js";
import { checkOf, refuse } from "../check.js";
import { Problem } from "../problem.js";
import type { Context, Route } from "../route.js";
import { ref } from "../schemas/build.js";
import { requestOf } from "../tenancy.js";
import { byTurns } from "../turns.js";
import { viewOf } from "../visible.js";
import { type Evaluation, mapped } from "./mapping.js";
import { declared, obligationsOf } from "./obligations.js";

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

export function authZenRoutes(service: PolicyEngineService, address: (call: Call) => string): Route[] {
  const evaluate = ({ principal }: Context, given: unknown) => {
    const mistakes = checkEvaluation(given);
    if (mistakes.length > 0) throw refuse("evaluation", mistakes);
    const { heeded, ...evaluation } = declared(given as Evaluation);
    const request = requestOf(principal, mapped(evaluation)) as unknown as Request;
    const whole = service.decide(request);
    const told = viewOf(principal, (id) => service.visible(id)).decision(whole);
    const { all, met } = obligationsOf(request, whole, told, heeded);
    // An approval is no permission yet.
    const decision = whole.effect === "allow" && met;
    return { decision, context: all.length === 0 ? told : { ...told, obligations: all } };
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
      run: (context) => json(evaluate(context, context.body)),
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
      async run(context) {
        const mistakes = checkEvaluations(context.body);
        if (mistakes.length > 0) throw refuse("evaluation", mistakes);
        const { evaluations = [], options, ...defaults } = context.body as Evaluations;
        if (evaluations.length === 0) return json(evaluate(context, defaults));
        const end = STOPS_AT[options?.evaluations_semantic ?? "execute_all"];
        const answers = await byTurns(
          evaluations,
          (part) => {
            const fits = checkPart(part).length === 0;
            return attempt(context, fits ? { ...defaults, ...(part as object) } : part);
          },
          ({ decision }) => decision === end,
        );
        return json({ evaluations: answers });
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
      problems: [404],
      run({ call }) {
        const base = address(call);
        return json({
          policy_decision_point: base,
          access_evaluation_endpoint: base + EVALUATION,
          access_evaluations_endpoint: base + EVALUATIONS,
        });
      },
    },
  ];
}

const EXAMPLE = {
  subject: { type: "user", id: "u1", properties: { roles: ["support"] } },
  action: { name: "tool_call", properties: { to: "ann@example.com" } },
  resource: { type: "tool", id: "send_mail" },
  context: { tenant: { id: "acme" }, app: null, workflow: null, agent: null, run: null },
};
