//! Where a reader stands in a document: a chain on the stack, made a pointer only on demand.

use crate::model::Pointer;

/// A place in the document that is read.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    /// The array of policies.
    Policies,
    /// The catalogue.
    Catalogue,
    /// A residual, but for its policies.
    Residual,
    /// A member.
    Key(&'a At<'a>, &'a str),
    /// An element.
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    /// One member deeper.
    pub(crate) fn key(&'a self, key: &'a str) -> At<'a> {
        At::Key(self, key)
    }

    /// One element deeper.
    pub(crate) fn index(&'a self, index: usize) -> At<'a> {
        At::Index(self, index)
    }

    /// The place in words that machines read.
    pub(crate) fn pointer(&self) -> Pointer {
        match self {
            At::Policies => Pointer::root(),
            At::Catalogue => Pointer::root().key("catalogue"),
            At::Residual => Pointer::root().key("residual"),
            At::Key(parent, key) => parent.pointer().key(key),
            At::Index(parent, index) => parent.pointer().index(*index),
        }
    }
}
