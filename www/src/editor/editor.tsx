// A text editor that shows a signal's text and writes what is typed back into it.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, nextDiagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { effect, type Signal, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Finding, Texts } from "../engine/protocol.js";
import { findingsOf } from "../state/analysis.js";
import { bringBack } from "../state/works.js";
import { opened, texts } from "../state/workspace.js";
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
    const view = create(host.current, name, label, extensions);
    const anew = () => view.setState(stateOf(name, label, extensions));
    const stops = [follow(view, name, anew), effect(() => underline(view, findingsOf(name)))];
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

/** How many edits of each text can be taken back, and done again. */
export const depths: Readonly<Record<keyof Texts, Signal<{ readonly undo: number; readonly redo: number }>>> = {
  policies: signal({ undo: 0, redo: 0 }),
  catalogue: signal({ undo: 0, redo: 0 }),
  request: signal({ undo: 0, redo: 0 }),
};

/**
 * Takes back the last edit of a text, wherever it was made, or does it again. Where all edits are taken back, the next
 * thing to take back is that the work was opened: all of it, so that no text stays beside those of another work.
 */
export function turnBack(name: keyof Texts, which: "undo" | "redo"): void {
  const view = views.get(name);
  if (view === undefined) return;
  if (which === "redo") redo(view);
  else if (!undo(view)) bringBack();
}

/** In a form the keys mean the same as in the text: there is one history. */
export function historyKeys(name: keyof Texts): (zone: HTMLElement | null) => void {
  const take = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    turnBack(name, key === "y" || event.shiftKey ? "redo" : "undo");
  };
  return (zone) => zone?.addEventListener("keydown", take);
}

/** Brings a place of an editor into view and puts the cursor there. */
export function reveal(name: keyof Texts, offset: number): void {
  const view = views.get(name);
  if (view === undefined) return;
  const at = Math.min(offset, view.state.doc.length);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  view.focus();
}

/** Brings a place into view and leaves the focus where it is. */
export function show(name: keyof Texts, offset: number): void {
  const view = views.get(name);
  if (view === undefined) return;
  const at = Math.min(offset, view.state.doc.length);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "start", yMargin: 40 }) });
}

/** In a shadow root, styles are sheets that no Content-Security-Policy has to allow by name. */
function create(host: HTMLElement, name: keyof Texts, label: string, extensions: Extension): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  return new EditorView({ root, parent: root, state: stateOf(name, label, extensions) });
}

/** What an editor begins with: the text as it is, and nothing to take back. */
function stateOf(name: keyof Texts, label: string, extensions: Extension): EditorState {
  const text = texts[name];
  const write = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    text.value = update.state.doc.toString();
    depths[name].value = { undo: undoDepth(update.state), redo: redoDepth(update.state) };
  });
  depths[name].value = { undo: 0, redo: 0 };
  return EditorState.create({
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
        // Where the history has nothing to take back.
        { key: "Mod-z", run: bringBack },
        ...foldKeymap,
        ...completionKeymap,
        { key: "F8", run: nextDiagnostic },
      ]),
      followingLanguage(text.peek()),
      theme,
      write,
      extensions,
    ],
  });
}

/** Shows a text that did not come from typing. It is an edit like any other, unless another work was opened. */
function follow(view: EditorView, name: keyof Texts, anew: () => void): () => void {
  let work = opened.peek();
  return effect(() => {
    const next = texts[name].value;
    if (work !== opened.value) {
      work = opened.value;
      return anew();
    }
    const now = view.state.doc.toString();
    // What is the same at both ends stays, and the cursor and what is folded with it.
    if (next !== now) view.dispatch({ changes: difference(now, next) });
  });
}

function difference(now: string, next: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(now.length, next.length);
  let from = 0;
  while (from < shorter && now[from] === next[from]) from++;
  let same = 0;
  while (same < shorter - from && now[now.length - 1 - same] === next[next.length - 1 - same]) same++;
  return { from, to: now.length - same, insert: next.slice(from, next.length - same) };
}

function underline(view: EditorView, findings: readonly Finding[]): void {
  const { length } = view.state.doc;
  const diagnostics = findings.map(({ from, to, severity, message, help, code }): Diagnostic => {
    const start = Math.min(from, length);
    const end = Math.min(Math.max(to, start + 1), length);
    return { from: start, to: end, severity, source: code, message: help === "" ? message : `${message}\n→ ${help}` };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}
