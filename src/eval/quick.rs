//! The quick way through the commonest leaves: one cell against one constant.
//!
//! It answers only what needs no more than the cell; everything else, errors included, goes the
//! ordinary way, which gives the same answers (the tests compare the two).

use crate::compile::{Check, Constant, Probe};
use crate::eval::frame::{Cell, tag};
use crate::model::MAX_NUMBER;

/// Whether the value in a cell passes, where that is plain to see.
#[inline(always)]
pub(crate) fn answer(probe: &Probe, cell: Cell) -> Option<bool> {
    if probe.derivation.is_some() {
        return None;
    }
    match probe.check {
        Check::Compares { order, right } => Some(order.holds(exact(cell)?, right)),
        Check::Equals { negated, right } => Some(is(cell, right)? != negated),
        _ => None,
    }
}

fn exact(cell: Cell) -> Option<f64> {
    (cell.tag == tag::NUMBER && cell.number().abs() <= MAX_NUMBER).then(|| cell.number())
}

#[expect(
    clippy::float_cmp,
    reason = "equality of doubles is what `eq` means; −0 equals 0"
)]
fn is(cell: Cell, constant: Constant) -> Option<bool> {
    match (cell.tag, constant) {
        (tag::INTERNED, Constant::Text(id)) => Some(cell.index() == id as usize),
        (tag::OTHER_STRING, Constant::Text(_)) => Some(false),
        (tag::TRUE, Constant::Bool(expected)) => Some(expected),
        (tag::FALSE, Constant::Bool(expected)) => Some(!expected),
        (tag::NUMBER, Constant::Number(expected)) => Some(exact(cell)? == expected),
        _ => None,
    }
}
