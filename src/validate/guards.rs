//! What is legal and unwise: an allow that an empty list satisfies, a deny that stops every tool without the argument.

use crate::derive::Glob;
use crate::model::{
    Address, Condition, Derivation, Leaf, Order, Policy, Scope as PolicyScope, Test,
};
use crate::parse::{At, DiagnosticCode as Code, Findings, quote};

use super::lookup::Scope;

/// The conditions beside a leaf of which each can make the whole false, with whether they stand under a `not`.
type Beside<'p> = Vec<(&'p Condition, bool)>;

/// What is done at a leaf: whether it stands under a `not`, what stands beside it, and where.
type Visit<'p, 'w> = dyn FnMut(&'p Leaf, bool, &[(&'p Condition, bool)], &At<'_>) + 'w;

/// Visits each leaf of a policy with what stands beside it.
struct Walk<'p, 'w> {
    beside: Beside<'p>,
    visit: &'w mut Visit<'p, 'w>,
}

impl<'p> Walk<'p, '_> {
    fn policy(&mut self, policy: &'p Policy, at: &At<'_>) {
        if let Some(when) = &policy.when {
            self.beside
                .extend(policy.unless.iter().map(|unless| (unless, true)));
            self.condition(when, false, &at.key("when"));
            self.beside.clear();
        }
        if let Some(unless) = &policy.unless {
            self.beside
                .extend(policy.when.iter().map(|when| (when, false)));
            self.condition(unless, true, &at.key("unless"));
            self.beside.clear();
        }
    }

    fn condition(&mut self, condition: &'p Condition, negated: bool, at: &At<'_>) {
        let (children, key, joins) = match condition {
            Condition::All(children) => (children, "all", !negated),
            Condition::Any(children) => (children, "any", negated),
            Condition::Not(child) => {
                self.condition(child, !negated, &at.key("not"));
                return;
            }
            Condition::Leaf(leaf) => {
                (self.visit)(leaf, negated, &self.beside, at);
                return;
            }
        };
        let at = at.key(key);
        let outer = self.beside.len();
        for (i, child) in children.iter().enumerate() {
            if joins {
                let others = children.iter().enumerate().filter(|(j, _)| *j != i);
                self.beside
                    .extend(others.map(|(_, other)| (other, negated)));
            }
            self.condition(child, negated, &at.index(i));
            self.beside.truncate(outer);
        }
    }
}

/// Whether some leaf that must hold beside satisfies the test.
fn holds_beside(beside: &[(&Condition, bool)], test: &dyn Fn(&Leaf, bool) -> bool) -> bool {
    beside
        .iter()
        .any(|(condition, negated)| must_hold(condition, *negated, test))
}

fn must_hold(condition: &Condition, negated: bool, test: &dyn Fn(&Leaf, bool) -> bool) -> bool {
    match (condition, negated) {
        (Condition::All(children), false) | (Condition::Any(children), true) => {
            children.iter().any(|child| must_hold(child, negated, test))
        }
        (Condition::All(children), true) | (Condition::Any(children), false) => {
            !children.is_empty() && children.iter().all(|child| must_hold(child, negated, test))
        }
        (Condition::Not(child), negated) => must_hold(child, !negated, test),
        (Condition::Leaf(leaf), negated) => test(leaf, negated),
    }
}

/// Warns of every `every` in an allow that an empty list makes true.
pub(crate) fn warn_of_empty_lists(policy: &Policy, at: &At<'_>, findings: &mut Findings) {
    if !has_leaf(policy, &|leaf| matches!(leaf.test, Test::Quantified { .. })) {
        return;
    }
    let mut visit = |leaf: &Leaf, negated: bool, beside: &[(&Condition, bool)], at: &At<'_>| {
        if negated || !matches!(leaf.test, Test::Quantified { every: true, .. }) {
            return;
        }
        let filled = |other: &Leaf, negated: bool| {
            !negated && other.address == leaf.address && asks_for_elements(other)
        };
        if !holds_beside(beside, &filled) {
            findings.warning(
                Code::EmptyEvery,
                &at.key("every"),
                &["`every` holds for an empty list, and so would this allow"],
                "add a leaf that asks for `\"as\": \"size\", \"gt\": 0` beside it",
            );
        }
    };
    Walk {
        beside: Vec::new(),
        visit: &mut visit,
    }
    .policy(policy, at);
}

/// Whether a leaf is false for an empty list.
fn asks_for_elements(leaf: &Leaf) -> bool {
    match &leaf.test {
        Test::Quantified { every, .. } => !every,
        Test::Includes(_) | Test::IncludesSome { .. } => true,
        Test::Compares { order, .. } => {
            leaf.derivation == Some(Derivation::Size)
                && matches!(order, Order::Greater | Order::GreaterOrEqual)
        }
        Test::Equals { .. } => leaf.derivation == Some(Derivation::Size),
        _ => false,
    }
}

/// Warns of a deny on an argument that most of the tools that it covers lack: each call of those is an error there, and denied.
pub(crate) fn warn_of_lacking_tools(
    policy: &Policy,
    scope: &Scope<'_>,
    at: &At<'_>,
    findings: &mut Findings,
) {
    let wide = policy.scope != PolicyScope::Tool
        || policy
            .target
            .iter()
            .any(|pattern| Glob::parse(pattern).is_ok_and(|glob| glob.as_exact().is_none()));
    let of_input =
        |leaf: &Leaf| matches!(&leaf.address, Address::Field(path) if path.head() == "input");
    if !wide || scope.tools.len() < 2 || !has_leaf(policy, &of_input) {
        return;
    }
    let mut visit = |leaf: &Leaf, _negated: bool, beside: &[(&Condition, bool)], at: &At<'_>| {
        let Address::Field(path) = &leaf.address else {
            return;
        };
        let reads = !matches!(leaf.test, Test::Exists(_)) && leaf.default.is_none();
        if !reads || path.head() != "input" {
            return;
        }
        let lacking = scope.field(path).lacking;
        let most = lacking.saturating_mul(2) > scope.tools.len() && lacking < scope.tools.len();
        let guard = |other: &Leaf, negated: bool| match &other.address {
            Address::Field(field) => {
                field.head() == "tool"
                    || (other.test == Test::Exists(!negated)
                        && path.segments().starts_with(field.segments()))
            }
            _ => false,
        };
        if most && !holds_beside(beside, &guard) {
            findings.warning(
                Code::UnguardedField,
                &at.key("field"),
                &[
                    &lacking.to_string(),
                    " of the ",
                    &scope.tools.len().to_string(),
                    " tools that the policy covers have no ",
                    &quote(&path.to_string()),
                    ", and it denies every call of those",
                ],
                "narrow the target, ask `\"exists\": true` beside it, or give a `default`",
            );
        }
    };
    Walk {
        beside: Vec::new(),
        visit: &mut visit,
    }
    .policy(policy, at);
}

fn has_leaf(policy: &Policy, test: &dyn Fn(&Leaf) -> bool) -> bool {
    policy
        .when
        .iter()
        .chain(&policy.unless)
        .any(|condition| any_leaf(condition, test))
}

fn any_leaf(condition: &Condition, test: &dyn Fn(&Leaf) -> bool) -> bool {
    match condition {
        Condition::All(children) | Condition::Any(children) => {
            children.iter().any(|child| any_leaf(child, test))
        }
        Condition::Not(child) => any_leaf(child, test),
        Condition::Leaf(leaf) => test(leaf),
    }
}
