//! Tests of arrays: all elements must be scalars of one kind, whatever is asked.

use crate::compile::{Constant, Constants, NodeId};
use crate::eval::frame::TOO_MANY_NESTED;
use crate::eval::probe::{Failure, constant_kind, equals, equals_constant};
use crate::eval::view::{Elements, Reader, View};
use crate::model::{ErrorCode, Inclusion, ScalarKind, sorted_set};

/// The elements of an array, if it is one and they were read.
fn elements<'a>(value: &View<'a>) -> Result<Elements<'a>, ErrorCode> {
    match value {
        View::Array(Elements::Cells { first, .. }) if *first == TOO_MANY_NESTED as usize => {
            Err(ErrorCode::TooMany)
        }
        View::Array(elements) => Ok(*elements),
        _ => Err(ErrorCode::WrongType),
    }
}

/// The kind of all elements; `None` where there are none.
pub(crate) fn kind(reader: Reader<'_>, value: &View<'_>) -> Result<Option<ScalarKind>, ErrorCode> {
    let elements = elements(value)?;
    let mut kind = None;
    for index in 0..elements.len() {
        let found = match reader.element(elements, index) {
            Ok(view) => view.kind().ok_or(ErrorCode::WrongType)?,
            // An array is no scalar, however long it is: the array that is named holds no more than it may.
            Err(ErrorCode::TooMany) => return Err(ErrorCode::WrongType),
            Err(code) => return Err(code),
        };
        if *kind.get_or_insert(found) != found {
            return Err(ErrorCode::WrongType);
        }
    }
    Ok(kind)
}

/// Whether an array holds a constant.
pub(crate) fn includes(
    reader: Reader<'_>,
    value: &View<'_>,
    column: NodeId,
    constant: Constant,
) -> Result<bool, ErrorCode> {
    match kind(reader, value)? {
        None => return Ok(false),
        Some(kind) if kind != constant_kind(constant) => return Err(ErrorCode::WrongType),
        Some(_) => {}
    }
    let elements = elements(value)?;
    for index in 0..elements.len() {
        if equals_constant(reader, column, &reader.element(elements, index)?, constant)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an array holds any, or all, of some constants.
pub(crate) fn includes_some(
    reader: Reader<'_>,
    value: &View<'_>,
    column: NodeId,
    inclusion: Inclusion,
    constants: &Constants,
) -> Result<bool, ErrorCode> {
    let wanted = match constants {
        Constants::Bools { .. } => ScalarKind::Bool,
        Constants::Numbers(_) => ScalarKind::Number,
        Constants::Texts(_) => ScalarKind::String,
    };
    match kind(reader, value)? {
        None => return Ok(false),
        Some(kind) if kind != wanted => return Err(ErrorCode::WrongType),
        Some(_) => {}
    }
    let elements = elements(value)?;
    let (mut yes, mut no) = (false, false);
    let mut seen = Vec::new();
    for index in 0..elements.len() {
        match (reader.element(elements, index)?, constants) {
            (View::Bool(b), _) => {
                yes |= b;
                no |= !b;
            }
            (View::Number(n), Constants::Numbers(numbers)) => {
                seen.extend(place(numbers.binary_search_by(|c| c.total_cmp(&n))));
            }
            (View::Text(text), Constants::Texts(ids)) => {
                let id = reader.literal_of(&text, column);
                seen.extend(id.and_then(|id| place(ids.binary_search(&id))));
            }
            _ => {}
        }
    }
    let seen = sorted_set(seen);
    let (found, asked) = match constants {
        Constants::Bools { yes: a, no: b } => (
            usize::from(*a && yes).saturating_add(usize::from(*b && no)),
            usize::from(*a).saturating_add(usize::from(*b)),
        ),
        Constants::Numbers(numbers) => (seen.len(), numbers.len()),
        Constants::Texts(ids) => (seen.len(), ids.len()),
    };
    Ok(match inclusion {
        Inclusion::Any => found > 0,
        Inclusion::All => found == asked,
    })
}

/// Where a constant was found; lists are capped far below 2^32.
fn place(found: Result<usize, usize>) -> Option<u32> {
    u32::try_from(found.ok()?).ok()
}

/// Whether an array whose elements are of a kind holds a scalar.
pub(crate) fn includes_value<'a>(
    reader: Reader<'a>,
    value: &View<'a>,
    column: NodeId,
    kind: Option<ScalarKind>,
    scalar: &(View<'a>, NodeId),
) -> Result<bool, Failure> {
    match kind {
        None => return Ok(false),
        kind if kind != scalar.0.kind() => return Err(ErrorCode::WrongType.into()),
        _ => {}
    }
    let elements = elements(value)?;
    for index in 0..elements.len() {
        let element = reader.element(elements, index)?;
        if equals(reader, (element, column), scalar.clone())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the array at a node holds a scalar.
pub(crate) fn holds_value<'a>(
    reader: Reader<'a>,
    node: NodeId,
    scalar: &(View<'a>, NodeId),
) -> Result<bool, Failure> {
    let at = |code| Failure {
        code,
        node: Some(node),
    };
    let array = match reader.view(node, None).map_err(at)? {
        View::Absent => return Err(at(ErrorCode::Missing)),
        array => array,
    };
    let kind = kind(reader, &array).map_err(at)?;
    let column = reader.snapshot.nodes.elements_of(node).unwrap_or(node);
    includes_value(reader, &array, column, kind, scalar)
}
