//! Leaves: read, default, derive, test.

use std::borrow::Cow;

use crate::compile::{Check, Constant, Constants, NodeId, Probe};
use crate::derive::{contains, fold, is_within};
use crate::eval::array;
use crate::eval::derive::derived;
use crate::eval::expr::{self, Truth};
use crate::eval::frame::tag;
use crate::eval::trouble::{Place, Trouble};
use crate::eval::view::{Element, Reader, View};
use crate::model::{ErrorCode, MAX_CELLS, MAX_STEPS, PatternKind, ScalarKind};

/// An error before its place is known: the code, and the other node where it isn't the probe's own.
pub(crate) struct Failure {
    pub(crate) code: ErrorCode,
    pub(crate) node: Option<NodeId>,
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self { code, node: None }
    }
}

/// Evaluates a leaf.
pub(crate) fn eval<'a>(
    reader: Reader<'a>,
    probe: &'a Probe,
    element: Option<Element<'a>>,
) -> Truth {
    if let Check::Quantified {
        every,
        body,
        leaves,
    } = &probe.check
    {
        return match value(reader, probe, element) {
            Ok(View::Array(elements)) if elements.len().saturating_mul(*leaves) > MAX_CELLS => {
                Err(trouble(reader, probe, element, ErrorCode::TooMany.into()))
            }
            Ok(View::Array(elements)) => {
                let at = |index| {
                    Some(Element {
                        elements,
                        index,
                        column: probe.elements,
                    })
                };
                let mut truths = (0..elements.len()).map(|i| expr::eval(reader, body, at(i)));
                if *every {
                    expr::all(&mut truths)
                } else {
                    expr::any(&mut truths)
                }
            }
            Ok(_) => Err(trouble(reader, probe, element, ErrorCode::WrongType.into())),
            Err(code) => Err(trouble(reader, probe, element, code.into())),
        };
    }
    test(reader, probe, element).map_err(|failure| trouble(reader, probe, element, failure))
}

fn trouble<'a>(
    reader: Reader<'a>,
    probe: &Probe,
    element: Option<Element<'a>>,
    failure: Failure,
) -> Trouble {
    let node = failure.node.unwrap_or(probe.node);
    let element = element
        .filter(|_| reader.is_column(node))
        .map(|e| u32::try_from(e.index).unwrap_or(u32::MAX));
    Trouble {
        code: failure.code,
        node,
        element,
        place: Place::Leaf(probe.index),
    }
}

/// The value that a probe tests: read, defaulted, derived.
pub(crate) fn value<'a>(
    reader: Reader<'a>,
    probe: &'a Probe,
    element: Option<Element<'a>>,
) -> Result<View<'a>, ErrorCode> {
    let raw = reader.view(probe.node, element)?;
    let (raw, from_default) = match (raw, &probe.default) {
        (View::Absent, Some(literal)) => (View::literal(literal), true),
        (View::Absent, None) => return Err(ErrorCode::Missing),
        (raw, _) => (raw, false),
    };
    match probe.derivation {
        None => Ok(raw),
        Some(derivation) => derived(reader, probe, derivation, raw, element, from_default),
    }
}

fn test<'a>(
    reader: Reader<'a>,
    probe: &'a Probe,
    element: Option<Element<'a>>,
) -> Result<bool, Failure> {
    if let Check::Exists(expected) = probe.check {
        return Ok(exists(reader, probe.node, element)? == expected);
    }
    let value = value(reader, probe, element)?;
    match &probe.check {
        Check::Equals { negated, right } => {
            Ok(equals_constant(reader, probe.place, &value, *right)? != *negated)
        }
        Check::EqualsField { negated, right } => {
            if value.kind().is_none() {
                return Err(ErrorCode::WrongType.into());
            }
            let other = right_scalar(reader, *right)?;
            Ok(equals(reader, (value, probe.node), (other, *right))? != *negated)
        }
        Check::Compares { order, right } => Ok(order.holds(number(&value)?, *right)),
        Check::ComparesField { order, right } => {
            let left = number(&value)?;
            let other = right_scalar(reader, *right)?;
            let other = number(&other).map_err(|code| Failure {
                code,
                node: Some(*right),
            })?;
            Ok(order.holds(left, other))
        }
        Check::In { negated, right } => {
            Ok(is_among(reader, probe.place, &value, right)? != *negated)
        }
        Check::InField { negated, right } => {
            if value.kind().is_none() {
                return Err(ErrorCode::WrongType.into());
            }
            Ok(array::holds_value(reader, *right, &(value, probe.node))? != *negated)
        }
        Check::Includes(constant) => {
            Ok(array::includes(reader, &value, probe.elements, *constant)?)
        }
        Check::IncludesField(right) => {
            let kind = array::kind(reader, &value)?;
            let other = right_scalar(reader, *right)?;
            array::includes_value(reader, &value, probe.elements, kind, &(other, *right))
        }
        Check::IncludesSome { inclusion, right } => Ok(array::includes_some(
            reader,
            &value,
            probe.elements,
            *inclusion,
            right,
        )?),
        Check::Pattern {
            kind,
            patterns,
            ignore_case,
        } => {
            let text = subject(reader, probe, value, *ignore_case)?;
            if *kind == PatternKind::Contains {
                let steps = patterns
                    .iter()
                    .map(|p| p.len().saturating_add(text.len()) as u64);
                within_budget(steps.fold(0, u64::saturating_add), element)?;
            }
            Ok(patterns.iter().any(|pattern| match kind {
                PatternKind::StartsWith => text.starts_with(&**pattern),
                PatternKind::EndsWith => text.ends_with(&**pattern),
                _ => contains(&text, pattern),
            }))
        }
        Check::Matches {
            globs,
            bytes,
            ignore_case,
        } => {
            let text = subject(reader, probe, value, *ignore_case)?;
            within_budget(bytes.saturating_mul(text.len() as u64), element)?;
            Ok(globs.iter().any(|glob| glob.matches(&text)))
        }
        Check::Within(folders) => {
            let text = subject(reader, probe, value, false)?;
            Ok(folders.iter().any(|folder| is_within(&text, folder)))
        }
        Check::Exists(_) | Check::Quantified { .. } => Err(ErrorCode::Unsupported.into()),
    }
}

