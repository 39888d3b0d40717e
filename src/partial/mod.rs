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
mod overlay;
mod plain;
mod print;
mod private;
mod reach;
mod remains;
mod sets;
mod simplify;
mod spare;
mod truths;
mod unknown;
mod words;

use candidates::{Candidate, candidates};
use fold::{Residual, residual};
pub(crate) use matrix::preview_many;
use outcome::{Outcome, outcome};
pub(crate) use outlook::Cell;
use outlook::Outlook;
pub(crate) use overlay::{Overlay, difference};
pub(crate) use private::role_of;
pub(crate) use remains::residual as residual_of;
use sets::Known;
use simplify::simplified;
use unknown::Unknown;

use crate::compile::{NodeId, Snapshot, fixed};
use crate::eval::{
    Cell as FrameCell, Encoder, Frame, Memo, Reader, invalid, invalid_under_any_action, tag,
};
use crate::explain::facts::Context;
use crate::model::{Decision, Effect, Path, PolicyPreview, Preview, PreviewOutcome, Value};

/// What may be decided on a request, whatever stands in its unknown fields. `decide` is asked where nothing there matters.
pub(crate) fn preview(
    snapshot: &Snapshot,
    request: &Value,
    prefixes: &[Path],
    overlay: Option<&Overlay<'_>>,
    decide: &dyn Fn(&Value) -> Decision,
) -> Preview {
    let mut unknown = Unknown::new(&snapshot.nodes, prefixes, |name| request.get(name));
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let mut policies = Vec::new();
    let outside = unknown.hold_against(overlay, &|name| request.get(name));
    let cell = match outside.or_else(|| invalid_cell(snapshot, encoder.frame(), &unknown)) {
        Some(cell) => cell,
        None => {
            let candidates = candidates(snapshot, &unknown, &mut encoder);
            let mut memo = Memo::default();
            memo.reset(snapshot.nodes.len());
            let known = known(snapshot, &encoder, &memo, &unknown);
            let mut outlook = Outlook::new(unknown.may_invalidate, overlay);
            let public = overlay.map_or(usize::MAX, |overlay| overlay.policies);
            for candidate in candidates {
                let Some(policy) = snapshot.policy(candidate.number) else {
                    continue;
                };
                let outcome = outcome(known, policy, candidate);
                outlook.add(policy.role, outcome);
                let is_told = outcome.applies && !policy.shadow;
                if is_told && (candidate.number as usize) < public {
                    let context = Context {
                        reader: known.reader,
                        request,
                        policy,
                    };
                    policies.push(told(known, context, candidate, outcome));
                }
            }
            outlook.cell(asked(known))
        }
    };
    let told = cell.told();
    Preview {
        decision: cell.is_settled().then(|| decide(request)),
        effects: told.effects,
        modes: told.modes,
        may_be_invalid: told.may_be_invalid,
        policies,
        unknown: unknown.paths,
    }
}

/// The cell of a request that is invalid whatever stands in its unknown fields.
fn invalid_cell(snapshot: &Snapshot, frame: &Frame, unknown: &Unknown) -> Option<Cell> {
    let invalid = |frame: &Frame| {
        if unknown.covers(fixed::ACTION) {
            invalid_under_any_action(snapshot, frame)
        } else {
            invalid(snapshot, frame)
        }
    };
    let mut found = invalid(frame)?;
    if unknown.covers(found) {
        // Behind what is unknown there may be more that is amiss.
        let mut frame = frame.clone();
        while unknown.covers(found) {
            mend(&mut frame, found);
            found = invalid(&frame)?;
        }
    }
    Some(Cell::invalid(unknown.may_invalidate))
}

/// Puts at a node what is valid there.
fn mend(frame: &mut Frame, node: NodeId) {
    let at = node as usize;
    match node {
        fixed::NOW => frame.set(at, FrameCell::new(tag::NUMBER, 0, 0)),
        fixed::RUN_MODE => frame.set(at, FrameCell::default()),
        id => {
            frame.set(at, FrameCell::new(tag::STRING, 1, 0));
            frame.set(
                id.saturating_sub(1) as usize,
                FrameCell::new(tag::OBJECT, 0, 0),
            );
        }
    }
}

fn known<'a>(
    snapshot: &'a Snapshot,
    encoder: &'a Encoder<'_>,
    memo: &'a Memo,
    unknown: &'a Unknown,
) -> Known<'a> {
    let reader = Reader {
        snapshot,
        frame: encoder.frame(),
        memo,
    };
    Known { reader, unknown }
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
        simplified(context, residual(known, policy, restricts))
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
