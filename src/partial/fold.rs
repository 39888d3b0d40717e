//! What is left of a condition once what is known is folded away.

use super::sets::{Known, truths};
use crate::compile::{Compiled, Expr, Probe};

/// A condition of leaves that something unknown decides.
pub(super) enum Residual<'a> {
    /// Nothing is left: it holds, or it does not.
    Certain(bool),
    All(Vec<Residual<'a>>),
    Any(Vec<Residual<'a>>),
    Not(Box<Residual<'a>>),
    Leaf(&'a Probe),
    /// A quantifier whose body is folded as well.
    Quantified(&'a Probe, Box<Residual<'a>>),
    /// A leaf that errs by what is known, whatever it compares with.
    Erring(&'a Probe),
}

/// The condition of a policy. Where it errs the policy applies if it restricts, and does not if it allows; since the
/// logic is monotone, an error that is certain can stand for that, and for the opposite under `not`.
pub(super) fn residual<'a>(
    known: Known<'a>,
    policy: &'a Compiled,
    restricts: bool,
) -> Residual<'a> {
    let when = policy
        .when
        .as_ref()
        .map(|when| fold(known, when, Some(restricts), &Residual::Leaf));
    let unless = policy
        .unless
        .as_ref()
        .map(|unless| negated(fold(known, unless, Some(!restricts), &Residual::Leaf)));
    join(&mut when.into_iter().chain(unless), true)
}

/// `error` is what an error counts as, where it stands; without it errors stay what they are, and the leaves that err stay.
/// `stays` says what a leaf is that does.
pub(super) fn fold<'a>(
    known: Known<'a>,
    expr: &'a Expr,
    error: Option<bool>,
    stays: &dyn Fn(&'a Probe) -> Residual<'a>,
) -> Residual<'a> {
    let truths = truths(known, expr, None);
    let counted = error.map_or(truths, |error| truths.counting_errors_as(error));
    if let Some(certain) = counted.certain() {
        return Residual::Certain(certain);
    }
    match expr {
        Expr::All(children) | Expr::Any(children) => {
            let mut left = children.iter().map(|c| fold(known, c, error, stays));
            join(&mut left, matches!(expr, Expr::All(_)))
        }
        Expr::Not(child) => negated(fold(known, child, error.map(|error| !error), stays)),
        Expr::Probe(probe) => stays(probe),
    }
}

/// Joins by `all` or by `any`: flat, and without what decides nothing.
pub(super) fn join<'a>(
    children: &mut dyn Iterator<Item = Residual<'a>>,
    all: bool,
) -> Residual<'a> {
    let mut kept = Vec::new();
    for child in children {
        match child {
            Residual::Certain(certain) if certain == all => {}
            Residual::Certain(decisive) => return Residual::Certain(decisive),
            Residual::All(inner) if all => kept.extend(inner),
            Residual::Any(inner) if !all => kept.extend(inner),
            other => kept.push(other),
        }
    }
    match (kept.len(), kept.pop()) {
        (_, None) => Residual::Certain(all),
        (1, Some(one)) => one,
        (_, Some(last)) => {
            kept.push(last);
            if all {
                Residual::All(kept)
            } else {
                Residual::Any(kept)
            }
        }
    }
}

pub(super) fn negated(residual: Residual<'_>) -> Residual<'_> {
    match residual {
        Residual::Certain(certain) => Residual::Certain(!certain),
        Residual::Not(inner) => *inner,
        other => Residual::Not(Box::new(other)),
    }
}