/// Whether there is a value. Errs only for what can't be a value, and below what is no object.
fn exists<'a>(
    reader: Reader<'a>,
    node: NodeId,
    element: Option<Element<'a>>,
) -> Result<bool, ErrorCode> {
    match reader.cell(node, element) {
        Ok(cell) if matches!(cell.tag, tag::LONG_STRING | tag::LONG_ARRAY) => Ok(true),
        Ok(cell) => Ok(!matches!(reader.decode(cell)?, View::Absent)),
        Err(_) => Ok(true),
    }
}

fn number(value: &View<'_>) -> Result<f64, ErrorCode> {
    match value {
        View::Number(n) => Ok(*n),
        _ => Err(ErrorCode::WrongType),
    }
}

/// The scalar on the right side of a comparison of fields.
fn right_scalar(reader: Reader<'_>, node: NodeId) -> Result<View<'_>, Failure> {
    let at = |code| Failure {
        code,
        node: Some(node),
    };
    match reader.view(node, None).map_err(at)? {
        View::Absent => Err(at(ErrorCode::Missing)),
        value if value.kind().is_some() => Ok(value),
        _ => Err(at(ErrorCode::WrongType)),
    }
}

/// Whether a scalar is a constant of the same kind.
pub(crate) fn equals_constant(
    reader: Reader<'_>,
    place: NodeId,
    value: &View<'_>,
    constant: Constant,
) -> Result<bool, ErrorCode> {
    match (value, constant) {
        (View::Bool(a), Constant::Bool(b)) => Ok(*a == b),
        #[expect(clippy::float_cmp, reason = "equality of doubles is what `eq` means")]
        (View::Number(a), Constant::Number(b)) => Ok(*a == b),
        (View::Text(text), Constant::Text(id)) => Ok(reader.is_literal(text, place, id)),
        _ => Err(ErrorCode::WrongType),
    }
}

/// Whether two scalars of one kind are the same; each comes with its node.
pub(crate) fn equals<'a>(
    reader: Reader<'a>,
    (left, left_node): (View<'a>, NodeId),
    (right, right_node): (View<'a>, NodeId),
) -> Result<bool, ErrorCode> {
    match (left, right) {
        (View::Bool(a), View::Bool(b)) => Ok(a == b),
        #[expect(clippy::float_cmp, reason = "equality of doubles is what `eq` means")]
        (View::Number(a), View::Number(b)) => Ok(a == b),
        (View::Text(a), View::Text(b)) => {
            Ok(reader.text(a, left_node)? == reader.text(b, right_node)?)
        }
        _ => Err(ErrorCode::WrongType),
    }
}

/// Whether a scalar is among constants of one kind.
pub(crate) fn is_among(
    reader: Reader<'_>,
    place: NodeId,
    value: &View<'_>,
    constants: &Constants,
) -> Result<bool, ErrorCode> {
    match (value, constants) {
        (View::Bool(b), Constants::Bools { yes, no }) => Ok(if *b { *yes } else { *no }),
        (View::Number(n), Constants::Numbers(numbers)) => {
            Ok(numbers.binary_search_by(|probe| probe.total_cmp(n)).is_ok())
        }
        (View::Text(text), Constants::Texts(ids)) => Ok(reader
            .literal_of(text, place)
            .is_some_and(|id| ids.binary_search(&id).is_ok())),
        _ => Err(ErrorCode::WrongType),
    }
}

/// The text that patterns are matched with.
fn subject<'a>(
    reader: Reader<'a>,
    probe: &Probe,
    value: View<'a>,
    ignore_case: bool,
) -> Result<Cow<'a, str>, ErrorCode> {
    let View::Text(text) = value else {
        return Err(ErrorCode::WrongType);
    };
    let text = reader.text(text, probe.node)?;
    Ok(if ignore_case {
        Cow::Owned(fold(&text).into_owned())
    } else {
        text
    })
}

/// Under a quantifier the elements share the budget in equal parts, so that no order can show.
fn within_budget(steps: u64, element: Option<Element<'_>>) -> Result<(), ErrorCode> {
    let sharers = element.map_or(1, |e| e.elements.len().max(1) as u64);
    if steps > MAX_STEPS.checked_div(sharers).unwrap_or(MAX_STEPS) {
        return Err(ErrorCode::TooCostly);
    }
    Ok(())
}

/// The kind of a constant.
pub(crate) fn constant_kind(constant: Constant) -> ScalarKind {
    match constant {
        Constant::Bool(_) => ScalarKind::Bool,
        Constant::Number(_) => ScalarKind::Number,
        Constant::Text(_) => ScalarKind::String,
    }
}
