//! Conditions over requests of which a part is unknown: evaluated where they read what is known, in sets elsewhere.

use super::reach::reach;
use super::truths::Truths;
use super::unknown::Unknown;
use crate::compile::{Check, Expr, NodeId, Probe};
use crate::eval::{Element, Reader, View, eval_leaf, kind_of_elements, value};
use crate::model::{Derivation, MAX_CELLS};

/// What is known, and what is not.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) unknown: &'a Unknown,
}

impl Known<'_> {
    /// Whether the value at a node may be any.
    pub(super) fn lacks(self, node: NodeId) -> bool {
        self.unknown.covers(node)
    }
}

/// What a condition may come to.
pub(super) fn truths<'a>(known: Known<'a>, expr: &'a Expr, element: Option<Element<'a>>) -> Truths {
    let each = |children: &'a [Expr]| children.iter().map(move |c| truths(known, c, element));
    match expr {
        Expr::All(children) => each(children).fold(Truths::TRUE, Truths::and),
        Expr::Any(children) => each(children).fold(Truths::FALSE, Truths::or),
        Expr::Not(child) => truths(known, child, element).not(),
        Expr::Probe(probe) => leaf(known, probe, element),
    }
}

fn leaf<'a>(known: Known<'a>, probe: &'a Probe, element: Option<Element<'a>>) -> Truths {
    if let Check::Quantified {
        every,
        body,
        leaves,
    } = &probe.check
    {
        return quantified(known, probe, element, (*every, body, *leaves));
    }
    if known.lacks(probe.node) {
        return reach(known, probe);
    }
    if lists_unknown(known, probe) {
        return Truths::ANY;
    }
    match right(probe) {
        Some(node) if known.lacks(node) => against_anything(known, probe, element),
        _ => Truths::known(eval_leaf(known.reader, probe, element)),
    }
}

/// Whether anything that a leaf reads may be any.
pub(super) fn reads_unknown(known: Known<'_>, probe: &Probe) -> bool {
    let lacks = |node| known.lacks(node);
    lacks(probe.node) || lists_unknown(known, probe) || right(probe).is_some_and(lacks)
}

/// Whether it reads the names of an object of which a member may be there or not.
pub(super) fn lists_unknown(known: Known<'_>, probe: &Probe) -> bool {
    probe.derivation == Some(Derivation::Keys) && known.unknown.lies_in(probe.node)
}

/// The node of the field on the right side.
pub(super) fn right(probe: &Probe) -> Option<NodeId> {
    match probe.check {
        Check::EqualsField { right, .. }
        | Check::ComparesField { right, .. }
        | Check::InField { right, .. }
        | Check::IncludesField(right) => Some(right),
        _ => None,
    }
}

/// A known value on the left, anything on the right.
fn against_anything<'a>(
    known: Known<'a>,
    probe: &'a Probe,
    element: Option<Element<'a>>,
) -> Truths {
    let Ok(value) = value(known.reader, probe, element) else {
        return Truths::ERROR;
    };
    let fits = match probe.check {
        Check::ComparesField { .. } => matches!(value, View::Number(_)),
        Check::IncludesField(_) => match kind_of_elements(known.reader, &value) {
            Ok(None) => return Truths::ERROR.with(Truths::FALSE),
            elements => elements.is_ok(),
        },
        _ => value.kind().is_some(),
    };
    if fits { Truths::ANY } else { Truths::ERROR }
}

fn quantified<'a>(
    known: Known<'a>,
    probe: &'a Probe,
    element: Option<Element<'a>>,
    (every, body, leaves): (bool, &'a Expr, usize),
) -> Truths {
    if known.lacks(probe.node) || lists_unknown(known, probe) {
        return of_any_array(known, body, every);
    }
    let elements = match value(known.reader, probe, element) {
        Ok(View::Array(elements)) if elements.len().saturating_mul(leaves) <= MAX_CELLS => elements,
        _ => return Truths::ERROR,
    };
    let each = (0..elements.len()).map(|index| {
        let column = probe.elements;
        truths(
            known,
            body,
            Some(Element {
                elements,
                index,
                column,
            }),
        )
    });
    if every {
        each.fold(Truths::TRUE, Truths::and)
    } else {
        each.fold(Truths::FALSE, Truths::or)
    }
}

/// What is no array errs, an empty one decides, and one element decides otherwise where the body can.
fn of_any_array(known: Known<'_>, body: &Expr, every: bool) -> Truths {
    let body = of_any_element(known, body);
    let otherwise = if every { Truths::FALSE } else { Truths::TRUE };
    let decided = Truths::ERROR.with(otherwise.not());
    if body.has(otherwise) {
        decided.with(otherwise)
    } else {
        decided
    }
}

/// A body for an element that may be anything; what it reads from the root may be known.
fn of_any_element(known: Known<'_>, body: &Expr) -> Truths {
    let each = |children: &[Expr]| -> Vec<Truths> {
        children.iter().map(|c| of_any_element(known, c)).collect()
    };
    match body {
        Expr::All(children) => each(children).into_iter().fold(Truths::TRUE, Truths::and),
        Expr::Any(children) => each(children).into_iter().fold(Truths::FALSE, Truths::or),
        Expr::Not(child) => of_any_element(known, child).not(),
        Expr::Probe(probe) if known.reader.is_column(probe.node) => reach(known, probe),
        Expr::Probe(probe) => leaf(known, probe, None),
    }
}
