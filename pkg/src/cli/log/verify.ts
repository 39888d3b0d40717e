// `portcullis log verify`: whether chains are as they were written.
import { canonical, type Json } from "../../log/canonical.js";
import type { Anchor } from "../../log/entry.js";
import { isAnchor } from "../../log/read.js";
import { Verifier } from "../../log/verify.js";
import { type Context, FOUND, OK } from "../command.js";
import { isDocument, readDocument } from "../source/document.js";
import { printable } from "../terminal.js";
import { UsageError } from "../usage.js";
import { fileLines, onDatabase } from "./source.js";

export async function verifyLog(context: Context): Promise<number> {
  const { args, out, err } = context;
  const verifier = new Verifier();
  const kept = args.value("anchors");
  if (kept !== undefined) verifier.anchor(await readAnchors(kept));
  if (args.files.length > 0) {
    for await (const { place, text } of fileLines(context)) verifier.line(text ?? "", place);
  } else {
    await onDatabase(context, async (log) => {
      for await (const part of log.chains()) {
        if ("anchors" in part) verifier.anchor(part.anchors, true);
        else for (const line of part.lines) verifier.line(line, "database");
      }
    });
  }
  const { findings, entries, anchors, unanchored } = verifier.end();
  const printsAnchors = args.flag("print-anchors");
  const machine = args.value("format") === "ndjson";
  // Anchors are for a file; what was found then goes where people see it.
  const told = printsAnchors ? err : out;
  for (const finding of findings) {
    const { code, place, writer, seq, message } = finding;
    const entry = writer === null ? "" : `writer ${writer}${seq === null ? "" : `, entry ${seq}`}: `;
    const text = `${printable(place)}: ${told.style.red(`error[${code}]`)}: ${printable(entry + message)}\n`;
    await told.write(machine ? `${JSON.stringify(finding)}\n` : text);
  }
  if (printsAnchors) await out.write(`${canonical({ anchors } as unknown as Json)}\n`);
  if (unanchored.length > 0) {
    await err.write(
      `no anchor of ${unanchored.length} writers: entries that were cut from their ends can't be missed\n`,
    );
  }
  await err.write(`${entries} entries of ${anchors.length} writers: ${findings.length} findings\n`);
  return findings.length === 0 ? OK : FOUND;
}

async function readAnchors(file: string): Promise<readonly Anchor[]> {
  const reading = await readDocument(file);
  const { anchors } = ((isDocument(reading) ? reading.value : null) ?? {}) as { anchors?: unknown };
  if (Array.isArray(anchors) && anchors.every(isAnchor)) return anchors;
  throw new UsageError(`\`${file}\` holds no anchors`, "give what `portcullis log verify --print-anchors` has printed");
}
