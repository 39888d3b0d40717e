// The decision log: which decisions to try an edit on, and what can be said of them.
import { number } from "../view/effect.js";
import { marked } from "../view/marked.js";
import { drift, type Fetched, type Filter, fetched, fetching, MOST, problem, replay, stop } from "./replay.js";
import { session } from "./session.js";

const EFFECTS = [
  ["", "any"],
  ["allow", "allowed"],
  ["deny", "denied"],
  ["require_approval", "up for approval"],
] as const;

const HOUR = 3_600_000;
const SINCE = [
  ["", "any time"],
  [String(HOUR), "the last hour"],
  [String(24 * HOUR), "the last day"],
  [String(7 * 24 * HOUR), "the last week"],
  [String(30 * 24 * HOUR), "the last 30 days"],
] as const;

const TEXTS = [
  ["tool", "Tool"],
  ["agent", "Agent"],
  ["run", "Run"],
  ["policy", "Policy (its id)"],
] as const;

function submit(event: Event): void {
  event.preventDefault();
  const form = new FormData(event.currentTarget as HTMLFormElement);
  const filter: Record<string, string | number> = {};
  for (const name of ["tenant", "tool", "agent", "run", "policy", "effect"]) {
    const value = String(form.get(name) ?? "").trim();
    if (value !== "") filter[name] = value;
  }
  const span = Number(form.get("since") ?? 0);
  if (span > 0) filter["since"] = Date.now() - span;
  replay(filter satisfies Filter, Math.min(MOST, Math.max(1, Math.trunc(Number(form.get("most"))) || 1)));
}

export function Replay() {
  const { server, caller } = session.value ?? {};
  const ofAll = caller?.tenant === null && server?.credentials.tenant === "";
  return (
    <div class="replay">
      <p class="hint">
        Decisions that were logged become the requests that your edit is tried on. They stay in this tab, and are gone
        when it is reloaded.
      </p>
      <form class="replay-form" onSubmit={submit} aria-label="Which decisions">
        {ofAll && <Field name="tenant" label="Tenant" />}
        {TEXTS.map(([name, label]) => (
          <Field key={name} name={name} label={label} />
        ))}
        <Select name="effect" label="Effect" options={EFFECTS} />
        <Select name="since" label="Since" options={SINCE} />
        <label>
          At most
          <input class="plain" name="most" type="number" min={1} max={MOST} defaultValue="1000" />
        </label>
        <div class="actions">
          <button type="submit" class="primary" disabled={fetching.value !== undefined}>
            Take these decisions
          </button>
        </div>
      </form>
      <Progress />
      {problem.value !== undefined && (
        <p class="fault" role="alert">
          {marked(problem.value)}
        </p>
      )}
      <div role="status">{fetched.value !== undefined && <Result {...fetched.value} />}</div>
    </div>
  );
}

function Field({ name, label }: { name: string; label: string }) {
  return (
    <label>
      {label}
      <input class="plain" name={name} autocomplete="off" spellcheck={false} />
    </label>
  );
}

interface SelectProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [string, string])[];
}

function Select({ name, label, options }: SelectProps) {
  return (
    <label>
      {label}
      <select class="plain" name={name}>
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Progress() {
  const now = fetching.value;
  if (now === undefined) return null;
  return (
    <div class="progress">
      <progress max={now.of} value={now.count} aria-label="Decisions fetched" />
      <span>
        {number(now.count)} of at most {number(now.of)}
      </span>
      <button type="button" onClick={stop}>
        Stop
      </button>
    </div>
  );
}

function Result({ total, whole, left, more }: Fetched) {
  if (total === 0) return <p>No decision matches.</p>;
  return (
    <>
      <p>
        <strong>{number(whole)}</strong> of {number(total)} decisions {whole === 1 ? "is a request" : "are requests"} to
        try an edit on{more ? "; earlier ones match as well, and were not fetched" : ""}.
      </p>
      {left.map(([why, count]) => (
        <p class="hint" key={why}>
          {number(count)} {count === 1 ? "was" : "were"} {why}.
        </p>
      ))}
      {whole === 0 && (
        <p class="hint">
          A log keeps requests where it is told to: <code>portcullis serve --log requests</code>, or{" "}
          <code>{"request: { omit: [] }"}</code> for a log of your own.
        </p>
      )}
      {whole > 0 && <DriftWords />}
      {whole > 0 && (
        <button type="button" onClick={() => document.querySelector(".effect")?.scrollIntoView({ block: "start" })}>
          See what your edit changes
        </button>
      )}
    </>
  );
}

function DriftWords() {
  const found = drift.value;
  if (found === undefined) return null;
  const { decided, drifted, granted, some } = found;
  return (
    <>
      <p>
        {drifted === 0
          ? "The server’s policies decide all of them now as they were decided then."
          : `${number(drifted)} of ${number(decided)} would be decided otherwise by the server’s policies as they are now, before any edit of yours: policies have changed since, or some are not shown to you.`}
        {granted > 0 && ` ${number(granted)} went ahead because people approved.`}
      </p>
      {drifted > 0 && (
        <details>
          <summary>Which</summary>
          <ul class="drift" aria-label="Decided otherwise by now">
            {some.map(({ title, from, to }, index) => (
              <li key={index}>
                {title} <span class="faint">was</span> {words(from)}, <span class="faint">is</span> {words(to)}
              </li>
            ))}
          </ul>
          {drifted > some.length && <p class="hint">The first {some.length} are listed.</p>}
        </details>
      )}
    </>
  );
}

function words(effect: string): string {
  return effect.replace("_", " ");
}
