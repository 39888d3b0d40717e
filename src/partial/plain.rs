//! What jumping code may lead to: the quick way where cells and constants tell all.

use super::truths::Truths;
use super::unknown::Unknown;
use crate::compile::{APPLIES, Ask, Jump, NodeId, PASSES, Snapshot};
use crate::eval::{Frame, answer, tag};
use crate::model::MAX_NUMBER;

/// Longer code is left to the trees.
const MAX_JUMPS: usize = 64;

/// What a policy's conditions come to, by its jumping code; nothing where that can't tell. All that is known is read.
///
/// Each leaf is one test and is there once. So where ways through the tests of unknown values lead to either end, errors can
/// be reached as well; and where all lead to one, nothing else can.
pub(super) fn plain(
    snapshot: &Snapshot,
    jumps: &[Jump],
    frame: &Frame,
    unknown: &Unknown,
) -> Option<Truths> {
    if jumps.len() > MAX_JUMPS {
        return None;
    }
    let (mut applies, mut passes) = (jumps.is_empty(), false);
    // A bit for each test that some way leads to. Every jump leads onwards.
    let mut reached = 1_u64;
    for (at, &jump) in (0_u32..).zip(jumps) {
        if reached.checked_shr(at)? & 1 == 0 {
            continue;
        }
        let (yes, no) = if !unknown.covers(jump.node()) {
            let yes = known(snapshot, jump, frame)?;
            (yes, !yes)
        } else if may_be_either(jump) {
            (true, true)
        } else {
            return None;
        };
        for (is_open, to) in [(yes, jump.yes), (no, jump.no)] {
            match to {
                _ if !is_open => {}
                APPLIES => applies = true,
                PASSES => passes = true,
                to => reached |= 1_u64.checked_shl(u32::from(to))?,
            }
        }
    }
    Some(match (applies, passes) {
        (true, true) => Truths::ANY,
        (true, false) => Truths::TRUE,
        _ => Truths::FALSE,
    })
}

/// Whether some values pass a test and others fail it.
fn may_be_either(jump: Jump) -> bool {
    match jump.ask() {
        Ask::IsLess | Ask::IsLessOrEqual => jump.number().abs() < MAX_NUMBER,
        Ask::IsNumber | Ask::IsText | Ask::IsTrue | Ask::IncludesText => true,
        Ask::Unknown => false,
    }
}

/// The answer of a test whose value is known. A frame of this encoder holds other strings in full than the literals of a node.
fn known(snapshot: &Snapshot, jump: Jump, frame: &Frame) -> Option<bool> {
    let plain = answer(jump, frame);
    if plain.is_some() {
        return plain;
    }
    let is_other = |node: NodeId, tag: u32| {
        let known = snapshot.nodes.get(node);
        tag == tag::STRING && known.is_some_and(|node| node.interned().is_some())
    };
    let cell = frame.node(jump.node());
    match jump.ask() {
        Ask::IsText => is_other(jump.node(), cell.tag).then_some(false),
        Ask::IncludesText if cell.tag == tag::ARRAY => {
            let column = snapshot.nodes.elements_of(jump.node())?;
            let end = cell.index().checked_add(cell.len as usize)?;
            let mut found = false;
            for element in frame.cells.get(cell.index()..end)? {
                if element.tag == tag::INTERNED {
                    found |= element.index() == jump.text();
                } else if !is_other(column, element.tag) {
                    return None;
                }
            }
            Some(found)
        }
        _ => None,
    }
}
