// A handler that is called around the runtime of tools, as older code does. It is enforced where it stands.
import { Inject, Injectable } from "@nestjs/common";
import { EnforceTool } from "portcullis/nestjs";
import type { Permit } from "portcullis/service";
import { EventLog } from "./events.js";
import type { Session } from "./session.js";

export interface Refund {
  readonly order: number;
  readonly amount_cents: number;
}

@Injectable()
export class Refunds {
  @Inject(EventLog) readonly events!: EventLog;

  @EnforceTool("refund")
  async handle(input: Refund, context: Session, permit?: Permit<Refund>): Promise<{ refunded: number }> {
    await this.events.add(context.runId, "refunded", { ...input, mode: permit?.mode });
    return { refunded: input.amount_cents };
  }
}
