// `portcullis types`: what TypeScript can know of a catalogue.
import type { Catalogue } from "../../types/generated/Catalogue.js";
import { type Command, FOUND, OK } from "../command.js";
import { findingText, hasErrors } from "../findings.js";
import { SET_OPTIONS } from "../load.js";
import { readSet } from "../source/set.js";
import { typesOf } from "../types/catalogue.js";

export const types: Command = {
  spec: {
    name: "types",
    summary: "Prints a TypeScript module with the types of a catalogue: actions, entities, arguments, requests.",
    usage: "--catalogue FILE",
    options: { catalogue: { ...SET_OPTIONS.catalogue, required: true } },
    files: { least: 0, most: 0 },
    notes: ["Where a schema says what TypeScript can't, the type is unknown."],
  },

  async run({ args, out, err, engine }) {
    const { catalogue, findings, place } = await readSet([], args.value("catalogue"));
    const { validate } = await engine();
    const found = [...findings, ...place(catalogue === undefined ? [] : validate([], catalogue).diagnostics)];
    for (const finding of found) await err.write(findingText(finding, err.style));
    if (hasErrors(found) || catalogue === undefined) return FOUND;
    await out.write(typesOf(JSON.parse(catalogue) as Catalogue));
    return OK;
  },
};
