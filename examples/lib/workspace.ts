import { type Call, type Input, load, reviewed, type SuiteFile, type ToolReview, toolEntity, words } from "./load.js";
import { everything, type Suite } from "./suite.js";

interface Environment {
  account: string;
  mail: { sender: string; recipients: string[]; cc: string[]; bcc: string[] }[];
  events: { participants: string[] }[];
  files: { owner: string; shared_with: string[] }[];
}

const file = load<SuiteFile>("data/agentdojo-workspace.json");
const { account, mail, events, files } = load<{ workspace: Environment }>("data/agentdojo-environments.json").workspace;
const review = load<{ entities: Record<string, object>; tools: Record<string, ToolReview> }>("workspace/review.json");
const attackCalls = load<Record<string, Call[]>>("workspace/attack-calls.json");

const catalogue = { entities: review.entities, tools: reviewed(file.tools, ({ name }) => review.tools[name]) };
const domain = account.slice(account.indexOf("@"));

/**
 * Whom the user has been in touch with: those they wrote to, those in their calendar, those they gave their own files.
 * Who has merely written to them is not among them: anyone can.
 */
const contacts = new Set([
  ...mail
    .filter(({ sender }) => sender === account)
    .flatMap(({ recipients, cc, bcc }) => [...recipients, ...cc, ...bcc]),
  ...events.flatMap(({ participants }) => participants),
  ...files.filter(({ owner }) => owner === account).flatMap(({ shared_with }) => shared_with),
]);

function relation(address: string, named: Set<string>, history: boolean) {
  const exact = address.toLowerCase();
  if (exact.endsWith(domain)) return "colleague";
  if (history && contacts.has(exact)) return "contact";
  return named.has(exact) ? "named" : "stranger";
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((element) => typeof element === "string") : [];
}

/** What the host looks up for a call: everyone it reaches, and the links in its text. */
function facts(input: Input, named: Set<string>, history: boolean) {
  const addresses = [input["recipients"], input["cc"], input["bcc"], input["participants"], input["email"]].flatMap(
    strings,
  );
  const text = [input["subject"], input["body"], input["title"], input["description"], input["location"]]
    .flatMap(strings)
    .join("\n");
  return {
    recipients: addresses.map((address) => ({ address, relation: relation(address, named, history) })),
    links: text.match(/\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"']+|\bwww\.[^\s<>"']+/gi) ?? [],
  };
}

export const workspace: Suite = {
  name: "Workspace",
  catalogue,
  policies: load("workspace/policies.json"),
  honest: file.user_tasks.map(({ id, prompt, calls }) => ({ id, text: prompt, calls })),
  attacks: file.injection_tasks.map(({ id, goal, calls }) => ({
    id,
    text: goal,
    calls: calls.length > 0 ? calls : (attackCalls[id] ?? []),
  })),
  blindSpots: load("workspace/blind-spots.json"),
  request: ({ tool, input }, prompt, knowledge = everything) => {
    const typed = knowledge.words ? words(prompt) : [];
    return {
      action: "tool_call",
      now: Date.parse("2024-05-15T10:00:00Z"),
      tenant: { id: "blue-sparrow" },
      app: { id: "mail" },
      user: { id: "emma", roles: ["employee"], manager_id: "david" },
      workflow: null,
      agent: { id: "assistant" },
      tool: toolEntity(catalogue, tool),
      run: { id: "r1", root_id: "r1", mode: "auto", words: typed, trigger: "person" },
      input,
      facts: facts(input, new Set(typed.map((word) => word.toLowerCase())), knowledge.history),
    };
  },
};
