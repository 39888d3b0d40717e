// Requests that are unlike the usual ones: a missing field that an index needs, a very large request, long arrays.
import { PolicyEngine, type Request } from "portcullis";
import { type Entrant, measure, median, ratio, reading } from "./measure.js";
import { atMost, duration, print, type Row } from "./table.js";
import { policies, requestTexts } from "./workload.js";

type Policy = ReturnType<typeof policies>[number];

const REQUESTS = 400;
const [common = ""] = requestTexts(200, 1);

function texts(change: (request: Request & { input: Record<string, unknown> }, i: number) => void): string[] {
  return Array.from({ length: REQUESTS }, (_, i) => {
    const request = JSON.parse(common);
    change(request, i);
    return JSON.stringify(request);
  });
}

function decides(engine: PolicyEngine, texts: readonly string[]): Entrant {
  return { run: reading((request) => engine.decide(request)), texts };
}

async function missingField(): Promise<Row> {
  const accounts = 1_000;
  const all = Array.from({ length: accounts }, (_, i) => ({
    id: `account-${i}`,
    name: `account ${i} is closed`,
    scope: "global",
    effect: "deny",
    rule_expr: { when: { field: "input.account", eq: `account-${i}` } },
  })) as Policy[];
  const engine = await PolicyEngine.load({ policies: all });
  const there = texts((request, i) => {
    request.input["account"] = `account-${(i * 37) % accounts}`;
  });
  const missing = texts(() => {}).slice(0, 40);
  const met = engine.decide(JSON.parse(there[0] as string)).reasons.length;
  const erred = engine.decide(JSON.parse(missing[0] as string)).reasons.length;
  if (met !== 1 || erred !== accounts) throw new Error(`${met} and ${erred} policies apply, not 1 and ${accounts}`);
  const [with_ = [], without = []] = await measure([decides(engine, there), decides(engine, missing)]);
  engine.close();
  return atMost(
    "1,000 denies on one field: the field missing, against there",
    ratio(without, with_),
    null,
    ` (${duration(median(without))} against ${duration(median(with_))})`,
  );
}

async function megabyte(): Promise<Row> {
  const engine = await PolicyEngine.load({ policies: policies(1_000) });
  const filler = Array.from({ length: 2_000 }, (_, i) => ({ id: i, text: "x".repeat(480) }));
  const large = texts((request) => {
    request.input["filler"] = filler;
  }).slice(0, 40);
  const size = (large[0] as string).length;
  if (size < 1e6) throw new Error(`the large request has ${size} bytes only`);
  const few = texts(() => {}).slice(0, 40);
  // Few at a time, since there is no room for hundreds of this size; so more rounds.
  const [small = [], big = []] = await measure([decides(engine, few), decides(engine, large)], 31, 30);
  engine.close();
  return atMost(
    "a request of 1 MB of which seven fields are read, against one of 500 bytes",
    ratio(big, small),
    null,
    ` (${duration(median(big))} against ${duration(median(small))})`,
  );
}

async function everyRecipient(): Promise<Row> {
  const domain = "@acme.example";
  const engine = await PolicyEngine.load({
    policies: [
      { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
      {
        id: "inside",
        name: "mail stays inside",
        scope: "global",
        effect: "deny",
        rule_expr: { when: { not: { field: "input.to", every: { ends_with: domain } } } },
      },
    ],
  });
  const mails = texts((request, i) => {
    request.input["to"] = Array.from({ length: 200 }, (_, to) => `person.${i}.${to}${domain}`);
  });
  const closure = (request: Request): number => {
    const { to } = request["input"] as { to: unknown };
    const inside = Array.isArray(to) && to.every((one) => typeof one === "string" && one.endsWith(domain));
    return (inside ? "allow" : "deny").length;
  };
  const [engines = [], closures = []] = await measure([decides(engine, mails), { run: closure, texts: mails }]);
  engine.close();
  return atMost(
    "200 `input.to` under `every`, against `Array.prototype.every`",
    ratio(engines, closures),
    null,
    ` (${duration(median(engines))} against ${duration(median(closures))})`,
  );
}

print({
  title: "Unusual requests",
  rows: [await missingField(), await megabyte(), await everyRecipient()],
  notes: [
    "**A missing field.** With the field there, the index leads to the one policy that names its value. Without it each of " +
      "the thousand denies errs, and an error in a restricting policy restricts: a thousand reasons with their errors are the " +
      "decision, and the time is that of making them. Whoever can leave a field out can cause this; a `default` in the policy, or " +
      "one deny with `in` and a thousand values, avoids it.",
    "**A large request.** What no policy reads is not touched, whatever its size. What is left of a difference is that large " +
      "requests push the few fields that are read out of the processor's caches.",
    "**A long array.** Each of 200 strings is copied to WebAssembly as UTF-8, since `ends_with` reads its bytes, and " +
      "checked for being well-formed; the closure reads the ends in place.",
  ],
});
