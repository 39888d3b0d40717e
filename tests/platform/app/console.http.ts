// The console's endpoints for those who look after policies.
import { Body, Controller, ForbiddenException, Get, Inject, Put, Query } from "@nestjs/common";
import { type DecisionReader, type LogListOptions, type LogPage, PolicyEngineService } from "portcullis/service";
import { DECISIONS } from "./policies.module.js";
import { RefundRules } from "./refund-rules.service.js";
import { CurrentUser, type User } from "./session.js";

@Controller()
export class ConsoleController {
  @Inject(PolicyEngineService) readonly service!: PolicyEngineService;
  @Inject(DECISIONS) readonly decisions!: DecisionReader;
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

  @Put("refund-rule")
  limitRefunds(@CurrentUser() user: User, @Body() { max_cents }: { max_cents: number }) {
    if (!user.roles.includes("policy_author")) throw new ForbiddenException();
    return this.refunds.set(user, max_cents);
  }
}
