//! The survey: every policy that a request is covered by, whether or not the index leads to it.

use crate::compile::{BucketId, Snapshot, fixed};
use crate::eval::{Encoder, FAULT, Outcome, Place, Trouble, Truth, condition, coverage_trouble};
use crate::explain::facts::Context;
use crate::explain::tree::{clauses, truth_value};
use crate::model::{Effect, Enforcement, PolicyExplanation, TruthValue, sorted_set};

/// A policy that covers a request, or errs in coverage, in the order of decisions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Covering {
    pub(super) rank: u32,
    pub(super) number: u32,
    /// Its coverage errs.
    pub(super) errs: bool,
}

/// What a policy came to.
#[derive(Clone, Copy)]
pub(super) struct Surveyed {
    pub(super) covers: TruthValue,
    pub(super) value: TruthValue,
    pub(super) applies: bool,
    /// Whether it counts as a deny: a limit or an approval that can't be resolved does.
    pub(super) denies: bool,
    pub(super) trouble: Option<Trouble>,
}

impl Surveyed {
    pub(super) fn is_covered(&self) -> bool {
        self.covers == TruthValue::True
    }
}

/// The policies that the picked buckets were put together from, read in full.
///
/// Of a split bucket those whose required equality is false are among them.
pub(super) fn covering(
    snapshot: &Snapshot,
    encoder: &mut Encoder<'_>,
    picks: &[BucketId],
) -> Vec<Covering> {
    let action = u32::try_from(encoder.frame().node(fixed::ACTION).index()).unwrap_or(u32::MAX);
    let mut covering = Vec::new();
    for &pick in picks {
        let members = snapshot.buckets.everyone(pick & !FAULT);
        covering.extend(members.filter_map(|number| {
            let policy = snapshot.policy(number)?;
            policy.covers_action(action).then(|| Covering {
                rank: snapshot.rank(number),
                number,
                errs: pick & FAULT != 0,
            })
        }));
    }
    // Several of its targets may match.
    let covering = sorted_set(covering);
    for policy in covering.iter().filter_map(|c| snapshot.policy(c.number)) {
        policy
            .reads
            .iter()
            .for_each(|read| encoder.read(read.node()));
    }
    covering
}

/// What a covering policy came to.
pub(super) fn survey(context: Context<'_>, covering: Covering, outcome: &Outcome) -> Surveyed {
    let (reader, policy) = (context.reader, context.policy);
    let coverage: Truth = if covering.errs {
        Err(coverage_trouble(reader.frame, policy))
    } else {
        Ok(true)
    };
    let truth = condition(reader, policy, coverage);
    let applies = truth.unwrap_or(policy.effect != Effect::Allow);
    let hits = if policy.shadow {
        &outcome.shadow
    } else {
        &outcome.hits
    };
    let at = hits.binary_search_by_key(&covering.rank, |hit| hit.rank);
    let hit = at.ok().and_then(|at| hits.get(at));
    let trouble = truth.err().or(hit.and_then(|hit| hit.trouble));
    let unresolved = trouble.is_some_and(|t| matches!(t.place, Place::Limit(_) | Place::Requester));
    Surveyed {
        covers: truth_value(coverage),
        value: truth_value(truth),
        applies,
        denies: applies && (policy.effect == Effect::Deny || unresolved),
        trouble,
    }
}

/// The same with its clauses, for people.
pub(super) fn explanation(context: Context<'_>, surveyed: Surveyed) -> PolicyExplanation {
    let policy = context.policy;
    let fault = |trouble: Trouble| trouble.fault(context.reader.snapshot, policy);
    PolicyExplanation {
        policy_id: policy.id.to_string(),
        policy_name: policy.name.to_string(),
        scope: policy.scope,
        effect: policy.effect,
        enforcement: if policy.shadow {
            Enforcement::Shadow
        } else {
            Enforcement::Enforce
        },
        covers: surveyed.covers,
        value: surveyed.value,
        applies: surveyed.applies,
        error: surveyed.trouble.map(fault),
        clauses: clauses(context),
    }
}
