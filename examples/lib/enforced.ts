// Calls of GitHub's tools as a platform makes them: through an enforcer, which stands around the tools' own code.
import { PolicyEngine } from "portcullis";
import { CallDeniedError, CallPausedError, Enforcer, type Facts, MemoryLimiter, type Permit } from "portcullis/service";
import * as github from "./github.js";
import type { Input } from "./load.js";

/** A tool of the platform: what it does, and whether it can show what it would do. */
interface Implementation {
  supports_draft: boolean;
  run(permit: Permit<Input>): string;
}

const acts = (done: (input: Input) => string): Implementation => ({
  supports_draft: false,
  run: ({ input }) => done(input),
});

const implementations: Record<string, Implementation> = {
  create_issue: acts(({ title }) => `issue "${title}" is open`),
  push_files: acts(({ branch }) => `pushed to ${branch}`),
  merge_pull_request: acts(({ pullNumber }) => `merged #${pullNumber}`),
  delete_repository: acts(({ repo }) => `${repo} is gone`),
  create_pull_request: {
    supports_draft: true,
    run: ({ input, mode }) => `${mode === "draft" ? "would open" : "opened"} "${input["title"]}"`,
  },
};

/** What an agent wants. */
const wishes: [tool: string, input: Input][] = [
  ["create_issue", { title: "A typo on page 3" }],
  ["push_files", { branch: "fix", files: [{ path: "docs/../.github/workflows/ci.yml", content: "" }] }],
  ["create_pull_request", { title: "Correct a typo" }],
  ["merge_pull_request", { pullNumber: 7 }],
  ["delete_repository", { repo: "portal" }],
];

export interface EnforcedCall {
  tool: string;
  /** In which mode the tool's code was run; `null` where it was not. */
  mode: Permit<Input>["mode"] | null;
  /** What the tool has answered, or the code of what stopped the call. */
  outcome: string;
  /** What the agent is told: the tool's answer, or the message of the error. */
  told: string;
}

/** Makes each call, and says what the tool received and what the agent is told. */
export async function enforcedCalls(): Promise<EnforcedCall[]> {
  const engine = await PolicyEngine.load({ policies: github.policies, catalogue: github.catalogue });
  const enforcer = new Enforcer({
    decisions: engine,
    limiter: new MemoryLimiter(),
    // What the platform knows by itself. The arguments are not even passed here.
    facts: { facts: ({ id }) => factsOf(id) },
  });
  const made: EnforcedCall[] = [];
  for (const [tool, wish] of wishes) {
    const call: EnforcedCall = { tool, mode: null, outcome: "", told: "" };
    try {
      const { input } = github.request(tool, wish) as { input: Input };
      call.told = await enforcer.toolCall(tool, { input, context: null }, (permit) => {
        call.mode = permit.mode;
        return implementations[tool]?.run(permit) ?? "";
      });
      call.outcome = call.told;
    } catch (error) {
      if (!CallDeniedError.is(error) && !CallPausedError.is(error)) throw error;
      call.outcome = error.code;
      call.told = error.message;
    }
    made.push(call);
  }
  engine.close();
  return made;
}

function factsOf(id: string): Facts {
  const { action: _, now: __, input: ___, ...facts } = github.request(id) as unknown as Facts;
  const supports_draft = implementations[id]?.supports_draft ?? false;
  return { ...facts, tool: { ...facts.tool, id, supports_draft } };
}
