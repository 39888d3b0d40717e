//! Leaves out of a condition what the rest of it says already: what stands twice, what is absorbed, and bounds that others imply.
//!
//! With an error between false and true, `all` is the least of its children, `any` the greatest, and `not` turns the order
//! round (Kleene's strong logic). So a child adds nothing to an `all` that holds one which is nowhere above it, and nothing to
//! an `any` that holds one which is nowhere below it.

use std::cell::Cell;

use super::fold::{Residual, join, negated};
use super::print;
use crate::compile::{Check, Probe};
use crate::explain::facts::Context;
use crate::model::Order;

/// How many pairs of leaves on one value are compared for one policy. What is left then stays as it is.
const MOST_COMPARED: u32 = 4_096;

/// The same condition, with errors where that had them, and what it says once said once.
pub(super) fn simplified<'a>(context: Context<'_>, residual: Residual<'a>) -> Residual<'a> {
    let left = Cell::new(MOST_COMPARED);
    Simplifier { context, left }.simple(residual)
}

struct Simplifier<'c> {
    context: Context<'c>,
    left: Cell<u32>,
}

impl Simplifier<'_> {
    fn simple<'a>(&self, residual: Residual<'a>) -> Residual<'a> {
        let (children, all) = match residual {
            Residual::All(children) => (children, true),
            Residual::Any(children) => (children, false),
            Residual::Not(child) => return negated(self.simple(*child)),
            other => return other,
        };
        let mut simple = children.into_iter().map(|child| self.simple(child));
        let children = match (join(&mut simple, all), all) {
            (Residual::All(children), true) | (Residual::Any(children), false) => children,
            (one, _) => return one,
        };
        let says = |one: &Residual<'_>, other: &Residual<'_>| {
            let (low, high) = if all { (one, other) } else { (other, one) };
            self.is_below(low, high)
        };
        let mut kept: Vec<Residual<'a>> = Vec::new();
        for child in children {
            if !kept.iter().any(|other| says(other, &child)) {
                kept.retain(|other| !says(&child, other));
                kept.push(child);
            }
        }
        join(&mut kept.into_iter(), all)
    }

    /// Whether a condition is nowhere above another, whatever is read; false where that is not seen.
    fn is_below(&self, low: &Residual<'_>, high: &Residual<'_>) -> bool {
        match (low, high) {
            (Residual::Any(low), _) => low.iter().all(|low| self.is_below(low, high)),
            (_, Residual::All(high)) => high.iter().all(|high| self.is_below(low, high)),
            (Residual::All(low), _) => low.iter().any(|low| self.is_below(low, high)),
            (_, Residual::Any(high)) => high.iter().any(|high| self.is_below(low, high)),
            (Residual::Not(low), Residual::Not(high)) => self.is_below(high, low),
            (Residual::Leaf(low), Residual::Leaf(high)) => self.is_leaf_below(low, high),
            _ => false,
        }
    }

    fn is_leaf_below(&self, low: &Probe, high: &Probe) -> bool {
        if low.place != high.place || low.node != high.node {
            return false;
        }
        let Some(left) = self.left.get().checked_sub(1) else {
            return false;
        };
        self.left.set(left);
        if let (
            &Check::Compares { order, right },
            &Check::Compares {
                order: than,
                right: bound,
            },
        ) = (&low.check, &high.check)
            && low.default.is_none()
            && high.default.is_none()
            && is_upper(order) == is_upper(than)
            && than.holds(right, bound)
        {
            return true;
        }
        print::leaf(self.context, low) == print::leaf(self.context, high)
    }
}

fn is_upper(order: Order) -> bool {
    matches!(order, Order::Less | Order::LessOrEqual)
}
