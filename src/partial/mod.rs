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
    Decision, DecisionEffect, Effect, Mode, Path, PolicyPreview, Preview, PreviewCell,
    PreviewOutcome, Value,
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
    let mut policies = Vec::new();
    let cell = survey(
        snapshot,
        request,
        &unknown,
        &mut |known, candidate, outcome| {
            if let Some(policy) = snapshot.policy(candidate.number) {
                let context = Context {
                    reader: known.reader,
                    request,
                    policy,
                };
                policies.push(told(known, context, candidate, outcome));
            }
        },
    );
    Preview {
        decision: cell.settled.then(|| decided(snapshot, request)),
        effects: cell.effects,
        modes: cell.modes,
        may_be_invalid: cell.may_be_invalid,
        policies,
        unknown: unknown.paths,
    }
}

/// The same without policies, for a request with each value of each list at the member that it is for: all
/// combinations, those of the last list next to one another.
pub(crate) fn preview_many(
    snapshot: &Snapshot,
    request: &Value,
    prefixes: &[Path],
    vary: &[(String, Vec<Value>)],
) -> Vec<PreviewCell> {
    let mut request = request.clone();
    let mut cells = Vec::new();
    each_cell(&mut request, vary, &mut |request| {
        let unknown = Unknown::new(&snapshot.nodes, request, prefixes);
        cells.push(survey(snapshot, request, &unknown, &mut |_, _, _| {}));
    });
    cells
}

fn each_cell(request: &mut Value, vary: &[(String, Vec<Value>)], visit: &mut dyn FnMut(&Value)) {
    let Some(((name, values), others)) = vary.split_first() else {
        return visit(request);
    };
    for value in values {
        if let Value::Object(members) = request {
            match members.iter_mut().rev().find(|(key, _)| key == name) {
                Some((_, member)) => member.clone_from(value),
                None => members.push((name.clone(), value.clone())),
            }
        }
        each_cell(request, others, visit);
    }
}

/// What is told of a policy that applies or may.
type Visit<'v> = &'v mut dyn FnMut(Known<'_>, Candidate, Outcome);

/// Looks at every policy that may cover a request, and visits those that matter.
fn survey(
    snapshot: &Snapshot,
    request: &Value,
    unknown: &Unknown,
    visit: Visit<'_>,
) -> PreviewCell {
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let lacks = |node| unknown.covers(&snapshot.nodes, node);
    let may_be_invalid = VALIDITY.into_iter().any(lacks);
    if is_invalid(snapshot, request, &encoder, unknown) {
        return PreviewCell {
            effects: vec![DecisionEffect::Deny],
            modes: vec![Mode::Draft],
            settled: !may_be_invalid,
            may_be_invalid: true,
        };
    }
    let candidates = candidates(snapshot, request, unknown, &mut encoder);
    let mut memo = Memo::default();
    memo.reset(snapshot.nodes.len());
    let known = Known {
        reader: Reader {
            snapshot,
            frame: encoder.frame(),
            memo: &memo,
        },
        unknown,
    };
    let mut outlook = Outlook::new(may_be_invalid);
    for candidate in candidates {
        if let Some(policy) = snapshot.policy(candidate.number) {
            let outcome = outcome(known, policy, candidate);
            outlook.add(policy, outcome);
            if outcome.applies && !policy.shadow {
                visit(known, candidate, outcome);
            }
        }
    }
    PreviewCell {
        effects: outlook.effects().collect(),
        modes: outlook.modes(asked(known)).collect(),
        settled: outlook.settled,
        may_be_invalid,
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
