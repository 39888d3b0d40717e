// A condition: a group of others, a leaf, or JSON where it is something that the form does not know.
import { useEffect, useRef } from "preact/hooks";
import { Choice } from "../form/choice.js";
import { JsonField } from "../form/json-field.js";
import { Menu, type MenuItem } from "../form/menu.js";
import type { Path } from "../source/tree.js";
import { change, chosen, focusNext, form, withoutCondition } from "../state/form.js";
import { isRecord } from "../state/schema-types.js";
import { leafOf } from "./leaf.js";
import { LeafEditor } from "./leaf-editor.js";

/** What a new condition begins as: every request has it. */
export const FIRST = { field: "run.mode", eq: "auto" };
const FIRST_NESTED = { eq: "text" };

interface Props {
  readonly path: Path;
  readonly condition: unknown;
  /** Within a quantifier, where leaves speak of an element. */
  readonly nested?: boolean;
  readonly depth: number;
}

export function ConditionEditor({ path, condition, nested = false, depth }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const key = JSON.stringify(path);
  const isNext = focusNext.value === key;
  useEffect(() => {
    if (!isNext) return;
    const field = box.current?.querySelector<HTMLElement>("[data-focus], input, select, textarea");
    field?.focus();
    focusNext.value = undefined;
  }, [isNext]);
  const items: MenuItem[] = [
    { label: "Turn it round (not)", run: () => change({ path, set: turned(condition) }) },
    { label: "Put it into a group", run: () => group(path, condition, nested) },
    ...(isBodyOf(path) ? [] : [{ label: "Remove", run: () => removeCondition(path) }]),
  ];
  const leaf = leafOf(condition, nested);
  const kind = groupOf(condition);
  return (
    <div class={`condition${kind === undefined ? "" : " group"}`} ref={box}>
      {leaf !== undefined ? (
        <LeafEditor leaf={leaf} path={path} nested={nested} focus={isNext} items={items} />
      ) : kind === "not" ? (
        <NotEditor path={path} body={(condition as { not: unknown }).not} nested={nested} depth={depth} items={items} />
      ) : kind !== undefined ? (
        <GroupEditor
          path={path}
          kind={kind}
          children={(condition as Record<string, readonly unknown[]>)[kind] ?? []}
          nested={nested}
          depth={depth}
          items={items}
        />
      ) : (
        <div class="exotic">
          <div class="leaf-line">
            <span class="faint">There is no form for this; it is kept as it is.</span>
            <Menu class="more" label="⋯" name="More for this condition" items={items} />
          </div>
          <JsonField label="The condition, as JSON" value={condition} onValue={(next) => change({ path, set: next })} />
        </div>
      )}
    </div>
  );
}

type GroupKind = "all" | "any" | "not";

function groupOf(condition: unknown): GroupKind | undefined {
  if (!isRecord(condition)) return undefined;
  const [key, ...others] = Object.keys(condition);
  if (others.length > 0) return undefined;
  if ((key === "all" || key === "any") && Array.isArray(condition[key])) return key;
  return key === "not" && isRecord(condition["not"]) ? key : undefined;
}

function turned(condition: unknown): unknown {
  return groupOf(condition) === "not" ? (condition as { not: unknown }).not : { not: condition };
}

function group(path: Path, condition: unknown, nested: boolean): void {
  change({ path, set: { all: [condition, nested ? FIRST_NESTED : FIRST] } });
  focusNext.value = JSON.stringify([...path, "all", 1]);
}

function isBodyOf(path: Path): boolean {
  return path.at(-1) === "some" || path.at(-1) === "every";
}

function removeCondition(path: Path): void {
  const current = form.peek();
  if ("problem" in current) return;
  const policy = current.policies[chosen.peek()];
  if (policy === undefined) return;
  const gone = withoutCondition(policy.value, path.slice(policy.path.length));
  change({ path: [...policy.path, ...gone], remove: true });
  // A whole condition leaves the button that adds one; an element of a group that of the group.
  const left = typeof gone.at(-1) === "string" ? gone : gone.slice(0, -1);
  focusNext.value = `${JSON.stringify([...policy.path, ...left])}/add`;
}

const GROUP_WORDS = [
  ["all", "all of these hold"],
  ["any", "any of these holds"],
] as const;

interface GroupProps {
  readonly path: Path;
  readonly nested: boolean;
  readonly depth: number;
  readonly items: readonly MenuItem[];
}

function GroupEditor({
  path,
  kind,
  children,
  nested,
  depth,
  items,
}: GroupProps & { kind: "all" | "any"; children: readonly unknown[] }) {
  const add = (condition: unknown) => {
    change({ path: [...path, kind], append: condition });
    focusNext.value = JSON.stringify([...path, kind, children.length]);
  };
  const first = nested ? FIRST_NESTED : FIRST;
  const turn = (next: string) => change({ path, set: { [next]: children } });
  return (
    <fieldset class="group-body">
      <legend class="hidden">{kind === "all" ? "All of these hold" : "Any of these holds"}</legend>
      <div class="leaf-line">
        <Choice class="group-kind" label="How these join" value={kind} options={GROUP_WORDS} onValue={turn} />
        <Menu class="more" label="⋯" name="More for this group" items={items} />
      </div>
      <div class="children">
        {children.map((child, index) => (
          <ConditionEditor
            key={index}
            path={[...path, kind, index]}
            condition={child}
            nested={nested}
            depth={depth + 1}
          />
        ))}
      </div>
      <div class="actions">
        <AddButton path={[...path, kind]} label="+ Condition" onAdd={() => add(first)} />
        <button type="button" class="quiet" onClick={() => add({ [kind === "all" ? "any" : "all"]: [first] })}>
          + Group
        </button>
      </div>
    </fieldset>
  );
}

function NotEditor({ path, body, nested, depth, items }: GroupProps & { body: unknown }) {
  return (
    <fieldset class="group-body">
      <legend class="hidden">It is not so that</legend>
      <div class="leaf-line">
        <span class="group-word">it is not so that</span>
        <Menu class="more" label="⋯" name="More for this group" items={items} />
      </div>
      <div class="children">
        <ConditionEditor path={[...path, "not"]} condition={body} nested={nested} depth={depth + 1} />
      </div>
    </fieldset>
  );
}

/** Has the focus back once what it added is removed. */
export function AddButton({ path, label, onAdd }: { path: Path; label: string; onAdd(): void }) {
  const button = useRef<HTMLButtonElement>(null);
  const isNext = focusNext.value === `${JSON.stringify(path)}/add`;
  useEffect(() => {
    if (!isNext) return;
    button.current?.focus();
    focusNext.value = undefined;
  }, [isNext]);
  return (
    <button type="button" class="quiet" ref={button} onClick={onAdd}>
      {label}
    </button>
  );
}
