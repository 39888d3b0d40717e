// A text field that leaves alone what is being typed, and follows the value else.
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  readonly value: string;
  readonly label: string;
  readonly id?: string;
  readonly class?: string;
  readonly list?: string;
  readonly placeholder?: string;
  readonly numeric?: boolean;
  readonly rows?: number;
  readonly focus?: boolean;
  readonly mono?: boolean;
  readonly describedBy?: string | undefined;
  readonly type?: "text" | "datetime-local";
  /** When the text counts: with each keystroke, or once the field is left or Enter is pressed. */
  readonly when?: "typed" | "done";
  /** Takes a text; says what is wrong with it if it can't. */
  onText(text: string): string | undefined;
}

export function DraftInput(props: Props) {
  const { value, label, when = "typed", rows, onText } = props;
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  // A value that comes from elsewhere, by undo or from the text, goes before what was being typed.
  useEffect(() => {
    if (draft !== value) setDraft(undefined);
    setProblem(undefined);
  }, [value]);
  const take = (text: string) => setProblem(onText(text));
  const onInput = () => {
    const text = field.current?.value ?? "";
    setDraft(text);
    const chosen = props.list !== undefined && isOption(field.current, text);
    if (when === "typed" || chosen) take(text);
  };
  const leave = () => {
    const text = field.current?.value ?? "";
    if (when === "done" && draft !== undefined && text !== value) take(text);
    // What was wrong stays in sight, to be mended.
    if (problem === undefined || when === "typed") setDraft(undefined);
    if (when === "typed") setProblem(undefined);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && rows === undefined) leave();
  };
  const shared = {
    ref: field,
    id: props.id,
    class: `${props.class ?? ""}${props.mono ? " mono" : ""}`,
    value: draft ?? value,
    placeholder: props.placeholder,
    spellcheck: false,
    autocomplete: "off",
    "aria-label": props.id === undefined ? label : undefined,
    "aria-invalid": problem === undefined ? undefined : ("true" as const),
    "aria-describedby": props.describedBy,
    "data-focus": props.focus ? "" : undefined,
    onInput,
    onBlur: leave,
    onKeyDown: onKey,
  };
  return (
    <>
      {rows === undefined ? (
        <input
          type={props.type ?? "text"}
          list={props.list}
          inputMode={props.numeric ? "decimal" : undefined}
          {...shared}
        />
      ) : (
        <textarea rows={rows} {...shared} />
      )}
      {problem !== undefined && (
        <span class="field-problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

function isOption(field: HTMLInputElement | null, text: string): boolean {
  return [...(field?.list?.options ?? [])].some(({ value }) => value === text);
}
