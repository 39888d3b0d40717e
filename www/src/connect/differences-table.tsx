// Two states of a policy side by side, place by place.
import { valueText } from "../view/field.js";
import type { Difference } from "./wire.js";

interface Props {
  readonly label: string;
  readonly sides: readonly [string, string];
  readonly differences: readonly Difference[];
}

export function DifferencesTable({ label, sides, differences }: Props) {
  if (differences.length === 0) return <p class="hint">Both say the same.</p>;
  return (
    <table class="differences" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Where</th>
          {sides.map((side) => (
            <th scope="col" key={side}>
              {side}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {differences.map((difference) => (
          <tr key={difference.pointer}>
            <th scope="row">{difference.pointer === "" ? "all of it" : difference.pointer.slice(1)}</th>
            <Side difference={difference} side="before" />
            <Side difference={difference} side="after" />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Side({ difference, side }: { difference: Difference; side: "before" | "after" }) {
  if ((difference[side] ?? null) === null) return <td class="faint">nothing</td>;
  return (
    <td>
      <code>{valueText(difference[side])}</code>
    </td>
  );
}
