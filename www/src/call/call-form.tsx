// The call as a form, by the catalogue's schemas where there are any. What is changed here is changed in the JSON.

import { ACTION_WORDS } from "../builder/vocabulary.js";
import { Choice, Row } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import { JsonField } from "../form/json-field.js";
import type { Path } from "../source/tree.js";
import { catalogue, request } from "../state/catalogue.js";
import { changeText } from "../state/form.js";
import { isRecord, type ValueSchema } from "../state/schema-types.js";
import { ToolPicker } from "./tool-picker.js";
import { Members, ValueField } from "./value-field.js";

const put = (path: Path, value: unknown) =>
  changeText("request", value === undefined ? { path, remove: true } : { path, set: value });

const STRING: ValueSchema = { type: "string" };
const STRINGS: ValueSchema = { type: "array", items: STRING };
const USER: ValueSchema = { properties: { id: STRING, roles: STRINGS } };
const ENTITY: ValueSchema = { properties: { id: STRING } };
const RUN: ValueSchema = { properties: { id: STRING, mode: { type: "string", enum: ["auto", "draft"] } } };

/** The entities beside the tool, with what is known of every one. */
const ENTITIES: readonly (readonly [name: string, title: string, schema: ValueSchema])[] = [
  ["user", "User", USER],
  ["run", "Run", RUN],
  ["tenant", "Tenant", ENTITY],
  ["agent", "Agent", ENTITY],
  ["app", "App", ENTITY],
  ["workflow", "Workflow", ENTITY],
];
const OWN = new Set(["action", "now", "tool", "input", ...ENTITIES.map(([name]) => name)]);

export function CallForm() {
  const value = request.value;
  if (!isRecord(value)) {
    return (
      <div class="call-form">
        <p class="fault">The call can’t be read just now. Mend it as JSON; nothing is lost.</p>
      </div>
    );
  }
  const { entities, tools } = catalogue.value;
  const tool = isRecord(value["tool"]) ? value["tool"] : undefined;
  const known = tools.find(({ name }) => name === tool?.["id"]);
  const facts = Object.keys(value).filter((name) => !OWN.has(name));
  return (
    <form class="call-form" aria-label="The call as a form" onSubmit={(event) => event.preventDefault()}>
      <div class="rows">
        <Row label="Action">
          {(id) => (
            <Choice
              id={id}
              label="Action"
              value={String(value["action"] ?? "")}
              options={catalogue.value.actions.map((one) => [one, ACTION_WORDS[one] ?? one] as const)}
              onValue={(next) => put(["action"], next)}
            />
          )}
        </Row>
        <ToolPicker tool={tool} />
        <Time value={value["now"]} />
      </div>
      <fieldset class="part">
        <legend>Arguments</legend>
        {known !== undefined && known.description !== "" && <p class="about">{known.description}</p>}
        {isRecord(value["input"]) || value["input"] === undefined ? (
          <Members path={["input"]} value={value["input"] ?? {}} schema={known?.schema} put={put} open />
        ) : (
          <JsonField label="Arguments, as JSON" value={value["input"]} onValue={(next) => put(["input"], next)} />
        )}
      </fieldset>
      <div class="entities">
        {ENTITIES.map(([name, title, schema]) => (
          <Entity key={name} name={name} title={title} value={value[name]} schema={merged(schema, entities[name])} />
        ))}
      </div>
      {facts.length > 0 && (
        <fieldset class="part">
          <legend>Facts that the host looked up</legend>
          <div class="rows">
            {facts.map((name) => (
              <ValueField key={name} path={[name]} name={name} value={value[name]} schema={undefined} put={put} />
            ))}
          </div>
        </fieldset>
      )}
    </form>
  );
}

function merged(own: ValueSchema, catalogued: ValueSchema | undefined): ValueSchema {
  return { ...catalogued, properties: { ...own.properties, ...catalogued?.properties } };
}

function Entity(props: { name: string; title: string; value: unknown; schema: ValueSchema }) {
  const { name, title, value, schema } = props;
  const may = name !== "tenant";
  if (!isRecord(value)) {
    return (
      <fieldset class="part entity none">
        <legend>{title}</legend>
        <p class="hint">
          {value === undefined ? "not stated" : "none"}{" "}
          <button type="button" class="quiet" onClick={() => put([name], { id: `${name}-1` })}>
            + {title}
          </button>
          {value === undefined && name !== "run" && (
            <button type="button" class="quiet" onClick={() => put([name], null)}>
              say that there is none
            </button>
          )}
        </p>
      </fieldset>
    );
  }
  return (
    <fieldset class="part entity">
      <legend>{title}</legend>
      <Members path={[name]} value={value} schema={schema} put={put} />
      {may && (
        <button type="button" class="quiet entity-drop" onClick={() => put([name], null)}>
          no {title.toLowerCase()}
        </button>
      )}
    </fieldset>
  );
}

/** Milliseconds, as a date and a time in UTC. */
function Time({ value }: { value: unknown }) {
  const isTime = typeof value === "number" && Math.abs(value) <= 8.64e15 && new Date(value).getUTCFullYear() <= 9999;
  const shown = isTime ? new Date(value).toISOString().slice(0, 16) : "";
  const take = (text: string): string | undefined => {
    const time = Date.parse(`${text}Z`);
    if (Number.isNaN(time)) return "A date and a time are needed.";
    put(["now"], time);
    return undefined;
  };
  return (
    <Row label="Time (UTC)">
      {(id) => <DraftInput id={id} label="Time (UTC)" type="datetime-local" value={shown} onText={take} />}
    </Row>
  );
}
