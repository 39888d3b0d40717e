// Why a cell is as it is: the policies, and on what they depend.
import { signal } from "@preact/signals";
import type { PolicyPreview, Preview } from "portcullis";
import { useEffect, useRef } from "preact/hooks";
import { inputFor } from "../call/entity.js";
import { catalogue, request } from "../state/catalogue.js";
import { changeText } from "../state/form.js";
import { cellPreview, unloaded } from "../state/matrix.js";
import { isRecord } from "../state/schema-types.js";
import { opened } from "../state/workspace.js";
import { marked } from "../view/marked.js";
import { EFFECT_TITLES } from "../view/verdict.js";
import { nameOf, rolesOf } from "./matrix.js";

interface Open {
  readonly user: unknown;
  readonly tool: Readonly<Record<string, unknown>>;
  readonly preview: Preview | undefined;
  readonly problem: string | undefined;
}

const open = signal<Open | undefined>(undefined);

export async function openCell(user: unknown, tool: Readonly<Record<string, unknown>>): Promise<void> {
  const work = opened.peek();
  const found = await why(user, tool);
  if (work === opened.peek()) open.value = { user, tool, ...found };
}

async function why(user: unknown, tool: unknown): Promise<Pick<Open, "preview" | "problem">> {
  try {
    const preview = await cellPreview(user, tool);
    return { preview, problem: preview === undefined ? unloaded() : undefined };
  } catch (error) {
    return { preview: undefined, problem: (error as Error).message };
  }
}

function close(): void {
  open.value = undefined;
}

export function CellDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const current = open.value;
  useEffect(() => {
    const { current: element } = dialog;
    if (current !== undefined && !element?.open) element?.showModal();
    if (current === undefined && element?.open) element.close();
  }, [current]);
  return (
    <dialog ref={dialog} class="cell-dialog" aria-labelledby="cell-title" onClose={close}>
      {current !== undefined && <Why {...current} />}
    </dialog>
  );
}

function Why({ user, tool, preview, problem }: Open) {
  const id = String(tool["id"]);
  const roles = rolesOf(user);
  return (
    <>
      <div class="dialog-head">
        <h3 id="cell-title">
          {nameOf(user)} <span class="faint">and</span> <code>{id}</code>
        </h3>
        <button type="button" class="quiet" aria-label="Close" onClick={close}>
          ✕
        </button>
      </div>
      {roles !== "" && <p class="faint">roles: {roles}</p>}
      {problem !== undefined && <p class="fault">{problem}</p>}
      {preview !== undefined && (
        <>
          <p class="may-be">
            {preview.effects.length > 1 ? "It depends on the arguments. It may be " : "Whatever the arguments, it is "}
            {preview.effects.map((effect, index) => (
              <span key={effect}>
                {index > 0 && " or "}
                <strong class={`tone ${effect}`}>{EFFECT_TITLES[effect]}</strong>
              </span>
            ))}
            {preview.modes.length === 1 && preview.modes[0] === "draft" ? ", as a draft." : "."}
          </p>
          {preview.policies.length === 0 ? (
            <p>No policy allows it. What nobody allows is denied.</p>
          ) : (
            <ul class="reasons">
              {preview.policies.map((policy) => (
                <PolicyLine key={policy.policy_id} policy={policy} />
              ))}
            </ul>
          )}
        </>
      )}
      <div class="actions">
        <button type="button" class="primary" onClick={() => tryCall(user, tool)}>
          Open this call
        </button>
      </div>
    </>
  );
}

function PolicyLine({ policy }: { policy: PolicyPreview }) {
  const { policy_name, effect, outcome, words } = policy;
  return (
    <li>
      <span class={`chip ${effect}`}>{effect.replace("_", " ")}</span>
      <div>
        <strong>{policy_name}</strong> <span class="faint">{outcome === "applies" ? "applies" : "may apply"}</span>
        <p>{marked(words)}</p>
      </div>
    </li>
  );
}

/** Makes it the call of the editor, with arguments that fit the tool. */
function tryCall(user: unknown, tool: Readonly<Record<string, unknown>>): void {
  const value = request.peek();
  if (isRecord(value)) {
    const known = catalogue.peek().tools.find(({ name }) => name === tool["id"]);
    const old = isRecord(value["input"]) ? value["input"] : {};
    const input = known === undefined ? old : inputFor(known.schema, old);
    changeText("request", { path: [], set: { ...value, action: "tool_call", user, tool, input } });
  }
  close();
  document.querySelector(".request")?.scrollIntoView({ block: "nearest" });
}
