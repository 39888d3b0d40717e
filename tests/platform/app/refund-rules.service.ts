// A setting of the console that is a policy: both are saved, or neither.
import { Inject, Injectable, UnprocessableEntityException } from "@nestjs/common";
import { type PolicyInput, PolicyStore } from "portcullis/service";
import { type DataSource, QueryFailedError } from "typeorm";
import { InjectDataSource } from "./data.js";
import { RefundRule, type RefundRuleRow } from "./entities.js";
import type { User } from "./session.js";

const CHECK_VIOLATION = "23514";

@Injectable()
export class RefundRules {
  @InjectDataSource() readonly db!: DataSource;
  @Inject(PolicyStore) readonly store!: PolicyStore;

  /** Says how much a tenant refunds at once. */
  async set(user: User, max_cents: number): Promise<RefundRuleRow> {
    try {
      return await this.#save(user, max_cents);
    } catch (error) {
      if (!(error instanceof QueryFailedError) || error.driverError.code !== CHECK_VIOLATION) throw error;
      throw new UnprocessableEntityException("nobody refunds as much");
    }
  }

  #save(user: User, max_cents: number): Promise<RefundRuleRow> {
    const actor = { tenant: user.tenantId, by: user.id };
    return this.db.transaction(async (manager) => {
      const policies = this.store.within(manager);
      const rules = manager.getRepository(RefundRule);
      const known = await rules.findOneBy({ tenant_id: user.tenantId });
      const { policy } =
        known === null
          ? await policies.create(actor, policyOf(max_cents))
          : await policies.replace(
              actor,
              known.policy_id,
              policyOf(max_cents),
              await policies.read(actor, known.policy_id),
            );
      return rules.save({ tenant_id: user.tenantId, max_cents, policy_id: policy.id });
    });
  }
}

function policyOf(max_cents: number): PolicyInput {
  return {
    name: "refunds at once",
    scope: "tool",
    effect: "deny",
    rule_expr: {
      target: ["refund"],
      when: { field: "input.amount_cents", gt: max_cents },
      message: "The shop does not refund as much at once.",
    },
  };
}
