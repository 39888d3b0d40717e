// What a cell says, in a sign and a word, so that nobody needs the colour.
import type { PreviewCell } from "portcullis";

export type CellState = "allow" | "deny" | "require_approval" | "depends";

export const STATES: readonly { readonly id: CellState; readonly sign: string; readonly word: string }[] = [
  { id: "allow", sign: "✓", word: "allowed" },
  { id: "require_approval", sign: "?", word: "approval" },
  { id: "depends", sign: "±", word: "depends" },
  { id: "deny", sign: "✕", word: "denied" },
];

export function stateOf({ effects }: PreviewCell): CellState {
  const [only, ...others] = effects;
  return only === undefined || others.length > 0 ? "depends" : only;
}

/** What may come of it, where it depends; and whether it can only be a draft. */
export function detailOf(cell: PreviewCell): string {
  const words = { allow: "allow", deny: "deny", require_approval: "approval" };
  const effects = cell.effects.length > 1 ? cell.effects.map((effect) => words[effect]).join(" or ") : "";
  const isDraft = cell.modes.length === 1 && cell.modes[0] === "draft" && stateOf(cell) !== "deny";
  return [effects, isDraft ? "as a draft" : ""].filter((part) => part !== "").join(", ");
}
