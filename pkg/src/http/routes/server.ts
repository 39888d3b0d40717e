// What a server says of itself, and what does not need the store.

import type { Validate } from "../../engine/validate.js";
import type { DecisionLog } from "../../log/log.js";
import type { PolicyEngineService } from "../../service/service.js";
import { unavailable } from "../../service/unavailable.js";
import { Drafts } from "../../store/draft.js";
import type { Catalogue } from "../../types/generated/Catalogue.js";
import { json } from "../call.js";
import { may } from "../principal.js";
import { noSuch, problemOf } from "../problem.js";
import type { Route } from "../route.js";
import { ref } from "../schemas/build.js";
import { actorOf, tenant } from "../tenancy.js";

export interface ServerRoutes {
  readonly service: PolicyEngineService;
  readonly log: Pick<DecisionLog, "stats"> | undefined;
  readonly validate: Validate;
  readonly catalogue: () => string | Catalogue | null | undefined;
}

export function serverRoutes({ service, log, validate, catalogue }: ServerRoutes): Route[] {
  const about = { method: "GET" as const, tag: "server" };
  let by = catalogue();
  let drafts = new Drafts(validate, by);
  const examining = () => {
    const now = catalogue();
    if (now !== by) drafts = new Drafts(validate, now);
    by = now;
    return drafts;
  };
  return [
    {
      ...about,
      path: "/v1/health",
      id: "health",
      summary: "Whether the process answers",
      access: "public",
      success: { 200: { about: "It does.", schema: ref("Liveness") } },
      run: () => json({ status: "ok" }),
    },
    {
      ...about,
      path: "/v1/readiness",
      id: "readiness",
      summary: "Whether requests are decided, and not all denied for want of policies",
      access: "public",
      success: { 200: { about: "They are; `degraded`: and someone should look.", schema: ref("Readiness") } },
      problems: [503],
      run() {
        const { status } = service.health();
        if (status === "unavailable") throw problemOf(unavailable());
        return json({ status });
      },
    },
    {
      ...about,
      path: "/v1/status",
      id: "status",
      summary: "How the service and its log are, with what is wrong with stored policies",
      access: "platform",
      success: { 200: { about: "All that it knows of itself.", schema: ref("Status") } },
      run: () => json({ ...service.health(), log: log?.stats() ?? null }),
    },
    {
      ...about,
      path: "/v1/caller",
      id: "readCaller",
      summary: "Says who the caller is here, and whether it may write",
      access: "known",
      success: { 200: { about: "Whom the credentials stand for.", schema: ref("Caller") } },
      run({ principal }) {
        const { subject, tenant, roles } = principal;
        return json({ subject, tenant, roles: [...roles], writes: may(principal, "write") });
      },
    },
    {
      ...about,
      path: "/v1/catalogue",
      id: "readCatalogue",
      summary: "What requests look like",
      access: "read",
      success: { 200: { about: "The catalogue.", schema: ref("Catalogue") } },
      problems: [404],
      run() {
        const known = catalogue();
        if (known === undefined || known === null) throw noSuch("catalogue");
        return json(typeof known === "string" ? JSON.parse(known) : known);
      },
    },
    {
      method: "POST",
      path: "/v1/validations",
      id: "validatePolicy",
      summary: "Says what is wrong with a policy, and saves nothing",
      tag: "policies",
      access: "read",
      body: {
        schema: ref("PolicyDraft"),
        unchecked: true,
        example: { name: "p", scope: "global", effect: "deny", rule_expr: {} },
      },
      query: { tenant },
      success: { 200: { about: "All findings; none is an error of the call.", schema: ref("Validation") } },
      problems: [422],
      run(context) {
        const { diagnostics } = examining().examine(actorOf(context), context.text);
        return json({ valid: diagnostics.every(({ severity }) => severity !== "error"), diagnostics });
      },
    },
  ];
}
