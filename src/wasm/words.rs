//! Outcomes as 32-bit words, in the order in which the reader in JavaScript takes them.

use crate::eval::Outcome;
use crate::model::{Code, DecisionEffect, Mode};

/// Marks a reason that comes with an error.
const WITH_ERROR: u32 = 0x8000_0000;
/// The reason of a request that is amiss itself.
const INVALID_REQUEST: u32 = u32::MAX;

/// That there are lists beside the reasons.
const LISTS: u32 = 1 << 6;
/// That the words are elsewhere than before.
const MOVED: u32 = 1 << 7;

/// Writes the lists of an outcome: reasons; then, where there are any, the counts of limits, approvals and shadow
/// entries, and these. Answers the rest as one word: effect, code and mode in bits 0, 2 and 5, what is said above, and
/// the number of reasons from bit 8 on.
#[inline(always)]
pub(super) fn write(outcome: &Outcome, out: &mut Vec<u32>) -> u32 {
    let before = out.as_ptr();
    out.clear();
    match outcome.invalid {
        Some(_) => out.push(INVALID_REQUEST),
        None => out.extend(outcome.hits.iter().map(|hit| match hit.trouble {
            None => hit.policy,
            Some(_) => hit.policy | WITH_ERROR,
        })),
    }
    let reasons = count(out.len());
    let none =
        outcome.limits.is_empty() && outcome.approvals.is_empty() && outcome.shadow.is_empty();
    if !none && outcome.invalid.is_none() {
        lists(outcome, out);
    }
    effect(outcome.effect)
        | (code(outcome.code) << 2)
        | (u32::from(outcome.mode == Mode::Auto) << 5)
        | if none || outcome.invalid.is_some() {
            0
        } else {
            LISTS
        }
        | if before == out.as_ptr() { 0 } else { MOVED }
        | (reasons << 8)
}

#[inline(never)]
fn lists(outcome: &Outcome, out: &mut Vec<u32>) {
    out.push(count(outcome.limits.len()));
    out.push(count(outcome.approvals.len()));
    out.push(count(outcome.shadow.len()));
    out.extend(
        outcome
            .limits
            .iter()
            .flat_map(|&(policy, index)| [policy, index]),
    );
    out.extend(&outcome.approvals);
    out.extend(outcome.shadow.iter().map(|hit| hit.policy));
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
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
        // Decided by residuals alone, whose decisions cross whole.
        Code::AskServer | Code::OutsideResidual => 7,
    }
}
