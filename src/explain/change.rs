//! The smallest change: one field's other value with which the engine decides otherwise.

use crate::compile::Snapshot;
use crate::eval::{Approved, Encoder, Place, Scratch, decide, routes};
use crate::explain::edit::{is_changeable, set};
use crate::explain::facts::{Context, Found, field, locate};
use crate::explain::flips::{Flip, leaf_pointers, pointer_of, policy_flips};
use crate::explain::raw::raw_values;
use crate::explain::survey::Surveyed;
use crate::model::{Change, Code, DecisionEffect, Effect, FieldName, Path, Pointer, Value};

/// So often a changed request is decided again.
const MAX_DECISIONS: usize = 256;

/// Decides a request anew.
pub(super) fn decide_again(
    snapshot: &Snapshot,
    request: &Value,
    approved: &[Approved],
    scratch: &mut Scratch,
) -> (DecisionEffect, Code) {
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let mut picks = Vec::new();
    routes(snapshot, request, &mut encoder, &mut picks);
    decide(snapshot, encoder.frame(), &picks, approved, None, scratch);
    (scratch.outcome.effect, scratch.outcome.code)
}

/// A search for a change.
pub(super) struct Search<'a> {
    snapshot: &'a Snapshot,
    request: Value,
    approved: &'a [Approved],
    now: (DecisionEffect, Code),
    scratch: Scratch,
    decisions: usize,
    best: Option<Change>,
    pub(super) capped: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        request: &Value,
        approved: &'a [Approved],
        now: (DecisionEffect, Code),
    ) -> Self {
        Self {
            snapshot,
            request: request.clone(),
            approved,
            now,
            scratch: Scratch::default(),
            decisions: 0,
            best: None,
            capped: false,
        }
    }

    /// Tries the leaves of the policies that matter to the decision, those that matter most first.
    pub(super) fn run(mut self, policies: &[(Context<'_>, Surveyed)]) -> (Option<Change>, bool) {
        for turn in turns(self.now) {
            for (context, surveyed) in policies {
                if !context.policy.shadow && turn.concerns(context, surveyed) {
                    self.policy(*context, surveyed);
                }
            }
        }
        (self.best, self.capped)
    }

    fn policy(&mut self, context: Context<'_>, surveyed: &Surveyed) {
        if self.is_over() {
            return;
        }
        let pointers = leaf_pointers(context.policy);
        for flip in policy_flips(context, !surveyed.applies) {
            self.flip(context, flip, &pointers);
        }
        // An entity that was not stated is stated to be none.
        if let Some(trouble) = surveyed.trouble
            && trouble.place == Place::Scope
            && let FieldName(Some(path)) = field(context.reader, trouble.node, None)
            && self.request.get(path.head()).is_none()
            && path.segments().len() == 1
        {
            let pointer = crate::eval::pointer(context.policy, Place::Scope).to_string();
            self.propose(context, &path, &Value::Null, Value::Null, &pointer);
        }
    }

    fn flip(&mut self, context: Context<'_>, flip: Flip<'_>, pointers: &[Pointer]) {
        let probe = flip.probe;
        let FieldName(Some(path)) = field(context.reader, probe.node, flip.element) else {
            return;
        };
        let from = match locate(context, probe.node, flip.element) {
            Found::Name(_) | Found::Literal(_) | Found::Blocked => return,
            found => found.to_value(),
        };
        if !is_changeable(context.request, &path) {
            return;
        }
        let pointer = pointer_of(pointers, probe);
        for to in raw_values(context, flip, &from) {
            self.propose(context, &path, &from, to, &pointer);
        }
    }

    fn propose(
        &mut self,
        context: Context<'_>,
        path: &Path,
        from: &Value,
        to: Value,
        pointer: &str,
    ) {
        let stated = path.segments().len() == 1 && context.request.get(path.head()).is_none();
        if self.is_over() || (to == *from && !stated) || !is_json(&to) {
            return;
        }
        if self.decisions >= MAX_DECISIONS {
            self.capped = true;
            return;
        }
        self.decisions = self.decisions.saturating_add(1);
        let Some(edit) = set(&mut self.request, path, to.clone()) else {
            return;
        };
        // A grant binds the input and the mode, so it lapses where they change.
        let binds = path.head() == "input" || path.head() == "run";
        let approved = if binds { &[] } else { self.approved };
        let (effect, code) =
            decide_again(self.snapshot, &self.request, approved, &mut self.scratch);
        edit.undo(&mut self.request);
        let better = self
            .best
            .as_ref()
            .is_none_or(|best| rank(effect) < rank(best.effect));
        if effect != self.now.0 && code != Code::InvalidRequest && better {
            self.best = Some(Change {
                field: FieldName(Some(path.clone())),
                from: from.clone(),
                to,
                policy_id: context.policy.id.to_string(),
                pointer: pointer.to_owned(),
                effect,
                code,
            });
        }
    }

    /// Whether nothing better can be found.
    fn is_over(&self) -> bool {
        let least = match self.now.0 {
            DecisionEffect::Allow => DecisionEffect::RequireApproval,
            DecisionEffect::Deny | DecisionEffect::RequireApproval => DecisionEffect::Allow,
        };
        self.capped || self.best.as_ref().is_some_and(|best| best.effect == least)
    }
}

fn is_json(value: &Value) -> bool {
    match value {
        Value::Number(_) => value.as_number().is_some(),
        Value::Array(elements) => elements.iter().all(is_json),
        _ => true,
    }
}

/// Less restrictive effects are lower.
fn rank(effect: DecisionEffect) -> u8 {
    match effect {
        DecisionEffect::Allow => 0,
        DecisionEffect::RequireApproval => 1,
        DecisionEffect::Deny => 2,
    }
}

/// Policies whose coming out otherwise may change a decision.
#[derive(Clone, Copy)]
struct Turn {
    effect: Option<Effect>,
    applies: bool,
}

impl Turn {
    fn concerns(self, context: &Context<'_>, surveyed: &Surveyed) -> bool {
        surveyed.applies == self.applies
            && match self.effect {
                Some(effect) => context.policy.effect == effect,
                None => surveyed.denies,
            }
    }
}

fn turns((effect, code): (DecisionEffect, Code)) -> Vec<Turn> {
    let turn = |effect, applies| Turn {
        effect: Some(effect),
        applies,
    };
    match (effect, code) {
        (DecisionEffect::Deny, Code::NoMatchingAllow) => vec![turn(Effect::Allow, false)],
        (DecisionEffect::Deny, _) => vec![Turn {
            effect: None,
            applies: true,
        }],
        (DecisionEffect::RequireApproval, _) => vec![
            turn(Effect::RequireApproval, true),
            turn(Effect::Deny, false),
            turn(Effect::Allow, true),
        ],
        (DecisionEffect::Allow, _) => vec![
            turn(Effect::RequireApproval, false),
            turn(Effect::Deny, false),
            turn(Effect::Allow, true),
        ],
    }
}
