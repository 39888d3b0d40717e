import { depths, turnBack } from "../editor/editor.js";
import type { Texts } from "../engine/protocol.js";
import { canBringBack } from "../state/works.js";

/** One history for the text and the form; before its beginning is what was open before. */
export function History({ name }: { name: keyof Texts }) {
  const { undo, redo } = depths[name].value;
  const what = { policies: "policies", catalogue: "catalogue", request: "call" }[name];
  return (
    <div class="history">
      <Turn
        sign="↶"
        words={`Undo in the ${what}`}
        can={undo > 0 || canBringBack()}
        run={() => turnBack(name, "undo")}
      />
      <Turn sign="↷" words={`Redo in the ${what}`} can={redo > 0} run={() => turnBack(name, "redo")} />
    </div>
  );
}

function Turn({ sign, words, can, run }: { sign: string; words: string; can: boolean; run(): void }) {
  return (
    <button type="button" class="quiet icon" disabled={!can} aria-label={words} title={words} onClick={run}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
