/**
 * Decides real tool calls of agents, honest ones and an attacker's, and prints what comes of it.
 *
 *     npx tsx examples/demo.ts
 */
import { PolicyEngine } from "portcullis";
import { banking } from "./lib/banking.js";
import { enforcedCalls } from "./lib/enforced.js";
import * as github from "./lib/github.js";
import { type Effect, judgeAttack, judgeHonest } from "./lib/judge.js";
import type { Suite } from "./lib/suite.js";
import { bar, bold, dim, green, heading, quote, red, shorten, table, yellow } from "./lib/table.js";
import { workspace } from "./lib/workspace.js";

const words: Record<Effect, string> = { allow: "allowed", require_approval: "approval", deny: "denied" };
const paint: Record<Effect, (text: string) => string> = { allow: green, require_approval: yellow, deny: red };
const paintEffect = (text: string) =>
  (Object.keys(words) as Effect[]).reduce(
    (cell, effect) => (text.startsWith(words[effect]) ? paint[effect](cell) : cell),
    text,
  );

async function showSuite(suite: Suite) {
  const engine = await PolicyEngine.load({ policies: suite.policies, catalogue: suite.catalogue });
  const count = (n: number, noun: string) => `${n} ${noun}`;
  heading(
    suite.name,
    [
      count(suite.honest.length, "honest tasks"),
      count(suite.attacks.length, "attacks"),
      count(suite.policies.length, "policies"),
    ].join(" · "),
  );

  const honest = judgeHonest(engine, suite);
  const of = (effect: Effect) => honest.filter((verdict) => verdict.effect === effect).length;
  console.log(`\n  ${bold("Honest tasks")}`);
  const fates = [
    ["pass untouched", "allow"],
    ["need an approval", "require_approval"],
    ["are denied", "deny"],
  ] as const;
  for (const [fate, effect] of fates) {
    console.log(`    ${fate.padEnd(17)}${String(of(effect)).padStart(3)}  ${paint[effect](bar(of(effect)))}`.trimEnd());
  }
  for (const { task, effect, stoppedBy } of honest.filter((verdict) => verdict.effect !== "allow")) {
    console.log(`      ${words[effect]}: ${shorten(task.text, 56)}  ${dim(stoppedBy.join(", "))}`);
  }
  for (const { task, trials } of honest.filter((verdict) => verdict.trials.length > 0)) {
    console.log(`      on trial: ${shorten(task.text, 56)}  ${dim(trials.join(", "))}`);
  }

  const verdicts = suite.attacks.map((attack) => judgeAttack(engine, suite, attack));
  const stopped = verdicts.filter(({ effect }) => effect !== "allow");
  console.log(
    `\n  ${bold("Attacks")}  ${stopped.length} of ${verdicts.length} stopped, in the run of each of the ${honest.length} honest tasks\n`,
  );
  console.log(
    table(
      [
        { title: "#", width: 2, right: true },
        { title: "The attacker's goal", width: 46 },
        { title: "Stopped by", width: 31 },
        { title: "Effect", width: 8, paint: paintEffect },
      ],
      verdicts.map(({ task, effect, stoppedBy }, i) => [
        String(i),
        shorten(task.text, 90),
        effect === "allow" ? "not stopped" : stoppedBy.join(", "),
        words[effect],
      ]),
    ),
  );

  const blind = suite.blindSpots.filter(
    ({ goal, calls }) => judgeAttack(engine, suite, { id: goal, text: goal, calls }).effect === "allow",
  );
  console.log(`\n  ${bold("What gets through")}  attacks of our own that look like honest work\n`);
  console.log(
    table(
      [
        { title: "The attacker's goal", width: 36 },
        { title: "Why no policy can tell", width: 56 },
      ],
      blind.map(({ goal, why }) => [goal, why]),
    ),
  );

  console.log(`\n  ${bold("What the host's knowledge is worth")}\n`);
  const rows = [
    { name: "the user's words and the account's past", words: true, history: true },
    { name: "the user's words alone", words: true, history: false },
    { name: "the account's past alone", words: false, history: true },
    { name: "neither", words: false, history: false },
  ].map((knowledge) => {
    const untouched = judgeHonest(engine, suite, knowledge).filter(({ effect }) => effect === "allow");
    const held = suite.attacks.filter((attack) => judgeAttack(engine, suite, attack, knowledge).effect !== "allow");
    return [
      knowledge.name,
      `${untouched.length} of ${suite.honest.length}`,
      `${held.length} of ${suite.attacks.length}`,
    ];
  });
  console.log(
    table(
      [
        { title: "The host knows", width: 42 },
        { title: "Honest, untouched", width: 17, right: true },
        { title: "Attacks stopped", width: 17, right: true },
      ],
      rows,
    ),
  );
  engine.close();
}

