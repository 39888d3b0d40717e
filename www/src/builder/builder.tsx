// The form of a policy, in step with the text: what is changed here is changed there, and nothing else is.
import { reveal, show } from "../editor/editor.js";
import { Choice } from "../form/choice.js";
import type { Path } from "../source/tree.js";
import { catalogue, fields } from "../state/catalogue.js";
import { addPolicy, change, chosen, focusNext, form, offsetOf, type PolicyValue, removePolicy } from "../state/form.js";
import { isRecord } from "../state/schema-types.js";
import { Approval } from "./approval.js";
import { AddButton, ConditionEditor, FIRST } from "./condition.js";
import { Further, Head, Words } from "./head.js";
import { Then } from "./then.js";

export function Builder() {
  const current = form.value;
  if ("problem" in current) {
    return (
      <div class="builder">
        <p class="fault">{current.problem}</p>
        <p class="hint">Nothing is lost: the form is back once the text can be read.</p>
        <div class="actions">
          <button type="button" onClick={() => reveal("policies", current.at)}>
            Show me where
          </button>
        </div>
      </div>
    );
  }
  const { policies, list } = current;
  const index = Math.min(chosen.value, policies.length - 1);
  const policy = policies[index];
  return (
    <div class="builder">
      <div class="builder-bar">
        <Choice
          label="The policy that the form shows"
          class="which"
          value={policy === undefined ? "" : String(index)}
          options={policies.map(({ value }, at) => [String(at), titleOf(value, at)] as const)}
          onValue={(next) => {
            chosen.value = Number(next);
            show("policies", offsetOf(Number(next)));
          }}
        />
        <button type="button" onClick={addPolicy}>
          New policy
        </button>
        {policy !== undefined && list !== undefined && policies.length > 1 && (
          <button type="button" class="quiet" onClick={() => removePolicy(index)}>
            Delete
          </button>
        )}
      </div>
      {policy === undefined ? (
        <p class="hint">There is no policy yet. Without one that allows it, every call is denied.</p>
      ) : (
        <PolicyForm key={JSON.stringify(policy.path)} path={policy.path} policy={policy.value} />
      )}
      <datalist id="known-fields">
        {[...fields.value.values()].map(({ path, kind }) => (
          <option key={path} value={path}>
            {kind}
          </option>
        ))}
      </datalist>
      <datalist id="known-tools">
        {catalogue.value.tools.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

function titleOf(policy: PolicyValue, at: number): string {
  const name = policy["name"] ?? policy["id"];
  return `${at + 1}. ${typeof name === "string" ? name : "without a name"}`;
}

function PolicyForm({ path, policy }: { path: Path; policy: PolicyValue }) {
  const rule = isRecord(policy["rule_expr"]) ? policy["rule_expr"] : {};
  const effect = policy["effect"];
  const at = [...path, "rule_expr"];
  return (
    <form class="policy-form" aria-label="The policy as a form" onSubmit={(event) => event.preventDefault()}>
      <Head path={path} policy={policy} rule={rule} />
      <Part
        path={[...at, "when"]}
        title="It applies when"
        none="It applies to every call that it covers."
        condition={rule["when"]}
      />
      <Part path={[...at, "unless"]} title="Unless" none="There is no exception." condition={rule["unless"]} />
      {effect === "require_approval" && <Approval path={[...at, "approval"]} value={rule["approval"]} />}
      {effect === "modify" && <Then path={[...at, "then"]} value={rule["then"]} />}
      <Words path={at} rule={rule} />
      <Further path={path} policy={policy} />
    </form>
  );
}

function Part(props: { path: Path; title: string; none: string; condition: unknown }) {
  const { path, title, none, condition } = props;
  const isThere = condition !== undefined && condition !== null;
  const add = () => {
    change({ path, set: FIRST });
    focusNext.value = JSON.stringify(path);
  };
  return (
    <fieldset class="part">
      <legend>{title}</legend>
      {isThere ? (
        <>
          <ConditionEditor path={path} condition={condition} depth={0} />
          {!isGroup(condition) && (
            <div class="actions">
              <button type="button" class="quiet" onClick={() => join(path, condition, "all")}>
                + and
              </button>
              <button type="button" class="quiet" onClick={() => join(path, condition, "any")}>
                + or
              </button>
            </div>
          )}
        </>
      ) : (
        <p class="hint">
          {none} <AddButton path={path} label="+ Condition" onAdd={add} />
        </p>
      )}
    </fieldset>
  );
}

function isGroup(condition: unknown): boolean {
  return isRecord(condition) && (Array.isArray(condition["all"]) || Array.isArray(condition["any"]));
}

function join(path: Path, condition: unknown, kind: "all" | "any"): void {
  change({ path, set: { [kind]: [condition, FIRST] } });
  focusNext.value = JSON.stringify([...path, kind, 1]);
}
