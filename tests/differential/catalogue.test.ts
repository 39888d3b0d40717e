// A set that validates against a catalogue, on requests that fit it, has no error of type in a leaf of a typed field.
import { type Catalogue, PolicyEngine, PolicySetError, type Request, type Policy as Row } from "portcullis";
import { expect, test } from "vitest";
import { shapeFor } from "../reference/generate/leaf.js";
import * as pools from "../reference/generate/pools.js";
import type { FieldType } from "../reference/generate/universe.js";
import { type Condition, type Json, Random } from "../reference/index.js";
import { seed, share, timeout } from "./support/run.js";

type Schema = { [key: string]: Json };
type Type = "bool" | "number" | "string" | "strings" | "numbers" | "bools";

const types: Type[] = ["bool", "number", "string", "strings", "numbers", "bools"];
const scalarSchemas = { bool: "boolean", number: "number", string: "string" } as const;
const names = ["name", "note", "amount", "confirm", "tags", "counts", "flags", "a.b", "level"];

interface Member {
  path: string[];
  type: Type;
  values?: Json[];
}

function schemaOf(type: Type, values: Json[] | undefined): Schema {
  if (values) return { enum: values };
  if (type.endsWith("s")) return { type: "array", items: schemaOf(type.slice(0, -1) as Type, undefined) };
  return { type: scalarSchemas[type as keyof typeof scalarSchemas] };
}

/** An object's schema, and what is in it by paths. */
function objectSchema(at: string[], depth: number, random: Random): { schema: Schema; members: Member[] } {
  const properties: Schema = {};
  const members: Member[] = [];
  for (const name of random.sample(names, random.between(1, 4))) {
    const path = [...at, name];
    if (depth > 0 && random.chance(0.25)) {
      const inner = objectSchema(path, depth - 1, random);
      properties[name] = inner.schema;
      members.push(...inner.members);
      continue;
    }
    const type = random.pick(types);
    const values = type === "string" && random.chance(0.3) ? random.sample<Json>(pools.strings, 3) : undefined;
    properties[name] = schemaOf(type, values);
    members.push({ path, type, ...(values && { values }) });
  }
  return { schema: { type: "object", properties }, members };
}

function fitting({ type, values }: Member, random: Random): Json {
  if (values) return random.pick(values);
  if (type === "bool") return random.chance(0.5);
  if (type === "number") return random.pick(pools.numbers);
  if (type === "string") return random.pick(pools.strings);
  const element = { path: [], type: type.slice(0, -1) as Type };
  return Array.from({ length: random.below(4) }, () => fitting(element, random));
}

function requestOf(members: Member[], random: Random): { [key: string]: Json } {
  const request: { [key: string]: Json } = {
    action: "tool_call",
    now: 0,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u1" },
    workflow: null,
    agent: null,
    tool: { id: "t" },
    run: null,
    input: {},
  };
  for (const member of members) {
    if (random.chance(0.1)) continue;
    let at = request;
    for (const key of member.path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as { [key: string]: Json };
    }
    at[member.path.at(-1) as string] = random.chance(0.05) ? null : fitting(member, random);
  }
  return request;
}

/** Mostly of the field's own type; else validation has to refuse it. */
function conditionOn(members: Member[], random: Random): Condition {
  const member = random.pick(members);
  const asked: FieldType = random.chance(0.7)
    ? member.type
    : random.pick<FieldType>([...types, "url", "file", "millis", "object"]);
  const { leaf } = shapeFor({ path: member.path, type: asked }, { random, asks: [], inBody: false });
  const other = random.pick(members);
  const isCompared = random.chance(0.15);
  const right = random.pick(["eq", "ne", "lt", "gte", "in", "includes"]);
  return isCompared ? { field: member.path, [right]: { field: other.path } } : { field: member.path, ...leaf };
}

interface Clause {
  pointer: string;
  leaf: { error: string | null; field: Json } | null;
  children: Clause[];
}

function* leaves(clauses: Clause[]): Generator<Clause> {
  for (const clause of clauses) {
    yield clause;
    yield* leaves(clause.children);
  }
}

/** Undefined where the set is refused, or is warned that a field is not always of one type. */
function loaded(policies: object[], catalogue: object): PolicyEngine | undefined {
  try {
    return PolicyEngine.loadSync({ policies: policies as Row[], catalogue: catalogue as Catalogue });
  } catch (error) {
    if (error instanceof PolicySetError) return undefined;
    throw error;
  }
}

test(
  "validated against a catalogue ⇒ no error of type on requests that fit it",
  () => {
    const random = new Random(seed + 20);
    const count = { accepted: 0, refused: 0, errors: 0 };
    for (let done = 0; done < share(0.1); done += 1) {
      const user = objectSchema(["user"], 1, random);
      const input = objectSchema(["input"], 2, random);
      const members = [...user.members, ...input.members];
      if (members.length === 0) continue;
      const catalogue = { entities: { user: user.schema }, tools: [{ name: "t", inputSchema: input.schema }] };
      const policy = {
        id: "p",
        name: "p",
        scope: "tool",
        effect: "deny",
        rule_expr: { target: ["t"], actions: ["tool_call"], when: conditionOn(members, random) },
      };
      const engine = loaded([policy], catalogue);
      if (engine === undefined) {
        count.refused += 1;
        continue;
      }
      count.accepted += 1;
      for (let n = 0; n < 5; n += 1) {
        const request = requestOf(members, random);
        const explained = engine.explain(request as unknown as Request)["policies"] as { clauses: Clause[] }[];
        for (const { leaf, pointer } of leaves(explained.flatMap(({ clauses }) => clauses))) {
          if (leaf?.error != null) count.errors += 1;
          if (leaf?.error !== "wrong_type") continue;
          expect.fail(
            `PORTCULLIS_SEED=${seed}: ${pointer} errs in type: ${JSON.stringify({ catalogue, policies: [policy], request })}`,
          );
        }
      }
      engine.close();
    }
    // Both happen, and absent fields still err.
    expect(Math.min(count.accepted, count.refused, count.errors)).toBeGreaterThan(share(0.01));
  },
  timeout,
);
