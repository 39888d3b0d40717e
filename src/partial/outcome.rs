//! What one policy may come to: it applies, it does not, or it applies and denies for what a limit or an approval lacks.

use super::candidates::Candidate;
use super::sets::{Known, truths};
use super::truths::Truths;
use crate::compile::{Compiled, NodeId, fixed};
use crate::eval::{amount_trouble, key_trouble, requester_trouble};
use crate::model::Effect;

/// What a policy may come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    /// It may not apply.
    pub(super) passes: bool,
    /// It may apply.
    pub(super) applies: bool,
    /// Where it applies, its limits and its approval may be told…
    pub(super) resolves: bool,
    /// …and may not be, which denies.
    pub(super) fails: bool,
    /// Whether its part in the decision is the same for every value of the unknown fields.
    pub(super) settled: bool,
}

impl Outcome {
    /// Of a policy that asks for nothing where it applies.
    pub(super) fn of(truth: Truths) -> Self {
        Self {
            passes: truth != Truths::TRUE,
            applies: truth != Truths::FALSE,
            resolves: true,
            fails: false,
            settled: truth != Truths::ANY,
        }
    }
}

/// What a candidate may come to.
pub(super) fn outcome(known: Known<'_>, policy: &Compiled, candidate: Candidate) -> Outcome {
    let when = policy.when.as_ref().map(|when| truths(known, when, None));
    let unless = policy.unless.as_ref();
    let unless = unless.map(|unless| truths(known, unless, None).not());
    let all = when.into_iter().chain(unless);
    let truth = all.fold(candidate.covers, Truths::and);
    let restricts = policy.effect != Effect::Allow;
    let counted = truth.counting_errors_as(restricts);
    let demands = demands(known, policy);
    let reads_unknown = || policy.reads.iter().any(|read| known.lacks(read.node()));
    // An error is told in the decision, and which one it is may depend on what is unknown.
    let is_told = || counted == Truths::FALSE || truth == Truths::TRUE || !reads_unknown();
    Outcome {
        passes: counted.has(Truths::FALSE),
        applies: counted.has(Truths::TRUE),
        resolves: demands.has(Truths::TRUE),
        fails: demands.has(Truths::ERROR),
        settled: counted.certain().is_some()
            && (counted == Truths::FALSE || !demands_unknown(known, policy))
            && is_told(),
    }
}

/// Whether limits and approval are told, for whatever is unknown.
fn demands(known: Known<'_>, policy: &Compiled) -> Truths {
    let told = |node: NodeId, trouble: bool| {
        if known.lacks(node) {
            Truths::TRUE.with(Truths::ERROR)
        } else if trouble {
            Truths::ERROR
        } else {
            Truths::TRUE
        }
    };
    let mut all = Truths::TRUE;
    if excludes_requester(policy) {
        let trouble = requester_trouble(known.reader, policy).is_some();
        all = all.and(told(fixed::USER_ID, trouble));
    }
    for (index, limit) in (0_u32..).zip(&policy.limits) {
        for &node in &limit.key {
            let trouble = key_trouble(known.reader, node, index).is_some();
            all = all.and(told(node, trouble));
        }
        if let Some(node) = limit.amount {
            let trouble = amount_trouble(known.reader, node, index).is_some();
            all = all.and(told(node, trouble));
        }
    }
    all
}

fn excludes_requester(policy: &Compiled) -> bool {
    let approval = policy.approval.as_ref();
    approval.is_some_and(|approval| approval.exclude_requester)
}

fn demands_unknown(known: Known<'_>, policy: &Compiled) -> bool {
    let limits = policy.limits.iter();
    let mut nodes = limits.flat_map(|limit| limit.key.iter().chain(&limit.amount));
    (excludes_requester(policy) && known.lacks(fixed::USER_ID))
        || nodes.any(|node| known.lacks(*node))
}
