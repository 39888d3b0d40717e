//! JSON values as the engine sees them: requests, rules, catalogues.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{JsonError, MAX_NUMBER, json};

/// A JSON value, with one kind more for what JSON can't say.
///
/// Objects keep their members in the order in which they came, duplicates included, so that a
/// parser can report them; a look-up finds the last, as JavaScript does.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`: stated to be absent.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A number; −0 is 0.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Vec<(String, Value)>),
    /// A JavaScript value that JSON can't say: a function, a `Date`, a lone surrogate, …
    Unsupported,
    /// A string or an array over its cap, of which only that is known.
    Oversized(Oversized),
}

/// What was left out of a value for its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oversized {
    /// A string over `MAX_STRING_BYTES`.
    String,
    /// An array over `MAX_ELEMENTS`.
    Array,
}

impl Value {
    /// Reads JSON text, refusing duplicate keys.
    ///
    /// # Errors
    /// [`JsonError`] for text that is no JSON (RFC 8259), is nested too deep, or has an object with
    /// the same key twice.
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        json::read(text, true)
    }

    /// Reads JSON text, keeping duplicate keys for the caller to report.
    ///
    /// # Errors
    /// [`JsonError`] for text that is no JSON (RFC 8259), or is nested too deep.
    pub fn from_json_with_duplicates(text: &str) -> Result<Self, JsonError> {
        json::read(text, false)
    }

    /// A member of an object; `None` for anything else, or without such a member.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, where it is finite and within ±(2^53 − 1).
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(n) if n.abs() <= MAX_NUMBER => Some(*n),
            _ => None,
        }
    }

    /// What kind of value it is, in words for people.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) | Self::Oversized(Oversized::String) => "a string",
            Self::Array(_) | Self::Oversized(Oversized::Array) => "an array",
            Self::Object(_) => "an object",
            Self::Unsupported => "no JSON value",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(b) => Self::Bool(b),
            serde_json::Value::Number(n) => Self::Number(n.as_f64().map_or(f64::NAN, |n| n + 0.0)),
            serde_json::Value::String(s) => Self::String(s),
            serde_json::Value::Array(a) => Self::Array(a.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(o) => {
                Self::Object(o.into_iter().map(|(k, v)| (k, Self::from(v))).collect())
            }
        }
    }
}

/// As JSON; what JSON can't say becomes `null`.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Unsupported | Self::Oversized(_) => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Number(n) => serialize_number(*n, serializer),
            Self::String(s) => serializer.serialize_str(s),
            Self::Array(elements) => serializer.collect_seq(elements),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
        }
    }
}

/// Whole numbers print without a fraction, as in JavaScript.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be whole and in range"
)]
pub(super) fn serialize_number<S: Serializer>(n: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if n.fract() == 0.0 && n.abs() <= MAX_NUMBER {
        serializer.serialize_i64(n as i64)
    } else {
        serializer.serialize_f64(n)
    }
}
