//! What a residual tells of the leaves that stay in it: nothing that is settled by what is known, since what it compares
//! with may be for others.

use super::fold::{Residual, join, negated};
use super::sets::{Known, lists_unknown, reads_unknown};
use crate::compile::{Check, Expr, Probe, fixed};
use crate::eval::{Element, Elements, View, eval_leaf, value};
use crate::explain::facts::{Context, asked};
use crate::model::{ErrorCode, MAX_CELLS, MAX_ELEMENTS, Value};

/// One of as many elements as there may be: each has the smallest share of the steps.
const MOST: Element<'_> = Element {
    elements: Elements::Cells {
        first: 0,
        len: MAX_ELEMENTS,
    },
    index: 0,
    column: fixed::ROOT,
};

/// What is left of a condition without what is settled; nothing where it can't be said so.
pub(super) fn spared<'a>(
    known: Known<'a>,
    context: Context<'a>,
    folded: Residual<'a>,
) -> Option<Residual<'a>> {
    let each = |children: Vec<Residual<'a>>| {
        let spared = children.into_iter().map(|c| spared(known, context, c));
        spared.collect::<Option<Vec<_>>>()
    };
    Some(match folded {
        Residual::All(children) => Residual::All(each(children)?),
        Residual::Any(children) => Residual::Any(each(children)?),
        Residual::Not(child) => Residual::Not(Box::new(spared(known, context, *child)?)),
        Residual::Leaf(probe) => match &probe.check {
            Check::Quantified { body, leaves, .. } => {
                quantified(known, context, probe, (body, *leaves))?
            }
            _ => leaf(known, context, probe, &[None])?,
        },
        other => other,
    })
}

/// A leaf, which comes to the same at all the elements or stays; nothing where what stays would tell what is settled.
fn leaf<'a>(
    known: Known<'a>,
    context: Context<'a>,
    probe: &'a Probe,
    at: &[Option<Element<'a>>],
) -> Option<Residual<'a>> {
    if reads_unknown(known, probe) {
        let tells = probe.default.is_some() && !known.lacks(probe.node);
        return (!tells).then_some(Residual::Leaf(probe));
    }
    let come_to = |element: &Option<Element<'a>>| {
        eval_leaf(known.reader, probe, *element).map_err(|trouble| trouble.code)
    };
    let first = at.first().map(come_to);
    let settled = first.filter(|first| at.iter().all(|element| come_to(element) == *first));
    let has_literals = !matches!(probe.check, Check::Exists(_))
        && !matches!(asked(context, probe).1, Value::Object(_));
    match settled {
        Some(Ok(truth)) => Some(Residual::Certain(truth)),
        _ if !has_literals && probe.default.is_none() => Some(Residual::Leaf(probe)),
        Some(Err(code)) => erring(known, probe).filter(|_| code != ErrorCode::TooCostly),
        None => None,
    }
}

/// A leaf of which all values err alike.
fn erring<'a>(known: Known<'a>, probe: &'a Probe) -> Option<Residual<'a>> {
    let is_plain = probe.default.is_none() && !known.reader.is_column(probe.node);
    is_plain.then_some(Residual::Erring(probe))
}

/// A quantifier; where its elements are not known, any number of them may share the steps of its leaves.
fn quantified<'a>(
    known: Known<'a>,
    context: Context<'a>,
    probe: &'a Probe,
    (body, leaves): (&'a Expr, usize),
) -> Option<Residual<'a>> {
    let elements = if known.lacks(probe.node) || lists_unknown(known, probe) {
        vec![None, Some(MOST)]
    } else {
        let elements = match value(known.reader, probe, None) {
            Ok(View::Array(elements)) => elements,
            _ => return erring(known, probe),
        };
        if probe.default.is_some() || elements.len().saturating_mul(leaves) > MAX_CELLS {
            return None;
        }
        let column = probe.elements;
        let at = |index| Element {
            elements,
            index,
            column,
        };
        (0..elements.len()).map(|index| Some(at(index))).collect()
    };
    let body = of_elements(known, context, body, &elements)?;
    // Fewer leaves could be asked of more elements.
    let is_exact = leaves.saturating_mul(MAX_ELEMENTS) <= MAX_CELLS || count(&body) == leaves;
    is_exact.then(|| Residual::Quantified(probe, Box::new(body)))
}

/// The body of a quantifier for each of its elements.
fn of_elements<'a>(
    known: Known<'a>,
    context: Context<'a>,
    body: &'a Expr,
    at: &[Option<Element<'a>>],
) -> Option<Residual<'a>> {
    let each = |children: &'a [Expr], all| {
        let left = children.iter().map(|c| of_elements(known, context, c, at));
        let left: Vec<_> = left.collect::<Option<_>>()?;
        Some(join(left.into_iter(), all))
    };
    match body {
        Expr::All(children) => each(children, true),
        Expr::Any(children) => each(children, false),
        Expr::Not(child) => Some(negated(of_elements(known, context, child, at)?)),
        Expr::Probe(probe) => leaf(known, context, probe, at),
    }
}

fn count(residual: &Residual<'_>) -> usize {
    match residual {
        Residual::All(children) | Residual::Any(children) => children.iter().map(count).sum(),
        Residual::Not(child) => count(child),
        _ => 1,
    }
}
