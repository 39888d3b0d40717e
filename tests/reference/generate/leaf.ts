/** A leaf that fits a field of a given type, with what it asks of that field. */
import { derive } from "../derive.js";
import type { Derivation, FieldRef, Json, Leaf, Scalar } from "../types.js";
import { fieldOf } from "../value.js";
import type { Ask } from "./ask.js";
import { generateBody } from "./condition.js";
import { textPatterns } from "./patterns.js";
import * as pools from "./pools.js";
import type { Random } from "./random.js";
import type { Field, FieldType } from "./universe.js";
import { fields, itemFields, typeWeights } from "./universe.js";

export interface Context {
  random: Random;
  /** Filled while generating. */
  asks: Ask[];
  inBody: boolean;
}

/** A leaf without its address, and the raw values that make a difference to it. */
export interface Shape {
  leaf: Leaf;
  literals: Json[];
  elements?: Ask[];
}

type Shaper = (context: Context, field: Field) => Shape;

export function generateLeaf(context: Context): Leaf {
  const { random } = context;
  const type = random.weighted(typeWeights);
  const field = random.pick(fields.filter((candidate) => candidate.type === type));
  const shape = shapeFor(field, context);
  context.asks.push({ ...field, literals: shape.literals, ...(shape.elements && { elements: shape.elements }) });
  return { field: address(field.path, random), ...shape.leaf };
}

/** In the body of a quantifier: the element itself, an item of it, or now and then a field of the root. */
export function generateBodyLeaf(elementType: FieldType, context: Context, elements: Ask[]): Leaf {
  const { random } = context;
  if (random.chance(0.1)) return generateLeaf(context);
  if (elementType !== "object") {
    const field = { path: [], type: elementType };
    const shape = shapeFor(field, context);
    elements.push({ ...field, literals: shape.literals });
    return shape.leaf;
  }
  const field = random.pick(itemFields);
  const shape = shapeFor(field, context);
  elements.push({ ...field, literals: shape.literals });
  return { item: address(field.path, random), ...shape.leaf };
}

/** Mostly dotted; a list of keys says the same, and must where a key has a dot. */
export function address(path: string[], random: Random): string | string[] {
  return random.chance(0.1) ? path : fieldOf(path);
}

export function shapeFor(field: Field, context: Context): Shape {
  const { random } = context;
  if (random.chance(0.06) || field.type === "anything") return { leaf: { exists: random.chance(0.6) }, literals: [] };
  const shape = shapers[field.type](context, field);
  if (random.chance(0.12) && !("exists" in shape.leaf)) addDefault(shape, field, random);
  return shape;
}

function addDefault(shape: Shape, field: Field, random: Random): void {
  const scalars = shape.literals.filter(
    (literal): literal is Scalar => literal !== null && typeof literal !== "object",
  );
  switch (field.type) {
    case "strings":
    case "numbers":
    case "bools":
    case "urls":
      shape.leaf.default = random.chance(0.5) ? [] : scalars.slice(0, 2);
      return;
    case "objects":
    case "object":
    case "anything":
      return;
    case "millis":
      shape.leaf.default = 1795375800000;
      return;
    default:
      if (scalars.length > 0) shape.leaf.default = random.pick(scalars);
  }
}

function otherField(type: FieldType, context: Context, literals: Json[]): FieldRef {
  const other = context.random.pick(fields.filter((field) => field.type === type));
  context.asks.push({ ...other, literals });
  return { field: address(other.path, context.random) };
}

const bool: Shaper = (context) => {
  const { random } = context;
  const literal = random.chance(0.5);
  return random.weighted<() => Shape>([
    [4, () => ({ leaf: { eq: literal }, literals: [literal] })],
    [2, () => ({ leaf: { ne: literal }, literals: [literal] })],
    [1, () => ({ leaf: { in: [literal] }, literals: [literal] })],
    [1, () => ({ leaf: { eq: otherField("bool", context, [literal]) }, literals: [literal] })],
    [
      1,
      () => ({
        leaf: context.inBody ? { ne: literal } : { in: otherField("bools", context, [literal]) },
        literals: [literal],
      }),
    ],
  ])();
};

const orders = ["lt", "lte", "gt", "gte"] as const;

/** A comparison with numbers drawn from `choices`; `raw` gives the field's value for a number. */
function numeric(context: Context, choices: number[], raw: (value: number) => Json[]): Shape {
  const { random } = context;
  const list = random.sample([...new Set(choices.map((choice) => choice + 0))], random.between(1, 4));
  const literal = list[0] as number;
  const literals = list.flatMap(raw);
  return random.weighted<() => Shape>([
    [2, () => ({ leaf: { eq: literal }, literals: raw(literal) })],
    [1, () => ({ leaf: { ne: literal }, literals: raw(literal) })],
    [5, () => ({ leaf: { [random.pick(orders)]: literal }, literals: raw(literal) })],
    [1, () => ({ leaf: { in: list }, literals })],
    [1, () => ({ leaf: { not_in: list }, literals })],
  ])();
}

