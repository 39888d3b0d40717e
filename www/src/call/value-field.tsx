// A value of a call by its schema, or by what it is now; what there is no form for is shown as JSON.
import { NumberInput } from "../builder/literal.js";
import { Choice, Row } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import { JsonField } from "../form/json-field.js";
import { Tokens } from "../form/tokens.js";
import type { Path } from "../source/tree.js";
import { choicesOf, isRecord, kindOf, kindOfValue, type ValueSchema } from "../state/schema-types.js";

type Put = (path: Path, value: unknown) => void;

interface MembersProps {
  readonly path: Path;
  readonly value: Readonly<Record<string, unknown>>;
  readonly schema: ValueSchema | undefined;
  readonly put: Put;
  /** Whether members may be added that the schema does not name. */
  readonly open?: boolean;
}

/** The members that a schema names, then those that are there beside them. */
export function Members({ path, value, schema, put, open = false }: MembersProps) {
  const properties = schema?.properties ?? {};
  const required = schema?.required ?? [];
  const named = Object.keys(properties).sort((a, b) => Number(required.includes(b)) - Number(required.includes(a)));
  const names = [...named, ...Object.keys(value).filter((name) => !named.includes(name))];
  const isAnything = open && named.length === 0;
  return (
    <div class="rows">
      {names.map((name) => (
        <ValueField
          key={name}
          path={[...path, name]}
          name={name}
          value={value[name]}
          schema={properties[name]}
          required={required.includes(name)}
          put={put}
        />
      ))}
      {names.length === 0 && !isAnything && <p class="hint">It takes no arguments.</p>}
      {isAnything && <NewMember path={path} taken={names} put={put} />}
    </div>
  );
}

/** Without a schema, an argument is named by whoever adds it. */
function NewMember({ path, taken, put }: { path: Path; taken: readonly string[]; put: Put }) {
  const take = (text: string): string | undefined => {
    const name = text.trim();
    if (name === "") return undefined;
    if (taken.includes(name)) return "There is one of this name.";
    put([...path, name], "");
    return undefined;
  };
  return (
    <Row label="One more argument">
      {(id) => (
        <DraftInput id={id} label="One more argument" mono placeholder="its name…" value="" when="done" onText={take} />
      )}
    </Row>
  );
}

interface Props {
  readonly path: Path;
  readonly name: string;
  readonly value: unknown;
  readonly schema: ValueSchema | undefined;
  readonly required?: boolean;
  readonly put: Put;
}

export function ValueField(props: Props) {
  const { path, name, value, schema, put } = props;
  const kind = kindOfValue(value) ?? kindOf(schema);
  if (kind === "object" && (schema?.properties !== undefined || isFlat(value))) {
    return (
      <fieldset class="row wide nested">
        <legend>{name}</legend>
        <Members path={path} value={isRecord(value) ? value : {}} schema={schema} put={put} />
      </fieldset>
    );
  }
  const hint = schema?.description;
  const isWide =
    kind === "object" ||
    (kind === "list" && !isSimpleList(value)) ||
    (kind === "string" && String(value ?? "").length > 60);
  return (
    <Row label={name} hint={hint} required={props.required ?? false} wide={isWide}>
      {(id) => <Control {...props} id={id} />}
    </Row>
  );
}

function Control({ id, path, name, value, schema, required = false, put }: Props & { readonly id: string }) {
  const kind = kindOfValue(value) ?? kindOf(schema);
  const choices = choicesOf(schema);
  const set = (next: unknown) => put(path, next);
  const isAbsent = value === undefined;
  if (kind === "boolean") {
    const options = [
      ...(required && !isAbsent ? [] : ([["", "not given"]] as const)),
      ["true", "yes"],
      ["false", "no"],
    ] as const;
    const turn = (next: string) => set(next === "" ? undefined : next === "true");
    return <Choice id={id} label={name} value={isAbsent ? "" : String(value)} options={options} onValue={turn} />;
  }
  if (choices !== undefined && kind === "string") {
    const options = [
      ...(required && !isAbsent ? [] : ([["", "not given"]] as const)),
      ...choices.map((one) => [one, one] as const),
    ];
    return (
      <Choice
        id={id}
        label={name}
        value={String(value ?? "")}
        options={options}
        onValue={(next) => set(next === "" ? undefined : next)}
      />
    );
  }
  if (kind === "number") {
    const number = typeof value === "number" ? value : undefined;
    return (
      <NumberInput
        id={id}
        label={name}
        value={number}
        {...(required ? {} : { onNone: () => set(undefined) })}
        onValue={set}
      />
    );
  }
  if (kind === "list" && isSimpleList(value)) {
    const values = Array.isArray(value) ? value : [];
    const element = kindOfValue(values[0]) ?? kindOf(schema?.items);
    if (element === "string" || element === "number" || element === undefined) {
      return (
        <Tokens
          id={id}
          label={name}
          values={values}
          kind={element === "number" ? "number" : "string"}
          onAdd={(one) => set([...values, one])}
          onRemove={(index) => set(values.filter((_, i) => i !== index))}
        />
      );
    }
  }
  if (kind === "string" || (kind === undefined && isAbsent)) {
    const text = typeof value === "string" ? value : "";
    const isLong = text.length > 60 || text.includes("\n");
    const take = (next: string) => void set(next === "" && !required ? undefined : next);
    return <DraftInput id={id} label={name} value={text} {...(isLong ? { rows: 3 } : {})} onText={take} />;
  }
  return (
    <JsonField
      id={id}
      label={name}
      value={value}
      onValue={set}
      {...(required ? {} : { onNone: () => set(undefined) })}
    />
  );
}

function isSimpleList(value: unknown): boolean {
  return (
    value === undefined ||
    (Array.isArray(value) && value.every((one) => typeof one === "string" || typeof one === "number"))
  );
}

/** An object of values that fit on a line each. */
function isFlat(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((one) => !isRecord(one)) && Object.keys(value).length <= 8;
}
