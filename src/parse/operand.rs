//! Reads right sides: literals, lists of literals, patterns, fields.

use crate::model::{List, Literal, MAX_LITERALS, Operand, Scalar, Value};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::Findings;
use super::limits::read_field;
use super::values;

/// A literal of one value.
pub(crate) fn scalar(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Scalar> {
    match value {
        Value::Bool(b) => Some(Scalar::Bool(*b)),
        Value::Number(_) => {
            let number = value.as_number().map(|n| Scalar::Number(n + 0.0));
            if number.is_none() {
                findings.error(
                    Code::UnsupportedNumber,
                    at,
                    &["the number is beyond ±9,007,199,254,740,991"],
                    "use a smaller number, or a string",
                );
            }
            number
        }
        Value::String(_) => values::text(value, at, findings).map(|s| Scalar::String(s.to_owned())),
        Value::Null => {
            findings.error(
                Code::NullLiteral,
                at,
                &["`null` is no value to compare with"],
                "ask `\"exists\": false` of the field",
            );
            None
        }
        _ => {
            let help = match value {
                Value::Array(_) => "use `in` for one of several values, `includes_any` for lists",
                _ => "write one value, or `{\"field\": …}` where a field is allowed",
            };
            findings.wrong_type(at, "a boolean, a number or a string", value, help);
            None
        }
    }
}

/// A literal or a field.
pub(crate) fn operand(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Operand> {
    if matches!(value, Value::Object(_)) {
        return read_field(value, at, findings).map(Operand::Field);
    }
    scalar(value, at, findings).map(Operand::Literal)
}

/// A list of literals or an array field.
pub(crate) fn list(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<List> {
    if matches!(value, Value::Object(_)) {
        return read_field(value, at, findings).map(List::Field);
    }
    literals(value, at, findings).map(List::Literals)
}

/// A list of literals, where no field can stand.
pub(crate) fn literals_only(
    value: &Value,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<Vec<Scalar>> {
    if matches!(value, Value::Object(_)) {
        no_field(at, findings);
        return None;
    }
    literals(value, at, findings)
}

fn no_field(at: &At<'_>, findings: &mut Findings) {
    findings.error(
        Code::FieldNotAllowed,
        at,
        &["this operator takes literals only"],
        "write the values themselves",
    );
}

fn literals(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Vec<Scalar>> {
    let elements = values::elements(value, at, findings)?;
    one_kind(elements, at, findings)
}

/// Literals, all of the kind of the first.
fn one_kind(elements: &[Value], at: &At<'_>, findings: &mut Findings) -> Option<Vec<Scalar>> {
    let mut scalars: Vec<Scalar> = Vec::with_capacity(elements.len());
    for (i, element) in elements.iter().enumerate() {
        if let Some(scalar) = scalar(element, &at.index(i), findings) {
            scalars.push(scalar);
        }
    }
    if scalars.len() != elements.len() {
        return None;
    }
    let first = scalars.first().map(Scalar::kind);
    if let Some(other) = scalars.iter().position(|s| Some(s.kind()) != first) {
        findings.error(
            Code::MixedList,
            &at.index(other),
            &["the list has literals of several kinds"],
            "write booleans, numbers or strings, not a mixture",
        );
        return None;
    }
    Some(scalars)
}

/// A default: one value, or a list of one kind.
pub(crate) fn default(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Literal> {
    match value {
        Value::Array(elements) if elements.len() <= MAX_LITERALS => {
            one_kind(elements, at, findings).map(Literal::List)
        }
        Value::Array(_) => values::elements(value, at, findings).and(None),
        Value::Object(_) => {
            findings.wrong_type(
                at,
                "a boolean, a number, a string or a list of them",
                value,
                "a default is a literal",
            );
            None
        }
        _ => scalar(value, at, findings).map(Literal::Scalar),
    }
}

/// Strings of which any will do, and whether they came as a list.
pub(crate) fn patterns(
    value: &Value,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<(Vec<String>, bool)> {
    match value {
        Value::Object(_) => {
            no_field(at, findings);
            None
        }
        Value::Array(_) => values::strings(value, at, findings).map(|strings| (strings, true)),
        _ => values::filled(value, at, findings).map(|text| (vec![text.to_owned()], false)),
    }
}
