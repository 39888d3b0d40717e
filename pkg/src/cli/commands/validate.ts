// `portcullis validate`: what keeps policies from loading, and what is unwise.
import { type Command, FOUND, OK } from "../command.js";
import { findingJson, findingText, hasErrors, tally } from "../findings.js";
import { SET_OPTIONS } from "../load.js";
import { checkStdin } from "../source/document.js";
import { readSet } from "../source/set.js";

export const validate: Command = {
  spec: {
    name: "validate",
    summary: "Says what is wrong with policies, all at once, with file, line and column.",
    usage: "[OPTIONS] FILES…",
    options: {
      catalogue: SET_OPTIONS.catalogue,
      format: { type: "string", value: "FORMAT", about: "how findings are printed", choices: ["text", "json"] },
      strict: { type: "boolean", about: "warnings fail as errors do" },
    },
    files: { least: 1, most: Number.POSITIVE_INFINITY },
    notes: [
      "FILES are JSON or YAML 1.2, or folders of such: one policy, a list of them, or an object with a list under `policies`,\nwhose other keys are not read. `-` is standard input. All files together are one set.",
      "With `--format json` each finding is one line of JSON. Exits with 1 if there are errors.",
    ],
  },

  async run({ args, out, err, engine }) {
    const catalogueFile = args.value("catalogue");
    checkStdin(catalogueFile === undefined ? args.files : [...args.files, catalogueFile]);
    const { policies, catalogue, findings, place } = await readSet(args.files, catalogueFile);
    const { validate } = await engine();
    const { diagnostics } = validate(policies, catalogue ?? null);
    const found = [...findings, ...place(diagnostics)];
    const json = args.value("format") === "json";
    for (const finding of found) await out.write(json ? findingJson(finding) : findingText(finding, out.style));
    if (!json) await err.write(found.length === 0 ? "no findings\n" : `${tally(found)}\n`);
    return hasErrors(found) || (args.flag("strict") && found.length > 0) ? FOUND : OK;
  },
};
