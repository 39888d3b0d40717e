//! Runs jumping code: the quick way through the commonest conditions.

use crate::compile::{APPLIES, Ask, Jump, PASSES};
use crate::eval::frame::{Cell, Frame, tag};
use crate::model::MAX_NUMBER;

/// Whether a policy applies, where that is plain to see.
#[inline(always)]
pub(crate) fn run(jumps: &[Jump], frame: &Frame) -> Option<bool> {
    let mut at = 0_usize;
    // Every jump leads onwards.
    while let Some(&jump) = jumps.get(at) {
        let next = if answer(jump, frame)? {
            jump.yes
        } else {
            jump.no
        };
        if next >= PASSES {
            return Some(next == APPLIES);
        }
        at = usize::from(next);
    }
    Some(true)
}

#[expect(
    clippy::float_cmp,
    reason = "equality of doubles is what `eq` means; −0 equals 0"
)]
#[inline(always)]
pub(crate) fn answer(jump: Jump, frame: &Frame) -> Option<bool> {
    let cell = frame.node(jump.node());
    match jump.ask() {
        Ask::IsLess => Some(exact(cell)? < jump.number()),
        Ask::IsLessOrEqual => Some(exact(cell)? <= jump.number()),
        Ask::IsNumber => Some(exact(cell)? == jump.number()),
        Ask::IsText => is_text(cell, jump.text()),
        Ask::IsTrue => match cell.tag {
            tag::TRUE => Some(true),
            tag::FALSE => Some(false),
            _ => None,
        },
        Ask::IncludesText => includes_text(cell, frame, jump.text()),
        Ask::Unknown => None,
    }
}

#[inline(always)]
fn exact(cell: Cell) -> Option<f64> {
    (cell.tag == tag::NUMBER && cell.number().abs() <= MAX_NUMBER).then(|| cell.number())
}

#[inline(always)]
fn is_text(cell: Cell, literal: usize) -> Option<bool> {
    match cell.tag {
        tag::INTERNED => Some(cell.index() == literal),
        tag::OTHER_STRING => Some(false),
        _ => None,
    }
}

/// All elements are looked at: one of another kind makes the whole an error.
#[inline(always)]
fn includes_text(cell: Cell, frame: &Frame, literal: usize) -> Option<bool> {
    if cell.tag != tag::ARRAY {
        return None;
    }
    let end = cell.index().checked_add(cell.len as usize)?;
    let elements = frame.cells.get(cell.index()..end)?;
    let mut found = false;
    for &element in elements {
        found |= is_text(element, literal)?;
    }
    Some(found)
}
