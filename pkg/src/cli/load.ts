// What commands that decide have in common: an engine of the policies that were named, or why there is none.

import type { PolicyEngine } from "../engine/engine.js";
import { PolicySetError } from "../engine/errors.js";
import type { Args, OptionSpec } from "./args.js";
import type { Context } from "./command.js";
import { findingText, hasErrors, tally } from "./findings.js";
import { checkStdin, STDIN } from "./source/document.js";
import { readSet } from "./source/set.js";

/** The options that name policies and a catalogue. */
export const SET_OPTIONS = {
  policies: {
    type: "string",
    value: "FILE",
    about: "policies, in JSON or YAML, or a folder of such files; may be repeated",
    multiple: true,
    required: true,
  },
  catalogue: { type: "string", value: "FILE", about: "what requests look like, in JSON or YAML" },
} as const satisfies Record<string, OptionSpec>;

/** The files of requests: standard input, unless some are named. */
export function requestFiles({ files }: Args): readonly string[] {
  return files.length === 0 ? [STDIN] : files;
}

/** The engine; nothing where the policies don't load, which has been said on stderr. */
export async function loadEngine({ args, err, engine }: Context): Promise<PolicyEngine | undefined> {
  const [files, catalogueFile] = [args.values("policies"), args.value("catalogue")];
  checkStdin([...files, ...(catalogueFile === undefined ? [] : [catalogueFile]), ...requestFiles(args)]);
  const { policies, catalogue, findings, place } = await readSet(files, catalogueFile);
  const { PolicyEngine } = await engine();
  let found = findings;
  if (found.length === 0) {
    try {
      return await PolicyEngine.load({ policies, catalogue });
    } catch (error) {
      if (!PolicySetError.is(error)) throw error;
      found = place(error.diagnostics).filter(({ severity }) => severity === "error");
    }
  }
  if (!hasErrors(found)) throw new Error("the policies were refused without a reason");
  for (const finding of found) await err.write(findingText(finding, err.style));
  await err.write(`the policies do not load: ${tally(found)}\n`);
  return undefined;
}
