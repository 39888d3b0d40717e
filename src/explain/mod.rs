//! Explanations: a decision with the clauses that led to it, what came near, and what would change it.
//!
//! The decision is made by the same code as ever. Around it, every policy that covers the request is
//! evaluated in full, also those that the index knew could not apply.

mod change;
mod edit;
pub(crate) mod escape;
pub(crate) mod facts;
mod flips;
mod instant;
mod invert;
pub(crate) mod phrase;
mod raw;
mod subject;
mod survey;
mod text;
mod tree;
mod wanted;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use crate::compile::Snapshot;
use crate::eval::{Approved, Encoder, Memo, Reader, Scratch, decide, decision, routes};
use crate::model::{Code, Explanation, Value};

/// Decides a request, and tells how that came about.
pub(crate) fn explain(snapshot: &Snapshot, request: &Value, approved: &[Approved]) -> Explanation {
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let mut picks = Vec::new();
    routes(snapshot, request, &mut encoder, &mut picks);
    let mut scratch = Scratch::default();
    decide(
        snapshot,
        encoder.frame(),
        &picks,
        approved,
        None,
        &mut scratch,
    );
    let outcome = &scratch.outcome;
    let mut explanation = Explanation {
        decision: decision(snapshot, encoder.frame(), outcome),
        subject: subject::subject(request),
        policies: Vec::new(),
        near_misses: Vec::new(),
        smallest_change: None,
        search_capped: false,
    };
    if outcome.invalid.is_some() {
        return explanation;
    }
    let covering = survey::covering(snapshot, &mut encoder, &picks);
    let mut memo = Memo::default();
    memo.reset(snapshot.nodes.len());
    let reader = Reader {
        snapshot,
        frame: encoder.frame(),
        memo: &memo,
    };
    let surveyed: Vec<_> = covering
        .into_iter()
        .filter_map(|covering| {
            let policy = snapshot.policy(covering.number)?;
            let context = facts::Context {
                reader,
                request,
                policy,
            };
            Some((context, survey::survey(context, covering, outcome)))
        })
        .collect();
    for (context, surveyed) in &surveyed {
        let policy = survey::explanation(*context, *surveyed);
        if !context.policy.shadow && !policy.applies && surveyed.is_covered() {
            let pointers = flips::leaf_pointers(context.policy);
            let near = flips::near_misses(*context, &pointers);
            explanation.near_misses.extend(near);
        }
        explanation.policies.push(policy);
    }
    if outcome.code == Code::NoMatchingAllow {
        explanation.near_misses = flips::allows_first(explanation.near_misses);
    }
    let search = change::Search::new(snapshot, request, approved, (outcome.effect, outcome.code));
    (explanation.smallest_change, explanation.search_capped) = search.run(&surveyed);
    explanation
}
