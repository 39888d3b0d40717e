// The console's endpoints for those who look after policies.
import { Body, Controller, ForbiddenException, Get, Inject, Param, Post, Put, Query } from "@nestjs/common";
import { type DecisionReader, type LogListOptions, type LogPage, PolicyEngineService } from "portcullis/service";
import { PlatformApprovals } from "./approvals.service.js";
import { DECISIONS } from "./policies.module.js";
import { RefundRules } from "./refund-rules.service.js";
import { CurrentUser, type User } from "./session.js";

@Controller()
export class ConsoleController {
  @Inject(PolicyEngineService) readonly service!: PolicyEngineService;
  @Inject(DECISIONS) readonly decisions!: DecisionReader;
  @Inject(PlatformApprovals) readonly approvals!: PlatformApprovals;
  @Inject(RefundRules) readonly refunds!: RefundRules;

  /** For whoever asks; why it is so tells of other tenants, and is for operators. */
  @Get("health")
  health(): { status: string } {
    return { status: this.service.health().status };
  }

  @Get("decisions")
  decided(@CurrentUser() user: User, @Query() filter: LogListOptions): Promise<LogPage> {
    return this.decisions.list({ tenant: user.tenantId, by: user.id }, { ...filter, limit: 200 });
  }

  @Get("approvals")
  async asked(@CurrentUser() user: User) {
    return (await this.approvals.pending(user)).map(({ id, user_id, mode, text }) => ({ id, user_id, mode, text }));
  }

  @Post("approvals/:id")
  approve(@CurrentUser() user: User, @Param("id") id: string): Promise<void> {
    return this.approvals.approve(id, user);
  }

  @Put("refund-rule")
  limitRefunds(@CurrentUser() user: User, @Body() { max_cents }: { max_cents: number }) {
    if (!user.roles.includes("policy_author")) throw new ForbiddenException();
    return this.refunds.set(user, max_cents);
  }
}
