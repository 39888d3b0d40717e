//! The effects and modes that a decision may have: the decision rule over what each policy may come to.

use super::outcome::Outcome;
use super::overlay::Overlay;
use crate::compile::role;
use crate::model::{DecisionEffect, Mode, PreviewCell};

/// A cell in one byte: from the lowest bit allow, deny, require_approval, draft, auto, settled, may be invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell(u8);

const SETTLED: u8 = 32;
const MAY_BE_INVALID: u8 = 64;

impl Cell {
    fn new(bits: [bool; 7]) -> Self {
        let places = bits
            .into_iter()
            .zip([1, 2, 4, 8, 16, SETTLED, MAY_BE_INVALID]);
        Self(places.fold(
            0,
            |byte, (bit, place)| if bit { byte | place } else { byte },
        ))
    }

    /// The cell of a request that is none of those that a residual is for: denied in draft.
    pub(super) const OUTSIDE: Self = Self(2 | 8 | SETTLED);

    /// The cell of a request that is invalid, unless an unknown value makes it so.
    pub(super) fn invalid(may_be_otherwise: bool) -> Self {
        Self::new([false, true, false, true, false, !may_be_otherwise, true])
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn byte(self) -> u8 {
        self.0
    }

    pub(super) fn is_settled(self) -> bool {
        self.0 & SETTLED != 0
    }

    /// The same in words.
    pub(crate) fn told(self) -> PreviewCell {
        let effects = [
            (1, DecisionEffect::Allow),
            (2, DecisionEffect::Deny),
            (4, DecisionEffect::RequireApproval),
        ];
        let modes = [(8, Mode::Draft), (16, Mode::Auto)];
        let has = |bit: u8| self.0 & bit != 0;
        PreviewCell {
            effects: effects.iter().filter(|e| has(e.0)).map(|e| e.1).collect(),
            modes: modes.iter().filter(|m| has(m.0)).map(|m| m.1).collect(),
            settled: has(SETTLED),
            may_be_invalid: has(MAY_BE_INVALID),
        }
    }
}

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
    settled: bool,
}

impl Outlook {
    /// A value of an unknown field may make the request invalid: denied, in draft.
    /// What a residual lays over may be anything that its private policies may do.
    pub(super) fn new(may_be_invalid: bool, overlay: Option<&Overlay<'_>>) -> Self {
        let may = overlay.map_or(0, |overlay| overlay.may);
        let restricts = may & role::DENIES != 0;
        Self {
            may,
            must: 0,
            may_deny: restricts,
            must_deny: false,
            may_ask: restricts,
            must_ask: false,
            may_be_invalid,
            settled: !may_be_invalid && may == 0,
        }
    }

    /// Adds what a policy may come to.
    #[inline(always)]
    pub(super) fn add(&mut self, role: u16, outcome: Outcome) {
        self.settled &= outcome.settled;
        if role & role::SHADOW != 0 || !outcome.applies {
            return;
        }
        let must = !outcome.passes;
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

    /// The effects and modes that can be reached, where the run asks for a draft, and where for anything else.
    pub(super) fn cell(self, [draft, auto]: [bool; 2]) -> Cell {
        let permits = |roles: u16| {
            let delegated = role::DELEGATES | role::SHARES;
            roles & role::OPENS != 0 || roles & delegated == delegated
        };
        let drafts = |roles: u16| roles & role::DRAFTS != 0;
        let open = permits(self.may) && !self.must_deny;
        Cell::new([
            open && !self.must_ask,
            self.may_deny || self.may_be_invalid || !permits(self.must),
            open && self.may_ask,
            draft || self.may_be_invalid || drafts(self.may),
            auto && !drafts(self.must),
            self.settled,
            self.may_be_invalid,
        ])
    }
}
