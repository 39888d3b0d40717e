//! Views: the value at a node, as conditions see it.

use std::borrow::Cow;

use crate::compile::{NodeId, Snapshot};
use crate::eval::frame::{Cell, Frame, tag};
use crate::eval::memo::Memo;
use crate::model::{ErrorCode, Literal, MAX_NUMBER, Scalar, ScalarKind};

/// A value that conditions can ask about.
#[derive(Clone, Debug)]
pub(crate) enum View<'a> {
    Absent,
    Bool(bool),
    Number(f64),
    Text(Text<'a>),
    Array(Elements<'a>),
    Object(Cell),
}

/// A string, known by its number among a node's literals or by its text.
#[derive(Clone, Debug)]
pub(crate) enum Text<'a> {
    Literal(u32),
    /// None of the literals, and nothing reads its bytes.
    Other,
    Str(Cow<'a, str>),
}

/// The elements of an array.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Elements<'a> {
    Cells { first: usize, len: usize },
    Scalars(&'a [Scalar]),
}

impl Elements<'_> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Cells { len, .. } => len,
            Self::Scalars(scalars) => scalars.len(),
        }
    }
}

/// The element that a quantifier looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) elements: Elements<'a>,
    pub(crate) index: usize,
    /// The node of the elements.
    pub(crate) column: NodeId,
}

impl<'a> View<'a> {
    /// The scalar's kind, if it is one.
    #[inline(always)]
    pub(crate) fn kind(&self) -> Option<ScalarKind> {
        match self {
            Self::Bool(_) => Some(ScalarKind::Bool),
            Self::Number(_) => Some(ScalarKind::Number),
            Self::Text(_) => Some(ScalarKind::String),
            Self::Absent | Self::Array(_) | Self::Object(_) => None,
        }
    }

    pub(crate) fn scalar(scalar: &'a Scalar) -> Self {
        match scalar {
            Scalar::Bool(b) => Self::Bool(*b),
            Scalar::Number(n) => Self::Number(*n + 0.0),
            Scalar::String(s) => Self::Text(Text::Str(Cow::Borrowed(s))),
        }
    }

    pub(crate) fn literal(literal: &'a Literal) -> Self {
        match literal {
            Literal::Scalar(scalar) => Self::scalar(scalar),
            Literal::List(scalars) => Self::Array(Elements::Scalars(scalars)),
        }
    }
}

/// A snapshot and a frame: everything that evaluation reads.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) frame: &'a Frame,
    pub(crate) memo: &'a Memo,
}

impl<'a> Reader<'a> {
    /// The cell of a node; in a quantifier, that of the element for nodes below it.
    #[inline(always)]
    pub(crate) fn cell(self, node: NodeId, element: Option<Element<'a>>) -> Result<Cell, View<'a>> {
        let Some(element) = element.filter(|_| self.is_column(node)) else {
            return Ok(self.frame.node(node));
        };
        match element.elements {
            Elements::Cells { first, .. } if node == element.column => {
                Ok(self.frame.cell(first.saturating_add(element.index)))
            }
            Elements::Cells { .. } => {
                let column = self.frame.node(node);
                Ok(match column.tag {
                    tag::COLUMN => self
                        .frame
                        .cell(column.index().saturating_add(element.index)),
                    _ => column,
                })
            }
            Elements::Scalars(scalars) if node == element.column => Err(scalars
                .get(element.index)
                .map_or(View::Absent, View::scalar)),
            // A literal default holds scalars, and a scalar has no members.
            Elements::Scalars(_) => Ok(Cell::new(tag::BLOCKED, 0, 0)),
        }
    }

    #[inline(always)]
    pub(crate) fn is_column(self, node: NodeId) -> bool {
        self.snapshot.nodes.get(node).is_some_and(|n| n.column)
    }

    /// The value of a node.
    #[inline(always)]
    pub(crate) fn view(
        self,
        node: NodeId,
        element: Option<Element<'a>>,
    ) -> Result<View<'a>, ErrorCode> {
        match self.cell(node, element) {
            Ok(cell) => self.decode(cell),
            Err(view) => Ok(view),
        }
    }

    #[inline(always)]
    pub(crate) fn decode(self, cell: Cell) -> Result<View<'a>, ErrorCode> {
        Ok(match cell.tag {
            tag::MISSING | tag::NULL => View::Absent,
            tag::FALSE => View::Bool(false),
            tag::TRUE => View::Bool(true),
            // A NaN is not within either.
            tag::NUMBER if cell.number().abs() <= MAX_NUMBER => View::Number(cell.number() + 0.0),
            tag::INTERNED => View::Text(Text::Literal(
                u32::try_from(cell.index()).unwrap_or(u32::MAX),
            )),
            tag::OTHER_STRING => View::Text(Text::Other),
            tag::STRING => match self.frame.text(cell) {
                Some(text) => View::Text(Text::Str(Cow::Borrowed(text))),
                None => return Err(ErrorCode::Unsupported),
            },
            tag::ARRAY => View::Array(Elements::Cells {
                first: cell.index(),
                len: cell.len as usize,
            }),
            tag::OBJECT => View::Object(cell),
            tag::LONG_STRING => return Err(ErrorCode::TooLong),
            tag::LONG_ARRAY => return Err(ErrorCode::TooMany),
            tag::BLOCKED => return Err(ErrorCode::WrongType),
            _ => return Err(ErrorCode::Unsupported),
        })
    }

    /// The text of a string at a node.
    pub(crate) fn text(self, text: Text<'a>, node: NodeId) -> Result<Cow<'a, str>, ErrorCode> {
        match text {
            Text::Str(text) => Ok(text),
            Text::Literal(id) => {
                let literal = self.snapshot.nodes.get(node).and_then(|n| n.literal(id));
                literal.map(Cow::Borrowed).ok_or(ErrorCode::Unsupported)
            }
            Text::Other => Err(ErrorCode::Unsupported),
        }
    }

    /// Whether a string is the literal of a number at a node.
    #[inline(always)]
    pub(crate) fn is_literal(self, text: &Text<'a>, node: NodeId, literal: u32) -> bool {
        match text {
            Text::Literal(id) => *id == literal,
            Text::Str(text) => {
                self.snapshot
                    .nodes
                    .get(node)
                    .and_then(|n| n.literal(literal))
                    == Some(text)
            }
            Text::Other => false,
        }
    }

    /// The number of a string among the literals of a node.
    pub(crate) fn literal_of(self, text: &Text<'a>, node: NodeId) -> Option<u32> {
        match text {
            Text::Literal(id) => Some(*id),
            Text::Str(text) => self
                .snapshot
                .nodes
                .get(node)
                .and_then(|n| n.literal_id(text)),
            Text::Other => None,
        }
    }

    /// An element of an array.
    #[inline(always)]
    pub(crate) fn element(
        self,
        elements: Elements<'a>,
        index: usize,
    ) -> Result<View<'a>, ErrorCode> {
        match elements {
            Elements::Cells { first, .. } => {
                self.decode(self.frame.cell(first.saturating_add(index)))
            }
            Elements::Scalars(scalars) => Ok(scalars.get(index).map_or(View::Absent, View::scalar)),
        }
    }
}
