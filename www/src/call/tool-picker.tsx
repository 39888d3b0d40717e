// The tool of the call: its id, and what the catalogue says of it.
import { Row } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import { catalogue, request } from "../state/catalogue.js";
import { changeText } from "../state/form.js";
import { isRecord } from "../state/schema-types.js";
import { entityOf, inputFor } from "./entity.js";

export function ToolPicker({ tool }: { tool: Readonly<Record<string, unknown>> | undefined }) {
  const { tools } = catalogue.value;
  const { id: name, ...attributes } = tool ?? {};
  const words = Object.entries(attributes)
    .filter(([, value]) => !isRecord(value))
    .map(
      ([key, value]) =>
        `${key.replaceAll("_", " ")}: ${Array.isArray(value) ? value.join(", ") || "none" : String(value)}`,
    )
    .join(" · ");
  const take = (text: string): string | undefined => {
    choose(text.trim());
    return undefined;
  };
  const hint = tools.length === 0 ? words : words || `${tools.length} tools in the catalogue`;
  return (
    <Row label="Tool" hint={hint}>
      {(id) => (
        <>
          <DraftInput
            id={id}
            label="Tool"
            mono
            list="call-tools"
            when="done"
            placeholder="none"
            value={String(name ?? "")}
            onText={take}
          />
          <datalist id="call-tools">
            {tools.map((one) => (
              <option key={one.name} value={one.name} />
            ))}
          </datalist>
        </>
      )}
    </Row>
  );
}

/** A tool comes with its attributes, and with arguments that fit it. */
function choose(name: string): void {
  const value = request.peek();
  if (!isRecord(value)) return;
  const known = catalogue.peek().tools.find((tool) => tool.name === name);
  const old = isRecord(value["tool"]) ? value["tool"] : {};
  const tool = name === "" ? null : known === undefined ? { ...old, id: name } : entityOf(known);
  const input =
    known === undefined ? value["input"] : inputFor(known.schema, isRecord(value["input"]) ? value["input"] : {});
  changeText("request", { path: [], set: { ...value, tool, ...(input === undefined ? {} : { input }) } });
}
