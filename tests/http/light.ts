// A server without a database: policies that a test holds in its hands, and one caller for each side.
import { createNodeHandler, type HandlerOptions, singleToken } from "portcullis/http";
import { PolicyEngineService, type PolicySource, type ServiceOptions } from "portcullis/service";
import { afterAll } from "vitest";
import { served } from "./support.js";

export interface LightPolicy {
  readonly id: string;
  readonly tenant_id?: string | null;
  readonly visibility?: "public" | "private";
}

export const OPEN = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };

export interface Light {
  readonly base: string;
  readonly service: PolicyEngineService;
  /** Puts other policies in the place of all. */
  put(policies: readonly LightPolicy[]): Promise<void>;
}

/** Callers by their tokens: `platform` reads for the platform, `acme` for a tenant. */
const CALLERS = ["platform", "acme"].map((name) =>
  singleToken(name, {
    subject: name,
    tenant: name === "platform" ? null : name,
    roles: new Set(["reader"] as const),
  }),
);

export async function light(
  policies: readonly LightPolicy[],
  { onDecision, ...options }: Partial<HandlerOptions & Pick<ServiceOptions, "onDecision">> = {},
): Promise<Light> {
  let known = policies;
  const source: PolicySource = {
    load: async () => ({
      change: 0,
      policies: known.map((policy) => ({
        id: policy.id,
        revision: 1,
        text: JSON.stringify(policy),
        visible: typeof policy.tenant_id === "string" || policy.visibility === "public",
      })),
    }),
    changes: async () => undefined,
  };
  const service = await PolicyEngineService.start({ source, onDecision });
  afterAll(() => service.close());
  const base = await served(createNodeHandler({ service, authenticate: CALLERS, ...options }));
  return {
    base,
    service,
    put(policies) {
      known = policies;
      return service.refresh();
    },
  };
}
