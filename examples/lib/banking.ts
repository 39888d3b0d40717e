import { type Input, load, reviewed, type SuiteFile, type ToolReview, toolEntity, words } from "./load.js";
import { everything, type Suite } from "./suite.js";

interface Transaction {
  id: number;
  sender: string;
  recipient: string;
  amount: number;
}

const file = load<SuiteFile>("data/agentdojo-banking.json");
const account = load<{ banking: { transactions: Transaction[]; scheduled: Transaction[] } }>(
  "data/agentdojo-environments.json",
).banking;
const review = load<{ entities: Record<string, object>; tools: Record<string, ToolReview> }>("banking/review.json");

const catalogue = { entities: review.entities, tools: reviewed(file.tools, ({ name }) => review.tools[name]) };

/** Whom the account has paid, or pays by a standing order. Who has merely sent money is not among them: anyone can. */
const payees = new Set([
  ...account.transactions.filter(({ sender }) => sender === "me").map(({ recipient }) => recipient),
  ...account.scheduled.map(({ recipient }) => recipient),
]);

/** What the bank looks up for a call. The core does no arithmetic, so sums and ratios are facts. */
function facts(tool: string, input: Input, history: boolean) {
  const amount = typeof input["amount"] === "number" ? input["amount"] : null;
  const amount_cents = amount === null ? null : Math.round(amount * 100);
  const pays = tool === "send_money" || tool === "schedule_transaction";
  const order =
    tool === "update_scheduled_transaction" ? account.scheduled.find(({ id }) => id === input["id"]) : undefined;
  return {
    payee: pays ? { known: history && payees.has(String(input["recipient"])) } : null,
    order: order
      ? { recipient: order.recipient, raise_percent: ((amount ?? order.amount) / order.amount - 1) * 100 }
      : null,
    amount_cents,
  };
}

export const banking: Suite = {
  name: "Banking",
  catalogue,
  policies: load("banking/policies.json"),
  honest: file.user_tasks.map(({ id, prompt, calls }) => ({ id, text: prompt, calls })),
  attacks: file.injection_tasks.map(({ id, goal, calls }) => ({ id, text: goal, calls })),
  blindSpots: load("banking/blind-spots.json"),
  request: ({ tool, input }, prompt, knowledge = everything) => ({
    action: "tool_call",
    now: Date.parse("2022-04-01T10:00:00Z"),
    tenant: { id: "first-bank" },
    app: { id: "mobile" },
    user: { id: "emma", roles: ["customer"] },
    workflow: null,
    agent: { id: "assistant" },
    tool: toolEntity(catalogue, tool),
    run: { id: "r1", root_id: "r1", mode: "auto", words: knowledge.words ? words(prompt) : [] },
    input,
    facts: facts(tool, input, knowledge.history),
  }),
};
