// One of a few, side by side: radio buttons that look like one control.
import { useId } from "preact/hooks";

interface Props<T extends string> {
  readonly label: string;
  readonly options: readonly (readonly [value: T, words: string])[];
  readonly value: T;
  onValue(value: T): void;
}

export function Segments<T extends string>({ label, options, value, onValue }: Props<T>) {
  const name = useId();
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {options.map(([one, words]) => (
        <label key={one}>
          <input type="radio" name={name} checked={one === value} onChange={() => onValue(one)} />
          <span>{words}</span>
        </label>
      ))}
    </div>
  );
}
