// What the page and its workers say to each other.
import type { Effect, Explanation, ExplanationReader, Preview, PreviewCell, Severity } from "portcullis";
import type { Format, Range } from "../source/source.js";

/** The texts that decide, as they stand in the editors. */
export interface PolicyTexts {
  readonly policies: string;
  /** Empty where there is none. */
  readonly catalogue: string;
}

export interface Texts extends PolicyTexts {
  readonly request: string;
}

/** Something wrong, or unwise, in one of the texts. */
export interface Finding extends Range {
  readonly in: keyof Texts;
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

/** A decision with all that is said about it. */
export interface Outcome {
  readonly explanation: Explanation;
  readonly voices: Readonly<Record<ExplanationReader, string>>;
}

export interface Analysis {
  readonly findings: readonly Finding[];
  /** None where something in the texts keeps the engine from deciding. */
  readonly outcome: Outcome | undefined;
}

/** In what two decisions of one request differ. */
export interface Difference {
  readonly what: "effect" | "mode" | "limits" | "approvals";
  /** In words; empty where there is none on that side. */
  readonly from: string;
  readonly to: string;
}

/** A policy that makes the difference: one that applies on one side only, or otherwise. */
export interface Cause {
  readonly side: "before" | "after" | "both";
  readonly policy: string;
  readonly effect: Effect;
}

export interface Flip {
  /** The request's place in the set, from 1. */
  readonly at: number;
  readonly title: string;
  readonly differences: readonly Difference[];
  readonly causes: readonly Cause[];
}

export interface Move {
  readonly what: Difference["what"];
  /** Of effects and modes. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface Comparison {
  readonly total: number;
  readonly decided: number;
  readonly flipped: number;
  /** The first of them. */
  readonly flips: readonly Flip[];
  /** How many went from which effect or mode to which, and in how many limits or approvals are others. */
  readonly moves: readonly Move[];
  /** Lines that are no requests. */
  readonly unreadable: readonly { readonly at: number; readonly message: string }[];
  readonly unreadableCount: number;
  readonly done: boolean;
}

export interface Comparing {
  readonly before: PolicyTexts;
  readonly after: PolicyTexts;
  /** One request a line, or an array of them. */
  readonly requests: Blob;
}

/** A decision that was logged, with its request. */
export interface Logged {
  readonly title: string;
  readonly effect: string;
  readonly code: string;
  readonly mode: string | null;
  /** Ids of the policies that applied. */
  readonly policies: readonly string[];
  readonly request: unknown;
}

/** A logged decision that would be another by now. */
export interface Drifted {
  readonly title: string;
  readonly from: string;
  readonly to: string;
}

/** Logged decisions, decided anew by the policies that stand behind them now. */
export interface Drift {
  readonly decided: number;
  readonly drifted: number;
  /** The first of them. */
  readonly some: readonly Drifted[];
  /** How many went ahead because people had approved them. */
  readonly granted: number;
}

/** Everyone and every tool of a matrix, in the call of the editor. */
export interface MatrixAsk {
  readonly texts: Texts;
  readonly users: readonly unknown[];
  readonly tools: readonly unknown[];
}

/** The cells by rows: for each tool one for each user. */
export interface Matrix {
  readonly cells: readonly PreviewCell[];
}

export type Ask =
  | { readonly kind: "analyse"; readonly texts: Texts }
  | { readonly kind: "matrix"; readonly matrix: MatrixAsk }
  | { readonly kind: "cell"; readonly texts: Texts; readonly user: unknown; readonly tool: unknown }
  | { readonly kind: "convert"; readonly text: string; readonly to: Format }
  | { readonly kind: "compare"; readonly comparing: Comparing }
  | { readonly kind: "recall"; readonly texts: PolicyTexts; readonly logged: readonly Logged[] }
  | { readonly kind: "stop" };

export type Answer =
  | { readonly kind: "analysis"; readonly analysis: Analysis }
  /** None where something in the texts keeps the engine from deciding. */
  | { readonly kind: "matrix"; readonly matrix: Matrix | undefined }
  | { readonly kind: "cell"; readonly preview: Preview | undefined }
  | { readonly kind: "converted"; readonly text: string }
  | { readonly kind: "comparison"; readonly comparison: Comparison }
  | { readonly kind: "drift"; readonly drift: Drift }
  | { readonly kind: "failed"; readonly message: string };

export interface Envelope<T> {
  readonly id: number;
  readonly body: T;
}
