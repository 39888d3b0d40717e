// Whom the matrix shows: each with an id, roles, and whatever else policies read.
import { Row } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import { JsonField } from "../form/json-field.js";
import { Tokens } from "../form/tokens.js";
import { people } from "../state/matrix.js";
import { isRecord } from "../state/schema-types.js";
import { users } from "../state/workspace.js";

function put(index: number, user: unknown): void {
  users.value = people.peek().map((one, at) => (at === index ? user : one));
}

export function People() {
  const add = () => {
    users.value = [...people.peek(), { id: `user-${people.peek().length + 1}`, roles: [] }];
  };
  return (
    <div class="people">
      {people.value.map((user, index) => (
        <Person key={index} user={user} index={index} />
      ))}
      <div class="actions">
        <button type="button" onClick={add}>
          + Person
        </button>
        {users.value !== undefined && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              users.value = undefined;
            }}
          >
            Back to those of the calls
          </button>
        )}
      </div>
    </div>
  );
}

function Person({ user, index }: { user: unknown; index: number }) {
  const { id = "", roles = [], ...more } = isRecord(user) ? user : {};
  const name = String(id);
  const remove = () => {
    users.value = people.peek().filter((_, at) => at !== index);
  };
  const whole = (change: Readonly<Record<string, unknown>>) => put(index, { id, roles, ...more, ...change });
  const list = Array.isArray(roles) ? roles : [];
  return (
    <fieldset class="person">
      <legend class="hidden">{name}</legend>
      <Row label="Id">
        {(field) => (
          <DraftInput
            id={field}
            label="Id"
            mono
            value={name}
            onText={(text) => (text === "" ? "An id is needed." : void whole({ id: text }))}
          />
        )}
      </Row>
      <Row label="Roles">
        {(field) => (
          <Tokens
            id={field}
            label={`the roles of ${name}`}
            values={list}
            onAdd={(role) => whole({ roles: [...list, role] })}
            onRemove={(at) => whole({ roles: list.filter((_, i) => i !== at) })}
          />
        )}
      </Row>
      {Object.keys(more).length > 0 && (
        <Row label="More" wide>
          {(field) => (
            <JsonField
              id={field}
              label="More"
              value={more}
              onValue={(next) => put(index, { id, roles, ...(isRecord(next) ? next : {}) })}
            />
          )}
        </Row>
      )}
      <button type="button" class="quiet person-drop" aria-label={`Remove ${name}`} onClick={remove}>
        Remove
      </button>
    </fieldset>
  );
}
