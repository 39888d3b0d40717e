//! What private policies do to decisions, told without a word of theirs.

use super::outcome::Outcome;
use crate::compile::{Compiled, role};
use crate::model::{Private, PrivatePart};

/// What permits, in one way or another.
const PERMITS: u16 = role::OPENS | role::DELEGATES | role::SHARES;
/// What stands against a request, which counts as denying here.
const RESTRICTS: u16 = role::DENIES | role::ASKS | role::LIMITS;

/// The role that a part stands for.
pub(crate) fn role_of(part: PrivatePart) -> u16 {
    match part {
        PrivatePart::Permit => role::OPENS,
        PrivatePart::Delegate => role::DELEGATES,
        PrivatePart::Share => role::SHARES,
        PrivatePart::Restrict => role::DENIES,
        PrivatePart::Draft => role::DRAFTS,
    }
}

/// The roles of private policies: of those that certainly apply, and of those that may.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hidden {
    must: u16,
    may: u16,
}

impl Hidden {
    pub(super) fn add(&mut self, policy: &Compiled, outcome: Outcome) {
        if policy.shadow {
            return;
        }
        let restricts = if policy.role & RESTRICTS == 0 {
            0
        } else {
            role::DENIES
        };
        let plain = policy.role & (PERMITS | role::DRAFTS);
        self.may |= plain | restricts;
        if outcome.passes {
            return;
        }
        // A limit that can't be counted denies. So does an approval without a requester, unless it is granted.
        let uncounted = !outcome.resolves && policy.role & role::ASKS == 0;
        let denies = policy.role & role::DENIES != 0 || uncounted;
        self.must |= plain | if denies { role::DENIES } else { 0 };
    }

    /// No more than what can matter: what is certain makes others meaningless.
    pub(super) fn told(self) -> Private {
        let Self { mut must, mut may } = self;
        if must & role::DENIES != 0 {
            must &= role::DENIES | role::DRAFTS;
            may &= role::DRAFTS;
        } else if must & role::OPENS != 0 {
            must &= !(role::DELEGATES | role::SHARES);
            may &= !PERMITS;
        }
        may &= !must;
        let parts = |roles: u16| {
            let all = PrivatePart::ALL.iter().map(|(_, part)| *part);
            all.filter(|part| roles & role_of(*part) != 0).collect()
        };
        Private {
            must: parts(must),
            may: parts(may),
        }
    }
}
