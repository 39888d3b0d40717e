// A list of texts or numbers: each in its own box, and a field for one more.
import { useRef, useState } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly id?: string;
  readonly values: readonly unknown[];
  readonly kind?: "string" | "number" | undefined;
  readonly list?: string | undefined;
  readonly placeholder?: string;
  /** Whether the last one may go too. */
  readonly mayBeEmpty?: boolean;
  onAdd(value: string | number): void;
  onRemove(index: number): void;
}

export function Tokens({
  label,
  id,
  values,
  kind = "string",
  list,
  placeholder,
  mayBeEmpty = true,
  onAdd,
  onRemove,
}: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const add = () => {
    const { current } = field;
    const text = current?.value.trim() ?? "";
    if (current === null || text === "") return;
    if (kind === "number" && !Number.isFinite(Number(text))) {
      setProblem("A number is needed.");
      return;
    }
    setProblem(undefined);
    current.value = "";
    if (!values.includes(kind === "number" ? Number(text) : text)) onAdd(kind === "number" ? Number(text) : text);
  };
  const remove = (index: number) => {
    onRemove(index);
    field.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const isEmpty = field.current?.value === "";
    if (event.key === "Enter" || (event.key === "," && !isEmpty)) {
      event.preventDefault();
      add();
    }
    if (event.key === "Backspace" && isEmpty && values.length > (mayBeEmpty ? 0 : 1)) remove(values.length - 1);
  };
  const onInput = () => {
    const text = field.current?.value ?? "";
    if ([...(field.current?.list?.options ?? [])].some(({ value }) => value === text)) add();
  };
  return (
    <fieldset class="tokens" aria-label={label}>
      {values.map((value, index) => (
        <span class="token" key={`${index}:${String(value)}`}>
          {typeof value === "string" ? value : JSON.stringify(value)}
          {(mayBeEmpty || values.length > 1) && (
            <button type="button" aria-label={`Remove ${String(value)}`} onClick={() => remove(index)}>
              <span aria-hidden="true">×</span>
            </button>
          )}
        </span>
      ))}
      <input
        ref={field}
        id={id}
        list={list}
        aria-label={`Add to ${label}`}
        aria-invalid={problem === undefined ? undefined : "true"}
        placeholder={placeholder ?? "add…"}
        autocomplete="off"
        spellcheck={false}
        onKeyDown={onKey}
        onInput={onInput}
        onBlur={add}
      />
      {problem !== undefined && (
        <span class="field-problem" role="alert">
          {problem}
        </span>
      )}
    </fieldset>
  );
}
