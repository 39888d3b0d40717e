// What the log's tests share.
import type { Decision, Request } from "portcullis";
import type { DecisionRecord, LogSink, Sealed } from "portcullis/service";

/** A line as sinks keep it. */
export const lineOf = ({ text, hash }: Sealed) => `{"entry":${text},"hash":"${hash}"}`;

export function request(more: Partial<Request> = {}): Request {
  return {
    action: "tool_call",
    now: 1_795_375_800_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u1", email: "u1@example.org" },
    workflow: null,
    agent: null,
    tool: { id: "search" },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input: { query: "ships" },
    ...more,
  };
}

export function decision(effect: Decision["effect"], policies: readonly string[] = []): Decision {
  const codes = { allow: "allowed", deny: "denied_by_policy", require_approval: "approval_required" } as const;
  return {
    effect,
    code: codes[effect],
    mode: "auto",
    reasons: policies.map((id) => ({
      policy_id: id,
      policy_name: id,
      effect,
      message: null,
      remedy: null,
      error: null,
    })),
    limits: [],
    approvals: [],
    shadow: [],
    policy_set: "sha256:0",
  };
}

export function record(effect: Decision["effect"], more: Partial<Request> = {}): DecisionRecord {
  return { decision: decision(effect, ["p1"]), request: request(more), enforced: true };
}

/** Keeps lines in memory; can be stuck, or fail. */
export class MemorySink implements LogSink {
  readonly lines: string[] = [];
  failing = false;
  #stuck: Promise<void> | undefined;
  #release: (() => void) | undefined;

  get entries(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line).entry);
  }

  stick(): void {
    this.#stuck = new Promise((done) => {
      this.#release = done;
    });
  }

  release(): void {
    this.#release?.();
    this.#stuck = undefined;
  }

  async write(batch: readonly Sealed[]): Promise<void> {
    await this.#stuck;
    if (this.failing) throw new Error("the disk is full");
    this.lines.push(...batch.map(lineOf));
  }
}
