// One request against the policies: what is wrong with the texts, or else the decision with its explanation.
import type { Preview, Request } from "portcullis";
import { read } from "../source/read.js";
import { SourceError } from "../source/source.js";
import { LiveSet } from "./live.js";
import type { Analysis, Finding, Matrix, MatrixAsk, Texts } from "./protocol.js";
import { unreadable } from "./set.js";

const live = new LiveSet();

export function analyse(texts: Texts): Analysis {
  const { findings, engine } = live.at(texts);
  const { request, problem } = readRequest(texts.request);
  const all = problem === undefined ? findings : [...findings, problem];
  if (engine === undefined || request === undefined) return { findings: all, outcome: undefined };
  const explanation = engine.explain(request);
  const say = (reader: "agent" | "approver" | "author") => engine.explain(request, { reader });
  const voices = { agent: say("agent"), approver: say("approver"), author: say("author") };
  return { findings: all, outcome: { explanation, voices } };
}

/** Where one stands who is not told what is asked with which arguments. */
const UNKNOWN = { unknown: ["input"] };

export function matrixOf({ texts, users, tools }: MatrixAsk): Matrix | undefined {
  const { engine } = live.at(texts);
  const { request } = readRequest(texts.request);
  if (engine === undefined || request === undefined) return undefined;
  const vary = { tool: tools, user: users };
  return { cells: engine.previewMany({ ...request, action: "tool_call" }, { ...UNKNOWN, vary }) };
}

export function cellOf(texts: Texts, user: unknown, tool: unknown): Preview | undefined {
  const { engine } = live.at(texts);
  const { request } = readRequest(texts.request);
  if (engine === undefined || request === undefined) return undefined;
  const asked = { ...request, action: "tool_call", user, tool } as Request;
  return engine.preview(asked, UNKNOWN);
}

function readRequest(text: string): { request?: Request; problem?: Finding } {
  try {
    return { request: read(text).value as Request };
  } catch (error) {
    if (error instanceof SourceError) return { problem: unreadable(error, "request") };
    throw error;
  }
}
