// The examples by the names of their files.

export interface Example {
  readonly id: string;
  readonly title: string;
}

/** Those that are part of the page. */
export const BUILT_IN: readonly Example[] = [
  { id: "first", title: "One policy" },
  { id: "refunds", title: "Two policies, an approval" },
];

export const LESSONS: readonly Example[] = [
  { id: "tool-access", title: "Tool access" },
  { id: "mode-enforcement", title: "Mode enforcement" },
  { id: "approval-gates", title: "Approval gates" },
  { id: "limits", title: "Limits" },
  { id: "tenant-isolation", title: "Tenant isolation" },
  { id: "argument-checks", title: "Argument checks" },
];

export const TOOL_SETS: readonly Example[] = [
  { id: "banking", title: "A bank’s assistant (AgentDojo)" },
  { id: "workspace", title: "Mail, calendar, files (AgentDojo)" },
  { id: "github", title: "GitHub’s 117 tools" },
];
