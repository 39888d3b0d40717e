// What people are asked, and what they said. Each request is a row; whoever may run the call takes it by changing the row.
import { randomUUID } from "node:crypto";
import { ForbiddenException, Inject, Injectable, NotFoundException } from "@nestjs/common";
import { type ApprovalClaim, type ApprovalQuery, type Approvals, PolicyEngineService } from "portcullis/service";
import type { DataSource } from "typeorm";
import { InjectDataSource } from "./data.js";
import { Approval, type ApprovalRow } from "./entities.js";
import type { User } from "./session.js";

@Injectable()
export class PlatformApprovals implements Approvals {
  @InjectDataSource() readonly db!: DataSource;
  @Inject(PolicyEngineService) readonly service!: PolicyEngineService;

  /** Takes an approval, or asks for one: once for each call, however often it is tried. */
  async claim(query: ApprovalQuery): Promise<ApprovalClaim | undefined> {
    const of = { run_id: query.call.run_id ?? "", request_digest: query.requestDigest };
    const approved = await this.db.getRepository(Approval).findOneBy({ ...of, state: "approved" });
    if (approved === null || !(await this.#become(approved.id, "approved", "claimed"))) {
      await this.#ask(query, of);
      return undefined;
    }
    const { id, grants } = approved;
    return {
      grants,
      start: async () => {
        if (!(await this.#become(id, "claimed", "started"))) throw new Error("somebody else has it");
      },
      end: async (outcome) => void (await this.#become(id, "started", outcome)),
      release: async () => void (await this.#become(id, "claimed", "approved")),
    };
  }

  pending(user: User): Promise<ApprovalRow[]> {
    return this.db.getRepository(Approval).findBy({ tenant_id: user.tenantId, state: "pending" });
  }

  /** One vote is enough here; a platform whose policies ask for more counts them. */
  async approve(id: string, user: User): Promise<void> {
    const row = await this.db.getRepository(Approval).findOneBy({ id, tenant_id: user.tenantId, state: "pending" });
    if (row === null) throw new NotFoundException();
    for (const { approvers, exclude_requester } of row.approvals) {
      const named = approvers.roles.some((role) => user.roles.includes(role));
      if (!named || (exclude_requester && user.id === row.user_id)) throw new ForbiddenException();
    }
    const { request_digest, mode } = row;
    const grants = row.approvals.map(({ policy_id, policy_digest }) => {
      return { policy_id, policy_digest, request_digest, mode };
    });
    await this.db.getRepository(Approval).update({ id, state: "pending" }, { grants, state: "approved" });
  }

  async #ask({ request, mode, approvals }: ApprovalQuery, of: Pick<ApprovalRow, "run_id" | "request_digest">) {
    const text = this.service.explain(request, { reader: "approver" });
    const row = { id: randomUUID(), ...of, tenant_id: request.tenant.id, user_id: request.user?.id ?? "", mode, text };
    const asking = { ...row, approvals: [...approvals], grants: [], state: "pending" };
    await this.db.getRepository(Approval).createQueryBuilder().insert().values(asking).orIgnore().execute();
  }

  /** Whether it was this call that changed the row. */
  async #become(id: string, from: string, to: string): Promise<boolean> {
    return (await this.db.getRepository(Approval).update({ id, state: from }, { state: to })).affected === 1;
  }
}
