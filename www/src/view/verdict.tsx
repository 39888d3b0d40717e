import type { Decision, Effect, Reason } from "portcullis";

const WORDS = {
  allow: { title: "Allowed", sign: "✓" },
  deny: { title: "Denied", sign: "✕" },
  require_approval: { title: "Needs approval", sign: "?" },
} as const;

const CODES: Readonly<Record<Decision["code"], string>> = {
  allowed: "A policy allows it, and none stands against it.",
  denied_by_policy: "A policy denies it. Any deny outweighs every allow.",
  no_matching_allow: "No policy allows it. What nobody allows is denied.",
  approval_required: "It is allowed once people agree.",
  limit_exceeded: "A limit is used up.",
  invalid_request: "The call itself is not as it must be.",
  policies_unavailable: "The policies are not available.",
  engine_failure: "The engine failed, so it denies.",
  ask_server: "A policy that is not here may decide it.",
  outside_residual: "The call is none of those that this residual was made for.",
};

const EFFECTS: Readonly<Record<Effect, string>> = {
  deny: "denies",
  require_approval: "asks for approval",
  modify: "modifies",
  allow: "allows",
};

/** What a decision comes to, in the middle of a sentence. */
export const EFFECT_TITLES: Readonly<Record<Decision["effect"], string>> = {
  allow: "allowed",
  deny: "denied",
  require_approval: "up for approval",
};

export function verdictTitle(effect: Decision["effect"]): string {
  return WORDS[effect].title;
}

export function verdictSign(effect: Decision["effect"]): string {
  return WORDS[effect].sign;
}

/** A decision in one sentence. */
export function sentenceOf({ effect, mode, reasons }: Decision): string {
  const names = reasons.map(({ policy_name }) => policy_name ?? "the request").slice(0, 3);
  const by = names.length === 0 ? "" : `, by ${names.join(", ")}`;
  return `Verdict: ${WORDS[effect].title}${effect === "deny" ? "" : `, mode ${mode}`}${by}`;
}

export function effectWords(effect: Effect): string {
  return EFFECTS[effect];
}

export function Verdict({ decision }: { decision: Decision }) {
  const { effect, mode, code, reasons } = decision;
  const { title, sign } = WORDS[effect];
  return (
    <>
      <div class={`verdict ${effect}`} data-testid="verdict" data-effect={effect}>
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
        <div>
          <h2>{title}</h2>
          <p>{CODES[code]}</p>
        </div>
        {effect !== "deny" && (
          <span
            class={`mode ${mode}`}
            title={mode === "draft" ? "Nothing takes effect before a person looks at it" : "Effects are real"}
          >
            mode: {mode}
          </span>
        )}
      </div>
      {reasons.length > 0 && (
        <ul class="reasons" aria-label="Reasons">
          {reasons.map((reason) => (
            <ReasonLine key={`${reason.policy_id}:${reason.error?.pointer}`} reason={reason} />
          ))}
        </ul>
      )}
    </>
  );
}

function ReasonLine({ reason }: { reason: Reason }) {
  const { policy_id, policy_name, effect, message, remedy, error } = reason;
  return (
    <li>
      <span class={`chip ${effect}`}>{effect.replace("_", " ")}</span>
      <div>
        <strong>{policy_name ?? policy_id ?? "The call"}</strong>{" "}
        {policy_id === null ? "can’t be decided" : EFFECTS[effect]}
        {message !== null && <p>{message}</p>}
        {error !== null && (
          <p class="fault">
            {policy_id === null ? "" : "Because of an error, and an error restricts: "}
            {error.message}
          </p>
        )}
        {remedy !== null && <p class="help">→ {remedy}</p>}
      </div>
    </li>
  );
}
