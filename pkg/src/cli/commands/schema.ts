// `portcullis schema`: the JSON Schema of policies.
import schemaOfPolicies from "../../types/generated/policies.schema.json" with { type: "json" };
import { type Command, OK } from "../command.js";

export const schema: Command = {
  spec: {
    name: "schema",
    summary: "Prints the JSON Schema (2020-12) of files of policies, for editors that complete and check by it.",
    usage: "",
    options: {},
    files: { least: 0, most: 0 },
    notes: ["It takes all that loads, and refuses most of what does not; `portcullis validate` says the rest."],
  },

  async run({ out }) {
    await out.write(`${JSON.stringify(schemaOfPolicies, null, 2)}\n`);
    return OK;
  },
};
