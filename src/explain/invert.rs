//! Inversions: a raw value from which `as` derives a wanted one, where that is easily found.

use crate::derive::{WEEKDAYS, utc_weekday};
use crate::digest::write_number;
use crate::explain::instant::rfc3339;
use crate::model::{Derivation, Names, Value};

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: f64 = 86_400_000.0;
/// Nothing larger is made up.
const MAX_MADE: usize = 1_000;

/// A raw value that derives to `wanted`; like the current one where that matters.
pub(super) fn invert(derivation: Derivation, wanted: Value, current: &Value) -> Option<Value> {
    let text = |before: &str, after: &str| {
        let text = wanted.as_str()?;
        Some(Value::String([before, text, after].concat()))
    };
    match derivation {
        Derivation::Lower | Derivation::FilePath => text("", ""),
        Derivation::UrlScheme => text("", "://example.com/"),
        Derivation::UrlHost => text("https://", "/"),
        Derivation::UrlPath => text("https://example.com", ""),
        Derivation::EmailDomain => text("someone@", ""),
        Derivation::HostClass => Some(Value::from(match wanted.as_str()? {
            "public_ip" => "https://8.8.8.8/",
            "private_ip" => "https://10.0.0.1/",
            "loopback" => "https://127.0.0.1/",
            _ => "https://example.com/",
        })),
        Derivation::Timestamp => rfc3339(wanted.as_number()?).map(Value::String),
        Derivation::Number => {
            let mut out = String::new();
            write_number(&mut out, wanted.as_number()?);
            Some(Value::String(out))
        }
        Derivation::Size => sized(wanted.as_number()?, current),
        Derivation::Keys => with_names(&wanted, current),
        Derivation::UtcHour => {
            let hour = wanted.as_number().filter(|h| (0.0..24.0).contains(h))?;
            let day = (current.as_number().unwrap_or(0.0) / DAY_MS).floor();
            Some(Value::Number(day * DAY_MS + hour * HOUR_MS))
        }
        Derivation::UtcWeekday => {
            let current = current.as_number().unwrap_or(0.0);
            let mut days = (0..WEEKDAYS.len())
                .zip(std::iter::successors(Some(current), |ms| Some(ms + DAY_MS)));
            days.find(|(_, ms)| utc_weekday(*ms) == wanted.as_str())
                .map(|(_, ms)| Value::Number(ms))
        }
    }
}

/// An array or a string of so many elements or code points.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a negative size becomes 0, and a large one is refused"
)]
fn sized(size: f64, current: &Value) -> Option<Value> {
    if size < 0.0 || size.fract() != 0.0 {
        return None;
    }
    let size = size as usize;
    match current {
        Value::Array(elements) => {
            let mut elements = elements.clone();
            let last = elements.last().cloned().unwrap_or(Value::Null);
            if size > elements.len().saturating_add(MAX_MADE) {
                return None;
            }
            elements.resize(size, last);
            Some(Value::Array(elements))
        }
        _ => {
            let text = current.as_str().unwrap_or_default();
            if size > text.len().saturating_add(MAX_MADE) {
                return None;
            }
            let padded = text.chars().chain(std::iter::repeat('x'));
            Some(Value::String(padded.take(size).collect()))
        }
    }
}

/// An object with the wanted names; members that are there already keep their values.
fn with_names(wanted: &Value, current: &Value) -> Option<Value> {
    let Value::Array(names) = wanted else {
        return None;
    };
    let there = match current {
        Value::Object(members) => members.as_slice(),
        _ => &[],
    };
    // Asking the object for each of its names would take the square of their number.
    let places: Names = (0..)
        .zip(there)
        .map(|(place, (name, _))| (name.as_str().into(), place))
        .collect();
    let members = names.iter().filter_map(Value::as_str).map(|name| {
        let place = places.get(name).and_then(|&at| there.get(at as usize));
        let value = place.map_or(Value::Bool(true), |(_, value)| value.clone());
        (name.to_owned(), value)
    });
    Some(Value::Object(members.collect()))
}
