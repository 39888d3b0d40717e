// A text editor that shows a signal's text and writes what is typed back into it.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { effect, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Finding, Texts } from "../engine/protocol.js";
import { findingsOf } from "../state/analysis.js";
import { texts } from "../state/workspace.js";
import { followingLanguage } from "./language.js";
import { theme } from "./theme.js";

interface Props {
  readonly name: keyof Texts;
  /** What screen readers call it. */
  readonly label: string;
  readonly extensions?: Extension;
}

export function Editor({ name, label, extensions = [] }: Props) {
  const host = useRef<HTMLDivElement>(null);
  // Made once; then the editor follows the signal.
  useEffect(() => {
    if (host.current === null) return undefined;
    const view = create(host.current, texts[name], label, extensions);
    const stops = [follow(view, texts[name]), effect(() => show(view, findingsOf(name)))];
    views.set(name, view);
    return () => {
      for (const stop of stops) stop();
      views.delete(name);
      view.destroy();
    };
  }, []);
  return <div class="editor" data-editor={name} ref={host} />;
}

const views = new Map<keyof Texts, EditorView>();

/** Brings a place of an editor into view and puts the cursor there. */
export function reveal(name: keyof Texts, offset: number): void {
  const view = views.get(name);
  if (view === undefined) return;
  const at = Math.min(offset, view.state.doc.length);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  view.focus();
}

/** In a shadow root, styles are sheets that no Content-Security-Policy has to allow by name. */
function create(host: HTMLElement, text: Signal<string>, label: string, extensions: Extension): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const write = EditorView.updateListener.of((update) => {
    if (update.docChanged) text.value = update.state.doc.toString();
  });
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text.peek(),
      extensions: [
        lineNumbers(),
        foldGutter(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        drawSelection(),
        history(),
        indentOnInput(),
        indentUnit.of("  "),
        bracketMatching(),
        closeBrackets(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          tabindex: "0",
          spellcheck: "false",
          autocapitalize: "off",
        }),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          ...lintKeymap,
        ]),
        followingLanguage(text.peek()),
        theme,
        write,
        extensions,
      ],
    }),
  });
}

/** Shows a text that did not come from typing. It is an edit like any other, so undo takes it back. */
function follow(view: EditorView, text: Signal<string>): () => void {
  return effect(() => {
    const next = text.value;
    if (next === view.state.doc.toString()) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: 0 } });
  });
}

function show(view: EditorView, findings: readonly Finding[]): void {
  const { length } = view.state.doc;
  const diagnostics = findings.map(({ from, to, severity, message, help, code }): Diagnostic => {
    const start = Math.min(from, length);
    const end = Math.min(Math.max(to, start + 1), length);
    return { from: start, to: end, severity, source: code, message: help === "" ? message : `${message}\n→ ${help}` };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}
