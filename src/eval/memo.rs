//! What `as` made of a value, kept for the other leaves that ask the same of one request.

use std::cell::{OnceCell, RefCell};

use crate::compile::NodeId;
use crate::model::ErrorCode;

/// A derived scalar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Derived {
    Number(f64),
    Text(Box<str>),
}

/// Derived values by their node.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    cells: Vec<OnceCell<Result<Derived, ErrorCode>>>,
    /// Those that hold something, so that only they are forgotten.
    filled: RefCell<Vec<NodeId>>,
}

impl Memo {
    /// Forgets everything, and makes room for so many nodes.
    #[inline(always)]
    pub(crate) fn reset(&mut self, nodes: usize) {
        if !self.filled.get_mut().is_empty() || self.cells.len() < nodes {
            self.clear(nodes);
        }
    }

    #[inline(never)]
    fn clear(&mut self, nodes: usize) {
        for node in self.filled.get_mut().drain(..) {
            if let Some(cell) = self.cells.get_mut(node as usize) {
                cell.take();
            }
        }
        if self.cells.len() < nodes {
            self.cells.resize_with(nodes, OnceCell::new);
        }
    }

    /// The derived value of a node, made if it is asked for the first time.
    pub(crate) fn get(
        &self,
        node: NodeId,
        derive: impl FnOnce() -> Result<Derived, ErrorCode>,
    ) -> Option<&Result<Derived, ErrorCode>> {
        let cell = self.cells.get(node as usize)?;
        if cell.get().is_none() {
            self.filled.borrow_mut().push(node);
        }
        Some(cell.get_or_init(derive))
    }
}
