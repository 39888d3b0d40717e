//! Frames: what was read of one request, packed in cells of 16 bytes.
//!
//! The JavaScript encoder and [`crate::eval::encode`] write the same frames. A cell is two words:
//! a tag and a length, then a payload. The cell of a node stands at the node's number; the elements
//! of arrays stand behind the last node.

use crate::compile::NodeId;

/// What a cell holds.
pub(crate) mod tag {
    /// No own enumerable property, or `undefined`.
    pub(crate) const MISSING: u32 = 0;
    /// `null`.
    pub(crate) const NULL: u32 = 1;
    /// `false`.
    pub(crate) const FALSE: u32 = 2;
    /// `true`.
    pub(crate) const TRUE: u32 = 3;
    /// A double, as it was.
    pub(crate) const NUMBER: u32 = 4;
    /// A string among the node's literals, by number.
    pub(crate) const INTERNED: u32 = 5;
    /// A string: its length in bytes, and where in the heap they are.
    pub(crate) const STRING: u32 = 6;
    /// A string that is none of the literals; its length is 0 if it is empty.
    pub(crate) const OTHER_STRING: u32 = 7;
    /// An array: its length, and the cell of its first element where elements were asked for.
    pub(crate) const ARRAY: u32 = 8;
    /// An object: how many names, and the cell of the first where names were asked for.
    pub(crate) const OBJECT: u32 = 9;
    /// Nothing that I-JSON can say, here or at an ancestor.
    pub(crate) const UNSUPPORTED: u32 = 10;
    /// A string over its cap.
    pub(crate) const LONG_STRING: u32 = 11;
    /// An array over its cap.
    pub(crate) const LONG_ARRAY: u32 = 12;
    /// An ancestor is there and is no object.
    pub(crate) const BLOCKED: u32 = 13;
    /// One cell for each element of an array: how many, and the first.
    pub(crate) const COLUMN: u32 = 14;
}

/// The length of an object with more names than the cap.
pub(crate) const TOO_MANY_NAMES: u32 = u32::MAX;

/// Where the elements of an array, or the names of an object, would begin that is past the cap on all
/// of its kind at one item path.
pub(crate) const TOO_MANY_NESTED: u32 = u32::MAX;

/// One cell. Its parts are read in the sizes in which the encoder writes them, so that a processor
/// can hand a value on from the write to the read.
#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) tag: u32,
    pub(crate) len: u32,
    /// A number of a cell, a literal or a byte; or the low half of a double.
    low: u32,
    high: u32,
}

impl Cell {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    pub(crate) fn new(tag: u32, len: u32, payload: u64) -> Self {
        Self {
            tag,
            len,
            low: payload as u32,
            high: (payload >> 32) as u32,
        }
    }

    #[inline(always)]
    pub(crate) fn number(self) -> f64 {
        f64::from_bits(u64::from(self.low) | (u64::from(self.high) << 32))
    }

    /// The payload as a number of a cell, a literal or a byte.
    #[inline(always)]
    pub(crate) fn index(self) -> usize {
        self.low as usize
    }

    /// Whether it holds a string that operators may read.
    #[inline(always)]
    pub(crate) fn is_text(self) -> bool {
        matches!(self.tag, tag::INTERNED | tag::STRING | tag::OTHER_STRING)
    }

    #[inline(always)]
    pub(crate) fn is_absent(self) -> bool {
        matches!(self.tag, tag::MISSING | tag::NULL)
    }
}

/// What was read of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    pub(crate) cells: Vec<Cell>,
    /// The bytes of strings.
    pub(crate) heap: Vec<u8>,
}

impl Frame {
    #[inline(always)]
    pub(crate) fn node(&self, node: NodeId) -> Cell {
        self.cell(node as usize)
    }

    #[inline(always)]
    pub(crate) fn cell(&self, index: usize) -> Cell {
        self.cells.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, index: usize, cell: Cell) {
        if self.cells.len() <= index {
            self.cells.resize(index.saturating_add(1), Cell::default());
        }
        if let Some(place) = self.cells.get_mut(index) {
            *place = cell;
        }
    }

    /// The text of a `STRING` cell; nothing if the bytes are no UTF-8.
    pub(crate) fn text(&self, cell: Cell) -> Option<&str> {
        let end = cell.index().checked_add(cell.len as usize)?;
        std::str::from_utf8(self.heap.get(cell.index()..end)?).ok()
    }
}
