// The right side of an operator: literals by their kind, or another field.
import { Choice } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import type { MenuItem } from "../form/menu.js";
import { Tokens } from "../form/tokens.js";
import type { Kind } from "../state/schema-types.js";
import { isFieldRef } from "./leaf.js";
import { OPERATOR } from "./vocabulary.js";

interface Props {
  readonly operator: string;
  readonly value: unknown;
  /** Of one literal, as far as it is known. */
  readonly kind: Kind | undefined;
  readonly choices: readonly string[] | undefined;
  onValue(value: unknown): void;
}

export function RightSide(props: Props) {
  const { operator, value, onValue } = props;
  const shape = OPERATOR[operator]?.right;
  if (shape === "presence") {
    const options = [
      ["true", "it is there"],
      ["false", "it is absent"],
    ] as const;
    return (
      <Choice label="Presence" value={String(value)} options={options} onValue={(next) => onValue(next === "true")} />
    );
  }
  const isList = Array.isArray(value);
  if (isFieldRef(value)) {
    return (
      <DraftInput
        label="The other field"
        mono
        list="known-fields"
        when="done"
        value={value.field}
        onText={(text) => (text.trim() === "" ? "A field is needed." : void onValue({ field: text.trim() }))}
      />
    );
  }
  const many = isList || shape === "members" || shape === "literals";
  return many ? <Literals {...props} values={isList ? value : [value]} /> : <Literal {...props} />;
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "yes or no",
  field: "another field",
  time: "a time",
};

const STARTS: Readonly<Record<string, unknown>> = {
  string: "text",
  number: 0,
  boolean: true,
  field: { field: "user.id" },
  time: "2026-01-01T00:00:00Z",
};

/** The other kinds of values that would do in place of the one that is there. */
export function kindItems(
  operator: string,
  value: unknown,
  kind: Kind | undefined,
  onValue: (value: unknown) => void,
): MenuItem[] {
  const { right, fields } = OPERATOR[operator] ?? { right: "literal", fields: false };
  if (right === "patterns") {
    const several = Array.isArray(value);
    const label = several ? "Compare with one text" : "Compare with any of several";
    return [{ label, run: () => onValue(several ? value[0] : [value]) }];
  }
  if (right === "presence" || right === "element") return [];
  const first = Array.isArray(value) ? value[0] : value;
  const now = isFieldRef(value) ? "field" : right === "bound" && typeof first === "string" ? "time" : typeof first;
  const scalars = right === "bound" ? ["number", "time"] : ["string", "number", "boolean"];
  const fit = scalars.filter((one) => kind === undefined || one === kind || one === "time");
  const inList = right === "members" || right === "literals";
  return [...fit, ...(fields ? ["field"] : [])]
    .filter((one) => one !== now)
    .map((one) => ({
      label: `Compare with ${KIND_WORDS[one]}`,
      run: () => onValue(inList && one !== "field" ? [STARTS[one]] : STARTS[one]),
    }));
}

function Literal({ operator, value, choices, onValue }: Props) {
  if (typeof value === "boolean") {
    const options = [
      ["true", "yes (true)"],
      ["false", "no (false)"],
    ] as const;
    return (
      <Choice label="Value" value={String(value)} options={options} onValue={(next) => onValue(next === "true")} />
    );
  }
  if (typeof value === "number") return <NumberInput label="Value" value={value} onValue={onValue} />;
  const text = String(value);
  if (choices !== undefined && choices.length > 0) {
    return <Choice label="Value" value={text} options={choices.map((one) => [one, one] as const)} onValue={onValue} />;
  }
  const isPattern = OPERATOR[operator]?.right === "patterns";
  return (
    <DraftInput
      label="Value"
      value={text}
      placeholder={operator === "matches" ? "*.example.com" : ""}
      onText={(next) => (isPattern && next === "" ? "A text is needed." : void onValue(next))}
    />
  );
}

interface NumberProps {
  readonly label: string;
  readonly id?: string;
  readonly value: number | undefined;
  onValue(value: number): void;
  /** Where none will do as well. */
  onNone?(): void;
}

export function NumberInput({ label, id, value, onValue, onNone }: NumberProps) {
  const take = (text: string): string | undefined => {
    const number = Number(text);
    if (text.trim() === "" && onNone !== undefined) onNone();
    else if (text.trim() === "" || !Number.isFinite(number)) return "A number is needed.";
    else onValue(number);
    return undefined;
  };
  const shown = value === undefined ? "" : String(value);
  return (
    <DraftInput
      {...(id === undefined ? {} : { id })}
      label={label}
      class="number"
      numeric
      value={shown}
      onText={take}
    />
  );
}

function Literals({ values, choices, onValue }: Props & { readonly values: readonly unknown[] }) {
  const kind = typeof values[0] === "number" ? "number" : "string";
  return (
    <>
      <Tokens
        label="the values"
        values={values}
        kind={kind}
        mayBeEmpty={false}
        list={choices === undefined ? undefined : `choices-${choices.join("-")}`}
        onAdd={(value) => onValue([...values, value])}
        onRemove={(index) => onValue(values.filter((_, i) => i !== index))}
      />
      {choices !== undefined && (
        <datalist id={`choices-${choices.join("-")}`}>
          {choices.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}
