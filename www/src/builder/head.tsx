// What a policy is called, what it does, and what it covers.
import { Check, Choice, Row } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import { Tokens } from "../form/tokens.js";
import type { Path } from "../source/tree.js";
import { catalogue } from "../state/catalogue.js";
import { change, type PolicyValue } from "../state/form.js";
import { effectChange, scopeChange } from "./effect.js";
import { ACTION_WORDS, EFFECTS, SCOPES } from "./vocabulary.js";

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

interface Props {
  readonly path: Path;
  readonly policy: PolicyValue;
  readonly rule: PolicyValue;
}

export function Head({ path, policy, rule }: Props) {
  const scope = textOf(policy["scope"]);
  return (
    <div class="rows">
      <Row label="Name" wide>
        {(id) => <TextField id={id} label="Name" path={[...path, "name"]} value={policy["name"]} />}
      </Row>
      <Row label="Effect">
        {(id) => (
          <Choice
            id={id}
            label="Effect"
            value={textOf(policy["effect"])}
            options={EFFECTS}
            onValue={(effect) => change({ path, set: effectChange(policy, effect) })}
          />
        )}
      </Row>
      <Row label="It is about">
        {(id) => (
          <Choice
            id={id}
            label="It is about"
            value={scope}
            options={SCOPES}
            onValue={(next) => change({ path, set: scopeChange(policy, next) })}
          />
        )}
      </Row>
      {scope !== "global" && (
        <Target path={[...path, "rule_expr", "target"]} scope={scope} values={listOf(rule["target"])} />
      )}
      <Actions path={[...path, "rule_expr", "actions"]} values={listOf(rule["actions"])} />
    </div>
  );
}

function Target({ path, scope, values }: { path: Path; scope: string; values: readonly unknown[] }) {
  const words = SCOPES.find(([name]) => name === scope)?.[1] ?? scope;
  return (
    <Row label={`Which ${words}`} hint="Ids. * stands for any run of characters." wide>
      {(id) => (
        <Tokens
          id={id}
          label={`which ${words}`}
          values={values}
          list={scope === "tool" ? "known-tools" : undefined}
          mayBeEmpty={false}
          onAdd={(value) => change(values.length === 0 ? { path, set: [value] } : { path, append: value })}
          onRemove={(index) => change({ path: [...path, index], remove: true })}
        />
      )}
    </Row>
  );
}

function Actions({ path, values }: { path: Path; values: readonly unknown[] }) {
  const turn = (action: string, on: boolean) => {
    const next = on ? [...values, action] : values.filter((one) => one !== action);
    change(next.length === 0 ? { path, remove: true } : { path, set: next });
  };
  return (
    <fieldset class="row wide plain">
      <legend>{values.length === 0 ? "Actions: all of them" : "Actions"}</legend>
      <div class="checks">
        {catalogue.value.actions.map((action) => (
          <Check
            key={action}
            label={ACTION_WORDS[action] ?? action}
            checked={values.includes(action)}
            onValue={(on) => turn(action, on)}
          />
        ))}
      </div>
    </fieldset>
  );
}

/** What whoever is stopped is told. */
export function Words({ path, rule }: { path: Path; rule: PolicyValue }) {
  return (
    <div class="rows">
      <Row label="Message" hint="Told to whoever is stopped." wide>
        {(id) => (
          <TextField id={id} label="Message" path={[...path, "message"]} value={rule["message"]} rows={2} optional />
        )}
      </Row>
      <Row label="Remedy" hint="What they can do about it." wide>
        {(id) => <TextField id={id} label="Remedy" path={[...path, "remedy"]} value={rule["remedy"]} optional />}
      </Row>
    </div>
  );
}

export function Further({ path, policy }: { path: Path; policy: PolicyValue }) {
  const isShadow = policy["enforcement"] === "shadow";
  return (
    <details class="further">
      <summary>Id, owner, trial</summary>
      <div class="rows">
        <Row label="Id">
          {(id) => <TextField id={id} label="Id" path={[...path, "id"]} value={policy["id"]} mono />}
        </Row>
        <Row label="Tenant" hint="Empty: of the platform.">
          {(id) => (
            <TextField id={id} label="Tenant" path={[...path, "tenant_id"]} value={policy["tenant_id"]} mono optional />
          )}
        </Row>
        <Row label="Description" wide>
          {(id) => (
            <TextField
              id={id}
              label="Description"
              path={[...path, "description"]}
              value={policy["description"]}
              optional
            />
          )}
        </Row>
        <div class="row wide checks">
          <Check
            label="Switched on"
            checked={policy["enabled"] !== false}
            onValue={(on) =>
              change(on ? { path: [...path, "enabled"], remove: true } : { path: [...path, "enabled"], set: false })
            }
          />
          <Check
            label="On trial (shadow): it reports and decides nothing"
            checked={isShadow}
            onValue={(on) =>
              change(
                on
                  ? { path: [...path, "enforcement"], set: "shadow" }
                  : { path: [...path, "enforcement"], remove: true },
              )
            }
          />
        </div>
      </div>
    </details>
  );
}

interface TextProps {
  readonly id: string;
  readonly label: string;
  readonly path: Path;
  readonly value: unknown;
  readonly rows?: number;
  readonly mono?: boolean;
  /** Whether an empty one is taken out of the policy. */
  readonly optional?: boolean;
}

export function TextField({ id, label, path, value, rows, mono = false, optional = false }: TextProps) {
  const take = (text: string): string | undefined => {
    if (text === "" && !optional) return "A text is needed.";
    change(text === "" ? { path, remove: true } : { path, set: text });
    return undefined;
  };
  return (
    <DraftInput
      id={id}
      label={label}
      mono={mono}
      {...(rows === undefined ? {} : { rows })}
      value={textOf(value)}
      onText={take}
    />
  );
}
