// A select of values with words, and a labelled row of a form.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface ChoiceProps {
  readonly id?: string;
  readonly label: string;
  readonly class?: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, words: string])[];
  onValue(value: string): void;
}

export function Choice({ id, label, class: more, value, options, onValue }: ChoiceProps) {
  const known = options.some(([one]) => one === value);
  return (
    <select
      id={id}
      class={more}
      aria-label={id === undefined ? label : undefined}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      {!known && <option value={value}>{value === "" ? "choose…" : value}</option>}
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  );
}

interface RowProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly required?: boolean;
  readonly wide?: boolean;
  children(id: string): ComponentChildren;
}

/** A label above its control. */
export function Row({ label, hint, required = false, wide = false, children }: RowProps) {
  const id = useId();
  return (
    <div class={`row${wide ? " wide" : ""}`}>
      <label for={id}>
        {label}
        {required && (
          <span class="must" title="required">
            <span aria-hidden="true"> *</span>
            <span class="hidden"> (required)</span>
          </span>
        )}
      </label>
      {children(id)}
      {hint !== undefined && hint !== "" && (
        <span class="row-hint" title={hint}>
          {hint}
        </span>
      )}
    </div>
  );
}

export function Check(props: { label: string; checked: boolean; onValue(checked: boolean): void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={props.checked} onChange={(event) => props.onValue(event.currentTarget.checked)} />
      <span>{props.label}</span>
    </label>
  );
}
