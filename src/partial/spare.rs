//! What a residual tells of the leaves that stay in it: nothing that is settled by what is known, since what it compares
//! with may be for others.

use std::cell::Cell as Flag;

use super::fold::{Residual, fold, join, negated};
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

/// What is known, of a policy that is told, and whether something of it can't be without what is settled.
pub(super) struct Spare<'a> {
    pub(super) known: Known<'a>,
    pub(super) context: Context<'a>,
    pub(super) withheld: Flag<bool>,
}

impl<'a> Spare<'a> {
    /// What is left of a condition.
    pub(super) fn fold(&self, expr: &'a Expr) -> Residual<'a> {
        fold(self.known, expr, None, &|probe| match &probe.check {
            Check::Quantified { body, leaves, .. } => self.quantified(probe, body, *leaves),
            _ => self.leaf(probe, &[None]),
        })
    }

    fn withhold(&self, probe: &'a Probe) -> Residual<'a> {
        self.withheld.set(true);
        Residual::Leaf(probe)
    }

    /// A leaf, which comes to the same at all the elements or stays.
    fn leaf(&self, probe: &'a Probe, at: &[Option<Element<'a>>]) -> Residual<'a> {
        if reads_unknown(self.known, probe) {
            let tells = probe.default.is_some() && !self.known.lacks(probe.node);
            return if tells {
                self.withhold(probe)
            } else {
                Residual::Leaf(probe)
            };
        }
        let come_to = |element: &Option<Element<'a>>| {
            eval_leaf(self.known.reader, probe, *element).map_err(|trouble| trouble.code)
        };
        let first = at.first().map(come_to);
        let settled = first.filter(|first| at.iter().all(|element| come_to(element) == *first));
        let tells = probe.default.is_some()
            || !matches!(probe.check, Check::Exists(_))
                && !matches!(asked(self.context, probe).1, Value::Object(_));
        match settled {
            Some(Ok(truth)) => Residual::Certain(truth),
            _ if !tells => Residual::Leaf(probe),
            Some(Err(code)) if code != ErrorCode::TooCostly => self.erring(probe),
            _ => self.withhold(probe),
        }
    }

    /// A leaf of which all values err alike.
    fn erring(&self, probe: &'a Probe) -> Residual<'a> {
        if probe.default.is_some() || self.known.reader.is_column(probe.node) {
            return self.withhold(probe);
        }
        Residual::Erring(probe)
    }

    /// A quantifier; where its elements are not known, any number of them may share the steps of its leaves.
    fn quantified(&self, probe: &'a Probe, body: &'a Expr, leaves: usize) -> Residual<'a> {
        let mut at = vec![None, Some(MOST)];
        if !self.known.lacks(probe.node) && !lists_unknown(self.known, probe) {
            let Ok(View::Array(elements)) = value(self.known.reader, probe, None) else {
                return self.erring(probe);
            };
            if probe.default.is_some() || elements.len().saturating_mul(leaves) > MAX_CELLS {
                return self.withhold(probe);
            }
            let column = probe.elements;
            let element = |index| Element {
                elements,
                index,
                column,
            };
            at = (0..elements.len()).map(|i| Some(element(i))).collect();
        }
        let body = self.body(body, &at);
        // Fewer leaves could be asked of more elements.
        if leaves.saturating_mul(MAX_ELEMENTS) > MAX_CELLS && count(&body) < leaves {
            return self.withhold(probe);
        }
        Residual::Quantified(probe, Box::new(body))
    }

    /// The body of a quantifier for each of its elements.
    fn body(&self, expr: &'a Expr, at: &[Option<Element<'a>>]) -> Residual<'a> {
        match expr {
            Expr::All(children) | Expr::Any(children) => {
                let mut left = children.iter().map(|c| self.body(c, at));
                join(&mut left, matches!(expr, Expr::All(_)))
            }
            Expr::Not(child) => negated(self.body(child, at)),
            Expr::Probe(probe) => self.leaf(probe, at),
        }
    }
}

fn count(residual: &Residual<'_>) -> usize {
    match residual {
        Residual::All(children) | Residual::Any(children) => children.iter().map(count).sum(),
        Residual::Not(child) => count(child),
        _ => 1,
    }
}
