// `portcullis import`: rules of an older format as policies, or a report of what can't be said.
import type { Policy } from "../../types/generated/Policy.js";
import { type Command, FOUND, OK } from "../command.js";
import { type Finding, findingText, hasErrors, tally } from "../findings.js";
import { type Remark, readRules } from "../import/rules.js";
import { type Otherwise, translate } from "../import/translate.js";
import { type Document, isDocument, readDocument, STDIN, strictly } from "../source/document.js";
import { at } from "../source/set.js";

export const importRules: Command = {
  spec: {
    name: "import",
    summary: "Translates rules with priorities, of which the first match decides, into policies.",
    usage: "[OPTIONS] [FILE]",
    options: {
      otherwise: {
        type: "string",
        value: "EFFECT",
        about: "what the rules decide where none matches (deny, unless said otherwise)",
        choices: ["allow", "deny"],
      },
    },
    files: { least: 0, most: 1 },
    notes: [
      "FILE is JSON or YAML: a list of {name, effect, priority, conditions, logic}; without it, standard input is read.",
      "Prints the policies as JSON if all of it could be translated; if not, says what could not, prints none and exits with 1.",
    ],
  },

  async run({ args, out, err, engine }) {
    const reading = await readDocument(args.files[0] ?? STDIN);
    const problem = isDocument(reading) ? strictly(reading) : reading;
    let findings: Finding[] = problem === undefined ? [] : [problem];
    let policies: Policy[] = [];
    if (isDocument(reading) && problem === undefined) {
      const remarks: Remark[] = [];
      const rules = readRules(reading.value, remarks);
      policies = translate(rules, (args.value("otherwise") ?? "deny") as Otherwise, remarks);
      findings = remarks.map((remark) => at(reading, { ...remark, policy_id: null }));
      const { validate } = await engine();
      const { diagnostics } = validate(policies);
      for (const { pointer, ...rest } of diagnostics) findings.push({ ...whole(reading), ...rest, pointer });
    }
    for (const finding of findings) await err.write(findingText(finding, err.style));
    if (findings.length > 0) await err.write(`${tally(findings)}\n`);
    if (hasErrors(findings)) return FOUND;
    await out.write(`${JSON.stringify(policies, null, 2)}\n`);
    return OK;
  },
};

/** Of a translated policy there is no place in the file. */
function whole({ file }: Document): Pick<Finding, "file" | "line" | "column"> {
  return { file, line: null, column: null };
}