async function showGitHub() {
  const engine = await PolicyEngine.load({ policies: github.policies, catalogue: github.catalogue });
  heading(
    "GitHub",
    `${github.catalogue.tools.length} tools · ${github.policies.length} policies · a developer, in auto mode`,
  );

  const names = {
    read: "read-only",
    write: "writes, not destructive",
    unmarked: "writes, no hint",
    destructive: "destructive",
  } satisfies Record<github.ToolClass, string>;
  const outcomes = ["allowed", "as a draft", "approval", "denied"];
  const rows = github.toolClasses.map((toolClass) => {
    const tools = github.catalogue.tools.filter((tool) => github.toolClass(tool) === toolClass);
    const found = tools.map(({ name }) => outcome(engine.decide(github.request(name))));
    const counts = outcomes.map((wanted) => found.filter((got) => got === wanted).length);
    return [names[toolClass], String(tools.length), ...counts.map((n) => (n === 0 ? "·" : String(n)))];
  });
  console.log();
  console.log(
    table(
      [
        { title: "By annotation", width: 26 },
        { title: "Tools", width: 7, right: true },
        ...outcomes.map((title) => ({ title, width: 11, right: true })),
      ],
      rows,
    ),
  );

  const drafting = new Set<unknown>(
    github.policies.filter(({ rule_expr }) => rule_expr.then?.mode === "draft").map(({ id }) => id),
  );
  console.log(`\n  ${bold("By argument")}\n`);
  const cases: [string, ReturnType<typeof github.request>][] = [
    ["push to a branch", github.request("push_files", { branch: "fix-typo" })],
    ["push to the default branch", github.request("push_files", { branch: "main" })],
    [
      "push a pipeline by a detour",
      github.request("push_files", { files: [{ path: "docs/../.github/workflows/ci.yml", content: "" }] }),
    ],
    ["read leaked secrets, as a developer", github.request("list_secret_scanning_alerts")],
    ["read leaked secrets, as security", github.request("list_secret_scanning_alerts", {}, ["security"])],
    ["delete a repository", github.request("delete_repository")],
    ["a tool that the catalogue does not hold", github.request("format_disk")],
  ];
  console.log(
    table(
      [
        { title: "A call to", width: 42 },
        { title: "Outcome", width: 10, paint: paintEffect },
        { title: "Because of", width: 38 },
      ],
      cases.map(([title, request]) => {
        const decision = engine.decide(request);
        const drafted = decision.effect === "allow" && decision.mode === "draft";
        const because = decision.reasons
          .filter(({ effect, policy_id }) => (drafted ? drafting.has(policy_id) : effect === decision.effect))
          .map(({ policy_id }) => policy_id);
        return [title, outcome(decision), because.join(", ") || "nothing allows it"];
      }),
    ),
  );
  engine.close();
}

function outcome({ effect, mode }: ReturnType<PolicyEngine["decide"]>): string {
  return effect === "allow" && mode === "draft" ? "as a draft" : words[effect];
}

async function showExplanations() {
  const engine = await PolicyEngine.load({ policies: banking.policies, catalogue: banking.catalogue });
  const attack = banking.attacks.find(({ id }) => id === "injection_task_6");
  const [call] = attack?.calls ?? [];
  const [victim] = banking.honest;
  if (!call || !victim) throw new Error("the data of the banking suite is incomplete");
  const request = banking.request(call, victim.text);
  heading("One call, explained to three readers", "a large payment to a stranger, asked for by a bill");
  const readers = [
    ["agent", "The agent learns what to do next, and no threshold it could creep under."],
    ["approver", "The approver sees what they are asked, and why."],
    ["author", "The author of the policies sees every clause and its value."],
  ] as const;
  for (const [reader, about] of readers) {
    console.log(`\n  ${bold(reader)}  ${dim(about)}\n${quote(engine.explain(request, { reader }).trimEnd())}`);
  }
  engine.close();
}

async function showEnforced() {
  const calls = await enforcedCalls();
  heading("Enforced", "calls made through an enforcer, which stands around the code of the tools");
  console.log();
  console.log(
    table(
      [
        { title: "A call to", width: 21 },
        { title: "The tool ran", width: 13 },
        { title: "What came of it", width: 54 },
      ],
      calls.map(({ tool, mode, outcome }) => [tool, mode === null ? "not at all" : `in ${mode}`, outcome]),
    ),
  );
  for (const { tool, told } of calls.filter(({ mode }) => mode === null)) {
    console.log(`\n  ${bold(tool)}  ${dim("what the agent is told")}\n${quote(told.trimEnd())}`);
  }
}

await showSuite(banking);
await showSuite(workspace);
await showGitHub();
await showEnforced();
await showExplanations();
