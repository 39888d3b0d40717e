// Checks of bodies and parameters by their schemas. Each schema is compiled once, when it is first needed.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type Mistake, Problem } from "./problem.js";
import type { Schema } from "./schemas/build.js";
import { SCHEMAS } from "./schemas/index.js";

/** Says what is wrong with a value; nothing where it fits. */
export type Check = (value: unknown) => readonly Mistake[];

const MOST_MISTAKES = 20;
const ROOT = "openapi";

let ajv: Ajv2020 | undefined;

function compiler(): Ajv2020 {
  if (ajv !== undefined) return ajv;
  // Formats and the like are annotations here, as 2020-12 has them.
  ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  ajv.addSchema({ components: { schemas: SCHEMAS } }, ROOT);
  return ajv;
}

export function checkOf(schema: Schema): Check {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= compiler().compile(
      JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${ROOT}#/components/`)),
    );
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, MOST_MISTAKES).map(({ instancePath, message, params }) => {
      const extra = (params as { additionalProperty?: string }).additionalProperty;
      return { pointer: instancePath, message: `${message}${extra === undefined ? "" : `: \`${extra}\``}` };
    });
  };
}

export function refuse(what: "body" | "query" | "evaluation", mistakes: readonly Mistake[]): Problem {
  const [first] = mistakes;
  const at = first === undefined ? "" : `: ${[first.pointer, first.message].filter((part) => part !== "").join(" ")}`;
  const remedy = "See the schema of this operation in `/openapi.json`.";
  return new Problem({ code: `invalid_${what}`, detail: `the ${what} does not fit${at}`, remedy, mistakes });
}
