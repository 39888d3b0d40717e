// Who must approve, how many of them, and how long the question stands.
import { Check, Row } from "../form/choice.js";
import { Tokens } from "../form/tokens.js";
import type { Path } from "../source/tree.js";
import { change } from "../state/form.js";
import { isRecord } from "../state/schema-types.js";
import { listOf, TextField } from "./head.js";
import { NumberInput } from "./literal.js";

export function Approval({ path, value }: { path: Path; value: unknown }) {
  const approval = isRecord(value) ? value : {};
  const approvers = isRecord(approval["approvers"]) ? approval["approvers"] : {};
  const { quorum, exclude_requester, expires_in } = approval;
  return (
    <fieldset class="part">
      <legend>Who approves</legend>
      <div class="rows">
        <People path={[...path, "approvers"]} name="roles" label="Roles" approvers={approvers} />
        <People path={[...path, "approvers"]} name="users" label="Users" approvers={approvers} />
        <Row label="How many people">
          {(id) => (
            <NumberInput
              id={id}
              label="How many people"
              value={typeof quorum === "number" ? quorum : 1}
              onValue={(next) => change({ path: [...path, "quorum"], set: next })}
            />
          )}
        </Row>
        <Row label="The question stands" hint="Such as 30m, 24h or 7d. Empty: 24h.">
          {(id) => (
            <TextField id={id} label="The question stands" path={[...path, "expires_in"]} value={expires_in} optional />
          )}
        </Row>
        <div class="row wide checks">
          <Check
            label="Not by whoever asked"
            checked={exclude_requester !== false}
            onValue={(on) =>
              change(
                on
                  ? { path: [...path, "exclude_requester"], remove: true }
                  : { path: [...path, "exclude_requester"], set: false },
              )
            }
          />
        </div>
      </div>
    </fieldset>
  );
}

function People(props: { path: Path; name: string; label: string; approvers: Readonly<Record<string, unknown>> }) {
  const { name, label, approvers } = props;
  const path = [...props.path, name];
  const values = listOf(approvers[name]);
  return (
    <Row label={label}>
      {(id) => (
        <Tokens
          id={id}
          label={label.toLowerCase()}
          values={values}
          mayBeEmpty={Object.keys(approvers).length > 1}
          onAdd={(value) => change(values.length === 0 ? { path, set: [value] } : { path, append: value })}
          onRemove={(index) =>
            change(values.length === 1 ? { path, remove: true } : { path: [...path, index], remove: true })
          }
        />
      )}
    </Row>
  );
}
