// `portcullis explain`: the decision on one request, in words for one reader or as JSON.
import type { ExplanationReader } from "../../engine/engine.js";
import type { Request } from "../../types/inputs.js";
import { type Command, FOUND, OK } from "../command.js";
import { findingText } from "../findings.js";
import { loadEngine, requestFiles, SET_OPTIONS } from "../load.js";
import { isDocument, readDocument, STDIN } from "../source/document.js";

export const explain: Command = {
  spec: {
    name: "explain",
    summary: "Explains the decision on one request.",
    usage: "--policies FILE [OPTIONS] [REQUEST]",
    options: {
      ...SET_OPTIONS,
      reader: {
        type: "string",
        value: "READER",
        about: "whom it is for (author, unless said otherwise)",
        choices: ["agent", "approver", "author", "json"],
      },
    },
    files: { least: 0, most: 1 },
    notes: ["REQUEST is a file of JSON or YAML; without it, standard input is read."],
  },

  async run(context) {
    const { args, out, err } = context;
    const engine = await loadEngine(context);
    if (engine === undefined) return FOUND;
    const reading = await readDocument(requestFiles(args)[0] ?? STDIN);
    if (!isDocument(reading)) {
      await err.write(findingText(reading, err.style));
      return FOUND;
    }
    const reader = args.value("reader") ?? "author";
    const request = reading.value as Request;
    const text =
      reader === "json"
        ? JSON.stringify(engine.explain(request), null, 2)
        : engine.explain(request, { reader: reader as ExplanationReader });
    await out.write(text.endsWith("\n") ? text : `${text}\n`);
    return OK;
  },
};
