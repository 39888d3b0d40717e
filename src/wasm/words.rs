//! Outcomes as 32-bit words, in the order in which the reader in JavaScript takes them.

use crate::eval::Outcome;
use crate::model::{Code, DecisionEffect, Mode};

/// Marks a reason that comes with an error.
const WITH_ERROR: u32 = 0x8000_0000;
/// The reason of a request that is amiss itself.
const INVALID_REQUEST: u32 = u32::MAX;

/// Words before the lists.
const HEADER: usize = 7;

/// Writes an outcome: effect, code, mode, four counts, then what was counted.
pub(super) fn write(outcome: &Outcome, out: &mut Vec<u32>) {
    let reasons = outcome.invalid.map_or(outcome.hits.len(), |_| 1);
    let lists = [
        reasons,
        outcome.limits.len(),
        outcome.approvals.len(),
        outcome.shadow.len(),
    ];
    let [_, limits, approvals, shadow] = lists;
    let words = limits
        .saturating_mul(2)
        .saturating_add(approvals)
        .saturating_add(shadow);
    out.resize(HEADER.saturating_add(reasons).saturating_add(words), 0);
    let mut out = Writer(out.iter_mut());
    out.put(effect(outcome.effect));
    out.put(code(outcome.code));
    out.put(u32::from(outcome.mode == Mode::Auto));
    for count in lists {
        out.put(u32::try_from(count).unwrap_or(u32::MAX));
    }
    if outcome.invalid.is_some() {
        out.put(INVALID_REQUEST);
        return;
    }
    for hit in &outcome.hits {
        out.put(hit.policy | if hit.trouble.is_some() { WITH_ERROR } else { 0 });
    }
    for &(policy, index) in &outcome.limits {
        out.put(policy);
        out.put(index);
    }
    for &policy in &outcome.approvals {
        out.put(policy);
    }
    for hit in &outcome.shadow {
        out.put(hit.policy);
    }
}

/// Fills a list that is long enough already.
struct Writer<'a>(std::slice::IterMut<'a, u32>);

impl Writer<'_> {
    #[inline(always)]
    fn put(&mut self, word: u32) {
        if let Some(place) = self.0.next() {
            *place = word;
        }
    }
}

fn effect(effect: DecisionEffect) -> u32 {
    match effect {
        DecisionEffect::Allow => 0,
        DecisionEffect::Deny => 1,
        DecisionEffect::RequireApproval => 2,
    }
}

fn code(code: Code) -> u32 {
    match code {
        Code::Allowed => 0,
        Code::DeniedByPolicy => 1,
        Code::NoMatchingAllow => 2,
        Code::ApprovalRequired => 3,
        Code::LimitExceeded => 4,
        Code::InvalidRequest => 5,
        Code::PoliciesUnavailable => 6,
        Code::EngineFailure => 7,
    }
}
