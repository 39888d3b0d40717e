//! Partial evaluation: what may be decided on a request of which a part is not known yet.
//!
//! Each condition comes to a subset of true, false and error. Where all that a leaf reads is known, the evaluator
//! answers; elsewhere sets join by the same logic as their members do. Nothing that can be reached is left out; more
//! than can be reached is listed only where one unknown field is read more than once.

mod candidates;
mod fold;
mod outcome;
mod outlook;
mod print;
mod reach;
mod sets;
mod truths;
mod unknown;
mod words;

use candidates::{Candidate, candidates};
use fold::{Residual, residual};
use outcome::{Outcome, outcome};
use outlook::Outlook;
use sets::Known;
use unknown::Unknown;

use crate::compile::{NodeId, Snapshot, fixed};
use crate::eval::{Encoder, Memo, Reader, Scratch, decide, decision, invalid, routes, tag};
use crate::explain::facts::Context;
use crate::model::{
    Decision, DecisionEffect, Effect, Mode, Path, PolicyPreview, Preview, PreviewOutcome, Value,
};

/// What makes a request invalid if it is not as it must be.
const VALIDITY: [NodeId; 10] = [
    fixed::ACTION,
    fixed::NOW,
    fixed::TENANT_ID,
    fixed::APP_ID,
    fixed::USER_ID,
    fixed::WORKFLOW_ID,
    fixed::AGENT_ID,
    fixed::TOOL_ID,
    fixed::RUN_ID,
    fixed::RUN_MODE,
];

/// What may be decided on a request, whatever stands in its unknown fields.
pub(crate) fn preview(snapshot: &Snapshot, request: &Value, prefixes: &[Path]) -> Preview {
    let unknown = Unknown::new(&snapshot.nodes, request, prefixes);
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let lacks = |node| unknown.covers(&snapshot.nodes, node);
    let may_be_invalid = VALIDITY.into_iter().any(lacks);
    if is_invalid(snapshot, request, &encoder, &unknown) {
        return Preview {
            effects: vec![DecisionEffect::Deny],
            modes: vec![Mode::Draft],
            decision: (!may_be_invalid).then(|| decided(snapshot, request)),
            may_be_invalid: true,
            policies: Vec::new(),
            unknown: unknown.paths,
        };
    }
    let candidates = candidates(snapshot, request, &unknown, &mut encoder);
    let mut memo = Memo::default();
    memo.reset(snapshot.nodes.len());
    let known = Known {
        reader: Reader {
            snapshot,
            frame: encoder.frame(),
            memo: &memo,
        },
        unknown: &unknown,
    };
    let mut outlook = Outlook::new();
    let mut policies = Vec::new();
    for candidate in candidates {
        let Some(policy) = snapshot.policy(candidate.number) else {
            continue;
        };
        let outcome = outcome(known, policy, candidate);
        outlook.add(policy, outcome);
        if outcome.applies && !policy.shadow {
            let context = Context {
                reader: known.reader,
                request,
                policy,
            };
            policies.push(told(known, context, candidate, outcome));
        }
    }
    let invalid = may_be_invalid.then_some((DecisionEffect::Deny, Mode::Draft));
    let mut effects: Vec<DecisionEffect> = outlook.effects().collect();
    let mut modes: Vec<Mode> = outlook.modes(asked(known)).collect();
    if let Some((effect, mode)) = invalid {
        if !effects.contains(&effect) {
            effects.push(effect);
        }
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    let settled = outlook.settled && !may_be_invalid;
    Preview {
        effects,
        modes,
        decision: settled.then(|| decided(snapshot, request)),
        may_be_invalid,
        policies,
        unknown: unknown.paths,
    }
}

/// Whether a request is invalid whatever stands in its unknown fields.
fn is_invalid(
    snapshot: &Snapshot,
    request: &Value,
    encoder: &Encoder<'_>,
    unknown: &Unknown,
) -> bool {
    let lacks = |node| unknown.covers(&snapshot.nodes, node);
    if !lacks(fixed::ACTION) {
        return invalid(snapshot, encoder.frame()).is_some_and(|node| !lacks(node));
    }
    // Under an action without an entity of its own, no entity must be there.
    let Value::Object(members) = request else {
        return true;
    };
    let mut members = members.clone();
    members.push(("action".to_owned(), Value::from("llm_call")));
    let request = Value::Object(members);
    let frame = Encoder::new(&snapshot.nodes, &request).into_frame();
    invalid(snapshot, &frame).is_some_and(|node| !lacks(node))
}

/// What may become of one policy, in JSON and in words.
fn told(
    known: Known<'_>,
    context: Context<'_>,
    candidate: Candidate,
    outcome: Outcome,
) -> PolicyPreview {
    let Context { policy, .. } = context;
    let restricts = policy.effect != Effect::Allow;
    let residual = if outcome.passes {
        residual(known, policy, restricts)
    } else {
        Residual::Certain(true)
    };
    let open = candidate.open;
    let actions = (0_u32..).zip(&known.reader.snapshot.actions);
    let actions = actions.filter(|(number, _)| policy.covers_action(*number));
    PolicyPreview {
        policy_id: policy.id.to_string(),
        policy_name: policy.name.to_string(),
        effect: policy.effect,
        outcome: if outcome.passes {
            PreviewOutcome::MayApply
        } else {
            PreviewOutcome::Applies
        },
        target: open
            .target
            .then(|| policy.target.iter().map(ToString::to_string).collect()),
        actions: open
            .action
            .then(|| actions.map(|(_, name)| name.clone()).collect()),
        tenant_id: policy
            .tenant_id
            .as_deref()
            .filter(|_| open.tenant)
            .map(str::to_owned),
        condition: print::condition(context, &residual),
        words: words::words(context, &residual, open),
    }
}

/// Whether the run may ask for `draft`, and whether for anything else.
fn asked(known: Known<'_>) -> [bool; 2] {
    if known.lacks(fixed::RUN_MODE) {
        return [true, true];
    }
    let frame = known.reader.frame;
    let mode = frame.node(fixed::RUN_MODE);
    let draft =
        frame.node(fixed::RUN).tag == tag::OBJECT && mode.tag == tag::INTERNED && mode.index() == 0;
    [draft, !draft]
}

fn decided(snapshot: &Snapshot, request: &Value) -> Decision {
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let mut picks = Vec::new();
    routes(snapshot, request, &mut encoder, &mut picks);
    let frame = encoder.into_frame();
    let mut scratch = Scratch::default();
    decide(snapshot, &frame, &picks, &[], None, &mut scratch);
    decision(snapshot, &frame, &scratch.outcome)
}
