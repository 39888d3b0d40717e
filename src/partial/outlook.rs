//! The effects and modes that a decision may have: the decision rule over what each policy may come to.

use super::outcome::Outcome;
use crate::compile::{Compiled, role};
use crate::model::{DecisionEffect, Mode};

/// What may be decided, gathered policy by policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlook {
    /// Roles of which a policy may apply…
    may: u16,
    /// …and of which one certainly does.
    must: u16,
    /// A policy may deny.
    may_deny: bool,
    /// A policy certainly denies.
    must_deny: bool,
    may_ask: bool,
    must_ask: bool,
    may_be_invalid: bool,
    /// Whether every decision so far is the same.
    pub(super) settled: bool,
}

impl Outlook {
    /// A value of an unknown field may make the request invalid: denied, in draft.
    pub(super) fn new(may_be_invalid: bool) -> Self {
        Self {
            may: 0,
            must: 0,
            may_deny: false,
            must_deny: false,
            may_ask: false,
            must_ask: false,
            may_be_invalid,
            settled: !may_be_invalid,
        }
    }

    /// Adds what a policy may come to.
    pub(super) fn add(&mut self, policy: &Compiled, outcome: Outcome) {
        self.settled &= outcome.settled;
        if policy.shadow || !outcome.applies {
            return;
        }
        let (role, must) = (policy.role, !outcome.passes);
        self.may |= role;
        self.must |= if must { role } else { 0 };
        let denies = role & role::DENIES != 0;
        self.may_deny |= denies || outcome.fails;
        self.must_deny |= must && (denies || !outcome.resolves);
        // Where it can't be told who asks, it denies.
        let asks = role & role::ASKS != 0 && outcome.resolves;
        self.may_ask |= asks;
        self.must_ask |= asks && must;
    }

    /// The effects that can be reached.
    pub(super) fn effects(self) -> impl Iterator<Item = DecisionEffect> {
        let permits = |roles: u16| {
            let delegated = role::DELEGATES | role::SHARES;
            roles & role::OPENS != 0 || roles & delegated == delegated
        };
        let open = permits(self.may) && !self.must_deny;
        [
            (DecisionEffect::Allow, open && !self.must_ask),
            (
                DecisionEffect::Deny,
                self.may_deny || self.may_be_invalid || !permits(self.must),
            ),
            (DecisionEffect::RequireApproval, open && self.may_ask),
        ]
        .into_iter()
        .filter_map(|(effect, possible)| possible.then_some(effect))
    }

    /// The modes that can be reached, for those that the run may ask for.
    pub(super) fn modes(self, asked: [bool; 2]) -> impl Iterator<Item = Mode> {
        let [draft, auto] = asked;
        let drafts = |roles: u16| roles & role::DRAFTS != 0;
        [
            (
                Mode::Draft,
                draft || self.may_be_invalid || drafts(self.may),
            ),
            (Mode::Auto, auto && !drafts(self.must)),
        ]
        .into_iter()
        .filter_map(|(mode, possible)| possible.then_some(mode))
    }
}
