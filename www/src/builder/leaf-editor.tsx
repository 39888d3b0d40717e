// One leaf of a condition: a field, what is asked of it, and with what it is compared.
import { Choice } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import { JsonField } from "../form/json-field.js";
import type { MenuItem } from "../form/menu.js";
import { Menu } from "../form/menu.js";
import type { Path } from "../source/tree.js";
import { fields } from "../state/catalogue.js";
import { change } from "../state/form.js";
import { ConditionEditor } from "./condition.js";
import { conditionOf, type Leaf, seenKind, withField, withOperator } from "./leaf.js";
import { kindItems, RightSide } from "./literal.js";
import { DERIVATION, derivationsFor, FOLDS, OPERATOR, operatorsFor } from "./vocabulary.js";

interface Props {
  readonly leaf: Leaf;
  readonly path: Path;
  readonly nested: boolean;
  readonly focus: boolean;
  readonly items: readonly MenuItem[];
}

export function LeafEditor({ leaf, path, nested, focus, items }: Props) {
  const field = leaf.address === "field" ? fields.value.get(leaf.path) : undefined;
  const kind = seenKind(leaf, field);
  const element = leaf.as === "keys" ? "string" : field?.element;
  const literalKind = kind === "list" ? element : kind;
  const choices = leaf.as === undefined ? field?.choices : DERIVATION[leaf.as]?.choices;
  const put = (next: Leaf) => change({ path, set: conditionOf(next) });
  const isBody = OPERATOR[leaf.operator]?.right === "element";
  const { as, fallback } = leaf;
  const right = (value: unknown) => change({ path: [...path, leaf.operator], set: value });
  const more: MenuItem[] = [
    ...kindItems(leaf.operator, leaf.right, literalKind, right),
    ...(as === undefined && leaf.operator !== "exists"
      ? [
          {
            label: "Look at a part of it…",
            run: () => put({ ...leaf, as: derivationsFor(field?.kind, "")[0]?.[0] ?? "lower" }),
          },
        ]
      : []),
    ...(fallback === undefined && leaf.operator !== "exists"
      ? [
          {
            label: "Say what counts if it is absent…",
            run: () => put({ ...leaf, fallback: startOfFallback(leaf, field?.kind) }),
          },
        ]
      : []),
    ...items,
  ];
  return (
    <div class="leaf">
      <div class="leaf-line">
        {nested && <Address leaf={leaf} onLeaf={put} />}
        {leaf.address !== "element" && (
          <DraftInput
            class="path"
            mono
            label={leaf.address === "item" ? "Member of the element" : "Field"}
            focus={focus}
            {...(leaf.address === "field" ? { list: "known-fields" } : {})}
            when="done"
            value={leaf.path}
            onText={(text) => {
              const name = text.trim();
              if (name.split(".").includes("")) return "Write names with dots between them, such as user.id.";
              if (name !== leaf.path) put(withField(leaf, name, fields.peek().get(name)));
              return undefined;
            }}
          />
        )}
        <Choice
          class="operator"
          label="What is asked of it"
          value={leaf.operator}
          options={operatorsFor(kind, leaf.operator, nested)}
          onValue={(operator) => put(withOperator(leaf, operator, kind, element))}
        />
        {!isBody && (
          <RightSide operator={leaf.operator} value={leaf.right} kind={literalKind} choices={choices} onValue={right} />
        )}
        <Menu class="more" label="⋯" name="More for this condition" items={more} />
      </div>
      {as !== undefined && (
        <div class="leaf-line side">
          <span class="faint">looking at</span>
          <Choice
            label="Which part of it"
            value={as}
            options={derivationsFor(field?.kind, as)}
            onValue={(next) => put({ ...leaf, as: next })}
          />
          <Drop label="Look at all of it again" onDrop={() => change({ path: [...path, "as"], remove: true })} />
        </div>
      )}
      {fallback !== undefined && (
        <div class="leaf-line side">
          <span class="faint">if it is absent, it counts as</span>
          <Fallback value={fallback} onValue={(value) => change({ path: [...path, "default"], set: value })} />
          <Drop
            label="Nothing counts if it is absent"
            onDrop={() => change({ path: [...path, "default"], remove: true })}
          />
        </div>
      )}
      {FOLDS.includes(leaf.operator) && (
        <label class="check side">
          <input
            type="checkbox"
            checked={leaf.ignoresCase}
            onChange={() => put({ ...leaf, ignoresCase: !leaf.ignoresCase })}
          />
          <span>upper and lower case are the same</span>
        </label>
      )}
      {isBody && <ConditionEditor path={[...path, leaf.operator]} condition={leaf.right} nested depth={0} />}
    </div>
  );
}

const ADDRESSES = [
  ["element", "the element"],
  ["item", "its member"],
  ["field", "the call’s"],
] as const;

function Address({ leaf, onLeaf }: { leaf: Leaf; onLeaf(leaf: Leaf): void }) {
  const turn = (address: string) =>
    onLeaf({ ...leaf, address: address as Leaf["address"], path: address === "item" ? "id" : "user.id" });
  return <Choice label="Whose value" value={leaf.address} options={ADDRESSES} onValue={turn} />;
}

function Fallback({ value, onValue }: { value: unknown; onValue(value: unknown): void }) {
  if (Array.isArray(value)) return <JsonField label="What counts if it is absent" value={value} onValue={onValue} />;
  return (
    <>
      <RightSide operator="default" value={value} kind={undefined} choices={undefined} onValue={onValue} />
      <Choice
        label="Kind of value"
        value={typeof value}
        options={FALLBACKS}
        onValue={(kind) => onValue({ string: "", number: 0, boolean: false }[kind])}
      />
    </>
  );
}

const FALLBACKS = [
  ["string", "text"],
  ["number", "number"],
  ["boolean", "yes or no"],
] as const;

function startOfFallback(leaf: Leaf, kind: string | undefined): unknown {
  if (leaf.as !== undefined && kind === undefined) return "";
  if (kind === "list" || OPERATOR[leaf.operator]?.on.includes("list")) return kind === "string" ? "" : [];
  if (kind === "boolean" || typeof leaf.right === "boolean") return false;
  if (kind === "number" || typeof leaf.right === "number") return 0;
  return "";
}

export function Drop({ label, onDrop }: { label: string; onDrop(): void }) {
  return (
    <button type="button" class="quiet drop" aria-label={label} title={label} onClick={onDrop}>
      <span aria-hidden="true">×</span>
    </button>
  );
}
