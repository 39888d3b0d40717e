// A value for which there is no form, as JSON in its place.
import { formatJson } from "../source/format.js";
import { DraftInput } from "./draft-input.js";

interface Props {
  readonly label: string;
  readonly id?: string;
  readonly value: unknown;
  onValue(value: unknown): void;
  /** Where none will do as well. */
  onNone?(): void;
}

export function JsonField({ label, id, value, onValue, onNone }: Props) {
  const text = value === undefined ? "" : formatJson(value, "    ").replaceAll("\n    ", "\n");
  const take = (typed: string): string | undefined => {
    if (typed.trim() === "" && onNone !== undefined) {
      onNone();
      return undefined;
    }
    try {
      onValue(JSON.parse(typed));
      return undefined;
    } catch {
      return "This is no JSON yet; it counts once it is.";
    }
  };
  const rows = Math.min(10, Math.max(2, text.split("\n").length));
  return (
    <DraftInput
      {...(id === undefined ? {} : { id })}
      class="json"
      mono
      label={label}
      value={text}
      rows={rows}
      when="done"
      onText={take}
    />
  );
}