const number: Shaper = (context) => {
  const { random } = context;
  const literal = random.pick(pools.numbers);
  return random.weighted<() => Shape>([
    [8, () => numeric(context, pools.numbers, (value) => [value])],
    [2, () => ({ leaf: { [random.pick(orders)]: otherField("number", context, [literal]) }, literals: [literal] })],
    [
      1,
      () => ({ leaf: { [random.pick(["eq", "ne"])]: otherField("number", context, [literal]) }, literals: [literal] }),
    ],
    [
      1,
      () =>
        context.inBody ? numeric(context, pools.numbers, (value) => [value]) : membership(context, "numbers", literal),
    ],
  ])();
};

function membership(context: Context, type: FieldType, literal: Scalar): Shape {
  return {
    leaf: { [context.random.pick(["in", "not_in"])]: otherField(type, context, [literal]) },
    literals: [literal],
  };
}

/** Equality, membership and patterns of a derived string: literals come from what the derivation gives. */
function derivedString(context: Context, as: Derivation, raws: string[], patterns = true): Shape {
  const { random } = context;
  const chosen = random.sample(raws, random.between(1, 3));
  const derived = [...new Set(chosen.map((raw) => derive(as, raw, []) as string))];
  const [literal] = derived as [string];
  return random.weighted<() => Shape>([
    [4, () => ({ leaf: { as, eq: literal }, literals: chosen })],
    [1, () => ({ leaf: { as, ne: literal }, literals: chosen })],
    [1, () => ({ leaf: { as, in: derived }, literals: chosen })],
    [1, () => ({ leaf: { as, not_in: derived }, literals: chosen })],
    [patterns ? 2 : 0, () => ({ leaf: { as, ...textPatterns(derived, random, false) }, literals: chosen })],
  ])();
}

const string: Shaper = (context) => {
  const { random } = context;
  const list = random.sample(pools.strings, random.between(1, 4));
  const literal = list[0] as string;
  const sizes = [...new Set(list.map((text) => Array.from(text).length))];
  return random.weighted<() => Shape>([
    [3, () => ({ leaf: { [random.pick(["eq", "ne"])]: literal }, literals: [literal] })],
    [3, () => ({ leaf: { [random.pick(["in", "not_in"])]: list }, literals: list })],
    [8, () => ({ leaf: textPatterns(list, random, true), literals: list })],
    [2, () => derivedString(context, "lower", list)],
    [
      1,
      () =>
        withDerivation(
          "size",
          numeric(context, sizes, () => list),
        ),
    ],
    [2, () => ({ leaf: { [random.pick(["eq", "ne"])]: otherField("string", context, list) }, literals: list })],
    [2, () => (context.inBody ? { leaf: { eq: literal }, literals: list } : membership(context, "strings", literal))],
  ])();
};

function withDerivation(as: Derivation, shape: Shape): Shape {
  return { ...shape, leaf: { as, ...shape.leaf } };
}

const choice: Shaper = (context, field) => {
  const { random } = context;
  const choices = field.choices as string[];
  const literal = random.pick(choices);
  const list = random.sample(choices, 2);
  return random.pick<Shape>([
    { leaf: { eq: literal }, literals: [literal] },
    { leaf: { ne: literal }, literals: [literal] },
    { leaf: { in: list }, literals: list },
    { leaf: { not_in: list }, literals: list },
  ]);
};

/** A whole hour, its neighbours, and texts that say the same instant. */
const millis: Shaper = (context) => {
  const { random } = context;
  const text = random.pick(pools.timestamps);
  const instant = derive("timestamp", text, []) as number;
  const pastTheCalendar = 8.64e15 + 1;
  const weekdays = random.sample(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], random.between(1, 5));
  return random.weighted<() => Shape>([
    [4, () => ({ leaf: { [random.pick(orders)]: text }, literals: [instant] })],
    [2, () => numeric(context, [instant, 0, 1795375800000], (value) => [value])],
    [
      2,
      () =>
        withDerivation(
          "utc_hour",
          numeric(context, [0, 8, 9, 17, 18, 23], (hour) => [instant, hour * 3_600_000, pastTheCalendar]),
        ),
    ],
    [
      2,
      () => ({
        leaf: { as: "utc_weekday", [random.pick(["in", "not_in"])]: weekdays },
        literals: [instant, pastTheCalendar],
      }),
    ],
    [
      1,
      () => ({
        leaf: { as: "utc_weekday", [random.pick(["eq", "ne"])]: weekdays[0] as string },
        literals: [instant, -pastTheCalendar],
      }),
    ],
  ])();
};

