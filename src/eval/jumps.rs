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

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: f64) -> Cell {
        Cell::new(tag::NUMBER, 0, number.to_bits())
    }

    fn literal(number: u64) -> Cell {
        Cell::new(tag::INTERNED, 0, number)
    }

    /// What is answered of a cell at a node.
    fn asked(ask: Ask, constant: u64, cell: Cell) -> Option<bool> {
        let mut frame = Frame::default();
        frame.set(3, cell);
        answer(Jump::new(ask, 3, constant), &frame)
    }

    #[test]
    fn numbers_are_compared_where_they_are_exact() {
        let asks = [Ask::IsLess, Ask::IsLessOrEqual, Ask::IsNumber];
        for (left, expected) in [
            (1.0, [true, true, false]),
            (2.0, [false, true, true]),
            (3.0, [false, false, false]),
            (-MAX_NUMBER, [true, true, false]),
            (MAX_NUMBER, [false, false, false]),
        ] {
            let answers = asks.map(|ask| asked(ask, 2.0_f64.to_bits(), number(left)));
            assert_eq!(answers, expected.map(Some), "{left}");
        }
        assert_eq!(asked(Ask::IsNumber, 0, number(-0.0)), Some(true));
        for left in [MAX_NUMBER + 1.0, -MAX_NUMBER - 1.0, f64::INFINITY, f64::NAN] {
            let answers = asks.map(|ask| asked(ask, 0, number(left)));
            assert_eq!(answers, [None; 3], "{left}");
        }
    }

    #[test]
    fn texts_are_compared_by_number_and_booleans_by_tag() {
        let other = Cell::new(tag::OTHER_STRING, 1, 0);
        assert_eq!(asked(Ask::IsText, 5, literal(5)), Some(true));
        assert_eq!(asked(Ask::IsText, 5, literal(4)), Some(false));
        assert_eq!(asked(Ask::IsText, 0, other), Some(false));
        let boolean = |tag| asked(Ask::IsTrue, 0, Cell::new(tag, 0, 0));
        assert_eq!(boolean(tag::TRUE), Some(true));
        assert_eq!(boolean(tag::FALSE), Some(false));
    }

    #[test]
    fn elements_are_all_looked_at() {
        let [one, two] = [literal(1), literal(2)];
        let includes = |elements: &[Cell]| {
            let mut frame = Frame::default();
            let len = u32::try_from(elements.len()).unwrap();
            frame.set(3, Cell::new(tag::ARRAY, len, 4));
            for (at, &element) in (4..).zip(elements) {
                frame.set(at, element);
            }
            answer(Jump::new(Ask::IncludesText, 3, 2), &frame)
        };
        assert_eq!(includes(&[]), Some(false));
        assert_eq!(
            includes(&[one, Cell::new(tag::OTHER_STRING, 1, 0)]),
            Some(false)
        );
        assert_eq!(includes(&[two, one]), Some(true));
        assert_eq!(includes(&[one, two, two]), Some(true));
        assert_eq!(includes(&[two, number(1.0)]), None);
        assert_eq!(includes(&[number(1.0), two]), None);
        // Elements that were not asked for are not there.
        let far = Cell::new(tag::ARRAY, 2, u64::from(u32::MAX));
        assert_eq!(asked(Ask::IncludesText, 2, far), None);
    }

    #[test]
    fn whatever_else_a_cell_holds_is_left_to_the_tree() {
        let asks = [
            Ask::IsLess,
            Ask::IsLessOrEqual,
            Ask::IsNumber,
            Ask::IsText,
            Ask::IsTrue,
            Ask::IncludesText,
        ];
        for tag in [
            tag::MISSING,
            tag::NULL,
            tag::STRING,
            tag::OBJECT,
            tag::UNSUPPORTED,
            tag::LONG_STRING,
            tag::LONG_ARRAY,
            tag::BLOCKED,
            tag::COLUMN,
        ] {
            let answers = asks.map(|ask| asked(ask, 0, Cell::new(tag, 0, 0)));
            assert_eq!(answers, [None; 6], "{tag}");
        }
        assert_eq!(asked(Ask::Unknown, 0, Cell::new(tag::TRUE, 0, 0)), None);
    }

    #[test]
    fn jumps_lead_on_until_an_end() {
        let mut frame = Frame::default();
        frame.set(1, Cell::new(tag::TRUE, 0, 0));
        assert_eq!(run(&[], &frame), Some(true));
        assert_eq!(run(&[Jump::to(APPLIES)], &frame), Some(true));
        assert_eq!(run(&[Jump::to(PASSES)], &frame), Some(false));
        let code = [Jump::to(2), Jump::to(APPLIES), Jump::to(PASSES)];
        assert_eq!(run(&code, &frame), Some(false));
        frame.set(1, Cell::new(tag::FALSE, 0, 0));
        assert_eq!(run(&[Jump::to(APPLIES)], &frame), Some(false));
        frame.set(1, Cell::default());
        assert_eq!(run(&code, &frame), None);
    }
}
