//! Derivations: what `as` makes of a value.

use std::borrow::Cow;

use crate::compile::Probe;
use crate::derive;
use crate::eval::frame::TOO_MANY_NAMES;
use crate::eval::memo::Derived;
use crate::eval::view::{Element, Elements, Reader, Text, View};
use crate::model::{Derivation, ErrorCode, MAX_NUMBER};

/// Derives what a probe asks for from its value.
pub(crate) fn derived<'a>(
    reader: Reader<'a>,
    probe: &Probe,
    derivation: Derivation,
    value: View<'a>,
    element: Option<Element<'a>>,
    from_default: bool,
) -> Result<View<'a>, ErrorCode> {
    match (derivation, &value) {
        (Derivation::Keys, View::Object(cell)) if cell.len == TOO_MANY_NAMES => {
            return Err(ErrorCode::TooMany);
        }
        (Derivation::Keys, View::Object(cell)) => {
            return Ok(View::Array(Elements::Cells {
                first: cell.index(),
                len: cell.len as usize,
            }));
        }
        (Derivation::Keys, _) => return Err(ErrorCode::WrongType),
        (Derivation::Size, View::Array(elements)) => {
            return Ok(View::Number(count(elements.len())));
        }
        _ => {}
    }
    if from_default || (element.is_some() && reader.is_column(probe.node)) {
        return Ok(match scalar(reader, probe, derivation, value)? {
            Derived::Number(n) => View::Number(n),
            Derived::Text(text) => View::Text(Text::Str(Cow::Owned(text.into()))),
        });
    }
    let kept = reader
        .memo
        .get(probe.place, || scalar(reader, probe, derivation, value));
    match kept {
        Some(Ok(Derived::Number(n))) => Ok(View::Number(*n)),
        Some(Ok(Derived::Text(text))) => Ok(View::Text(Text::Str(Cow::Borrowed(text)))),
        Some(Err(code)) => Err(*code),
        None => Err(ErrorCode::Unsupported),
    }
}

fn scalar<'a>(
    reader: Reader<'a>,
    probe: &Probe,
    derivation: Derivation,
    value: View<'a>,
) -> Result<Derived, ErrorCode> {
    match value {
        View::Number(n) => from_number(derivation, n),
        View::Text(text) => from_text(derivation, &reader.text(text, probe.node)?),
        _ => Err(ErrorCode::WrongType),
    }
}

fn from_number(derivation: Derivation, ms: f64) -> Result<Derived, ErrorCode> {
    match derivation {
        Derivation::UtcHour => derive::utc_hour(ms).map(|h| Derived::Number(f64::from(h))),
        Derivation::UtcWeekday => derive::utc_weekday(ms).map(|day| Derived::Text(day.into())),
        _ => return Err(ErrorCode::WrongType),
    }
    .ok_or(ErrorCode::Underivable)
}

fn from_text(derivation: Derivation, text: &str) -> Result<Derived, ErrorCode> {
    let number = |n: Option<f64>| n.filter(|n| n.abs() <= MAX_NUMBER).map(Derived::Number);
    let owned = |text: Option<String>| text.map(|t| Derived::Text(t.into()));
    match derivation {
        Derivation::Size => Some(Derived::Number(count(text.chars().count()))),
        Derivation::Lower => Some(Derived::Text(derive::fold(text).into())),
        Derivation::Timestamp => number(derive::parse_rfc3339(text)),
        Derivation::Number => number(derive::parse_number(text)),
        Derivation::UrlScheme => owned(derive::url_scheme(text)),
        Derivation::UrlHost => owned(derive::url_host(text)),
        Derivation::UrlPath => owned(derive::url_path(text)),
        Derivation::HostClass => derive::host_class(text).map(|c| Derived::Text(c.into())),
        Derivation::FilePath => derive::file_path(text).map(|p| Derived::Text(p.into())),
        Derivation::EmailDomain => owned(derive::email_domain(text)),
        Derivation::Keys | Derivation::UtcHour | Derivation::UtcWeekday => {
            return Err(ErrorCode::WrongType);
        }
    }
    .ok_or(ErrorCode::Underivable)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sizes are capped far below 2^53"
)]
fn count(n: usize) -> f64 {
    n as f64
}
