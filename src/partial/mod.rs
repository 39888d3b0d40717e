//! Partial evaluation: what may be decided on a request of which a part is not known yet.
//!
//! Each condition comes to a subset of true, false and error. Where all that a leaf reads is known, the evaluator
//! answers; elsewhere sets join by the same logic as their members do. Nothing that can be reached is left out. More
//! than can be reached may be listed where one unknown field is read more than once, two fields are compared, or names of
//! an object are asked for of which a member is unknown.

mod candidates;
mod fold;
mod matrix;
mod outcome;
mod outlook;
mod print;
mod private;
mod reach;
mod remains;
mod sets;
mod truths;
mod unknown;
mod words;

use candidates::{Candidate, candidates};
use fold::{Residual, residual};
pub(crate) use matrix::preview_many;
use outcome::{Outcome, outcome};
use outlook::Outlook;
pub(crate) use private::role_of;
pub(crate) use remains::residual as residual_of;
use sets::Known;
use unknown::Unknown;

use crate::compile::{Snapshot, fixed};
use crate::eval::{
    Encoder, Memo, Reader, Scratch, decide, decision, invalid, invalid_under_any_action, routes,
    tag,
};
use crate::explain::facts::Context;
use crate::model::{
    Decision, DecisionEffect, Effect, Mode, Path, PolicyPreview, Preview, PreviewCell,
    PreviewOutcome, Value,
};

/// What may be decided on a request, whatever stands in its unknown fields.
pub(crate) fn preview(snapshot: &Snapshot, request: &Value, prefixes: &[Path]) -> Preview {
    let unknown = Unknown::new(&snapshot.nodes, prefixes, |name| request.get(name));
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let mut policies = Vec::new();
    let mut visit = |known: Known<'_>, candidate: Candidate, outcome| {
        if let Some(policy) = snapshot.policy(candidate.number) {
            let context = Context {
                reader: known.reader,
                request,
                policy,
            };
            policies.push(told(known, context, candidate, outcome));
        }
    };
    let memo = &mut Memo::default();
    let cell = survey(snapshot, &mut encoder, &unknown, memo, &mut visit);
    Preview {
        decision: cell.settled.then(|| decided(snapshot, request)),
        effects: cell.effects,
        modes: cell.modes,
        may_be_invalid: cell.may_be_invalid,
        policies,
        unknown: unknown.paths,
    }
}

/// What is told of a policy that applies or may.
type Visit<'v> = &'v mut dyn FnMut(Known<'_>, Candidate, Outcome);

/// Looks at every policy that may cover a request, and visits those that matter.
fn survey(
    snapshot: &Snapshot,
    encoder: &mut Encoder<'_>,
    unknown: &Unknown,
    memo: &mut Memo,
    visit: Visit<'_>,
) -> PreviewCell {
    let lacks = |node| unknown.covers(node);
    let may_be_invalid = unknown.may_invalidate;
    let invalid = if lacks(fixed::ACTION) {
        invalid_under_any_action(snapshot, encoder.frame())
    } else {
        invalid(snapshot, encoder.frame())
    };
    if invalid.is_some_and(|node| !lacks(node)) {
        return PreviewCell {
            effects: vec![DecisionEffect::Deny],
            modes: vec![Mode::Draft],
            settled: !may_be_invalid,
            may_be_invalid: true,
        };
    }
    let candidates = candidates(snapshot, unknown, encoder);
    memo.reset(snapshot.nodes.len());
    let known = Known {
        reader: Reader {
            snapshot,
            frame: encoder.frame(),
            memo,
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