const timestamp: Shaper = (context) => {
  const { random } = context;
  const text = random.pick(pools.timestamps);
  const instant = derive("timestamp", text, []) as number;
  if (random.chance(0.5)) return { leaf: { as: "timestamp", [random.pick(orders)]: text }, literals: [text] };
  if (random.chance(0.3))
    return { leaf: { as: "timestamp", [random.pick(orders)]: { field: "now" } }, literals: [text] };
  return withDerivation(
    "timestamp",
    numeric(context, [instant], () => [text]),
  );
};

const numeral: Shaper = (context) => {
  const text = context.random.pick(pools.numerals);
  return withDerivation(
    "number",
    numeric(context, [derive("number", text, []) as number], () => [text]),
  );
};

const url: Shaper = (context) => {
  const { random } = context;
  const chosen = random.pick(pools.urls);
  const withPath = pools.urls.filter((candidate) => candidate !== "foo://host");
  return random.weighted<() => Shape>([
    [3, () => derivedString(context, "url_host", pools.urls)],
    [2, () => derivedString(context, "url_scheme", pools.urls, false)],
    [3, () => derivedString(context, "url_path", withPath)],
    [3, () => derivedString(context, "host_class", pools.urls, false)],
    [
      2,
      () => ({
        leaf: { as: "url_path", within: random.pick(["/", "/api", "/a", "/v1"]) },
        literals: [chosen, "https://example.com/api/x"],
      }),
    ],
    [1, () => ({ leaf: { eq: chosen }, literals: [chosen] })],
  ])();
};

const file: Shaper = (context) => {
  const { random } = context;
  const folders = random.sample(pools.files, random.between(1, 3));
  const within = folders.length === 1 ? (folders[0] as string) : folders;
  return random.weighted<() => Shape>([
    [4, () => ({ leaf: { within }, literals: folders })],
    [1, () => ({ leaf: { as: "file_path", within }, literals: folders })],
    [2, () => derivedString(context, "file_path", pools.files)],
  ])();
};

const email: Shaper = (context) => derivedString(context, "email_domain", pools.emails);

/** An array of scalars of one type. */
const arrayOf =
  (element: FieldType, pool: readonly Scalar[]): Shaper =>
  (context) => {
    const { random } = context;
    const list = random.sample([...new Set(pool.map((value) => (value === 0 ? 0 : value)))], random.between(1, 3));
    const literal = list[0] as Scalar;
    const elements: Ask[] = [];
    return random.weighted<() => Shape>([
      [3, () => ({ leaf: { includes: literal }, literals: list })],
      [2, () => ({ leaf: { includes_any: list }, literals: list })],
      [2, () => ({ leaf: { includes_all: list }, literals: list })],
      [
        context.inBody || element === "url" ? 0 : 1,
        () => ({ leaf: { includes: otherField(element, context, list) }, literals: list }),
      ],
      [
        1,
        () =>
          withDerivation(
            "size",
            numeric(context, [0, 1, 2, 3], () => []),
          ),
      ],
      [context.inBody ? 0 : 5, () => ({ leaf: quantifier(element, context, elements), literals: [], elements })],
    ])();
  };

function quantifier(element: FieldType, context: Context, elements: Ask[]): Leaf {
  const body = generateBody(element, { ...context, inBody: true }, elements);
  return context.random.chance(0.5) ? { some: body } : { every: body };
}

const objects: Shaper = (context) => {
  const elements: Ask[] = [];
  // One level deep: in the body of a quantifier there is no other.
  if (context.inBody || context.random.chance(0.1))
    return withDerivation(
      "size",
      numeric(context, [0, 1, 2], () => []),
    );
  return { leaf: quantifier("object", context, elements), literals: [], elements };
};

/** Its member names. */
const object: Shaper = (context) => {
  const { random } = context;
  const names = random.sample(["a", "admin", "id", "confirm", "x-secret", "😀", "～", "é"], random.between(1, 3));
  const elements: Ask[] = [];
  return random.weighted<() => Shape>([
    [2, () => ({ leaf: { as: "keys", includes: names[0] as string }, literals: names })],
    [1, () => ({ leaf: { as: "keys", includes_any: names }, literals: names })],
    [1, () => ({ leaf: { as: "keys", includes_all: names }, literals: names })],
    [
      context.inBody ? 0 : 3,
      () => ({ leaf: { as: "keys", ...quantifier("string", context, elements) }, literals: names }),
    ],
  ])();
};

const shapers: { [T in FieldType]: Shaper } = {
  bool,
  number,
  string,
  millis,
  timestamp,
  numeral,
  url,
  file,
  email,
  choice,
  objects,
  object,
  strings: arrayOf("string", pools.strings),
  numbers: arrayOf("number", pools.numbers),
  bools: arrayOf("bool", [true, false]),
  urls: arrayOf("url", pools.urls),
  anything: () => ({ leaf: { exists: true }, literals: [] }),
};
