// What the platform keeps: runs with their steps and events, workflows, and the tables that tools work on.
import type { ApprovalRequirement, Grant } from "portcullis";
import { EntitySchema } from "typeorm";

export interface RunRow {
  id: string;
  tenant_id: string;
  user_id: string;
  /** The app by which it was opened. */
  app_id: string;
  workflow_id: string | null;
  mode: "draft" | "auto";
  status: "running" | "done" | "stopped" | "failed";
  tool_calls: number;
}

/** One node of a run, as it was executed. */
export interface RunStepRow {
  run_id: string;
  /** Which of its steps, from 1. */
  number: number;
  action: string;
  target: string;
  status: "running" | "done" | "stopped";
  /** Why it was stopped. */
  code: string | null;
}

export interface EventRow {
  id?: number;
  run_id: string;
  kind: string;
  data: unknown;
}

export interface WorkflowRow {
  id: string;
  tenant_id: string;
  nodes: WorkflowNode[];
}

/** A node of a workflow: a call of a tool, or a step of an agent. */
export interface WorkflowNode {
  readonly action: "tool_call" | "agent_step";
  readonly id: string;
  readonly input: Record<string, unknown>;
}

export interface OrderRow {
  id: number;
  tenant_id: string;
  customer: string;
  status: string;
}

export interface MemoryRow {
  tenant_id: string;
  key: string;
  value: string;
}

export interface RefundRuleRow {
  tenant_id: string;
  max_cents: number;
  policy_id: string;
}

export interface ApprovalRow {
  id: string;
  tenant_id: string;
  run_id: string;
  /** Who asks. */
  user_id: string;
  request_digest: string;
  mode: "draft" | "auto";
  approvals: ApprovalRequirement[];
  /** What approvers read. */
  text: string;
  grants: Grant[];
  /** pending, approved, claimed, started; then what came of the call. */
  state: string;
}

export const Runs = new EntitySchema<RunRow>({
  name: "run",
  columns: {
    id: { type: "uuid", primary: true },
    tenant_id: { type: "text" },
    user_id: { type: "text" },
    app_id: { type: "text" },
    workflow_id: { type: "text", nullable: true },
    mode: { type: "text" },
    status: { type: "text" },
    tool_calls: { type: "int", default: 0 },
  },
});

export const RunSteps = new EntitySchema<RunStepRow>({
  name: "run_step",
  columns: {
    run_id: { type: "uuid", primary: true },
    number: { type: "int", primary: true },
    action: { type: "text" },
    target: { type: "text" },
    status: { type: "text" },
    code: { type: "text", nullable: true },
  },
});

export const Events = new EntitySchema<EventRow>({
  name: "event",
  columns: {
    id: { type: "int", primary: true, generated: "increment" },
    run_id: { type: "uuid" },
    kind: { type: "text" },
    data: { type: "jsonb" },
  },
});

export const Workflows = new EntitySchema<WorkflowRow>({
  name: "workflow",
  columns: {
    id: { type: "text", primary: true },
    tenant_id: { type: "text", primary: true },
    nodes: { type: "jsonb" },
  },
});

export const Orders = new EntitySchema<OrderRow>({
  name: "orders",
  columns: {
    id: { type: "int", primary: true },
    tenant_id: { type: "text" },
    customer: { type: "text" },
    status: { type: "text" },
  },
});

export const Memories = new EntitySchema<MemoryRow>({
  name: "memory",
  columns: {
    tenant_id: { type: "text", primary: true },
    key: { type: "text", primary: true },
    value: { type: "text" },
  },
});

export const RefundRule = new EntitySchema<RefundRuleRow>({
  name: "refund_rule",
  columns: {
    tenant_id: { type: "text", primary: true },
    max_cents: { type: "int" },
    policy_id: { type: "text" },
  },
  checks: [{ expression: "max_cents BETWEEN 0 AND 100000" }],
});

export const Approval = new EntitySchema<ApprovalRow>({
  name: "approval",
  columns: {
    id: { type: "uuid", primary: true },
    tenant_id: { type: "text" },
    run_id: { type: "uuid" },
    user_id: { type: "text" },
    request_digest: { type: "text" },
    mode: { type: "text" },
    approvals: { type: "jsonb" },
    text: { type: "text" },
    grants: { type: "jsonb" },
    state: { type: "text" },
  },
  // A call that is asked again joins its request.
  indices: [{ columns: ["run_id", "request_digest"], unique: true, where: "state = 'pending'" }],
});

export const ENTITIES = [Runs, RunSteps, Events, Workflows, Orders, Memories, RefundRule, Approval];
