//! Field paths: `input.amount`, or `["labels", "a.b"]` where a key has a dot.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{MAX_SEGMENTS, Value};

/// A path of member names, at least one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Box<[Box<str>]>);

/// Why a text or a list is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No segments, or an empty one in a dotted path.
    #[error("a path needs non-empty names with dots between them")]
    Empty,
    /// More segments than the cap.
    #[error("a path has at most {MAX_SEGMENTS} names")]
    TooLong,
}

impl Path {
    /// Reads a dotted path.
    ///
    /// # Errors
    /// [`PathError`] if a name is empty or there are too many.
    pub fn parse(dotted: &str) -> Result<Self, PathError> {
        if dotted.split('.').any(str::is_empty) {
            return Err(PathError::Empty);
        }
        Self::from_segments(dotted.split('.').map(Into::into).collect())
    }

    /// Makes a path of names as they are; a name may hold dots or be empty.
    ///
    /// # Errors
    /// [`PathError`] if there are none or too many.
    pub fn from_segments(segments: Vec<Box<str>>) -> Result<Self, PathError> {
        match segments.len() {
            0 => Err(PathError::Empty),
            n if n > MAX_SEGMENTS => Err(PathError::TooLong),
            _ => Ok(Self(segments.into())),
        }
    }

    /// The names, outermost first.
    #[must_use]
    pub fn segments(&self) -> &[Box<str>] {
        &self.0
    }

    /// The outermost name.
    #[must_use]
    pub fn head(&self) -> &str {
        self.0.first().map_or("", |s| s)
    }

    /// The path in the form that policies use: dotted where it can be, else an array.
    #[must_use]
    pub fn to_value(&self) -> Value {
        if self.is_dottable() {
            Value::String(self.0.join("."))
        } else {
            Value::Array(
                self.0
                    .iter()
                    .map(|s| Value::String(s.to_string()))
                    .collect(),
            )
        }
    }

    fn is_dottable(&self) -> bool {
        self.0.iter().all(|s| !s.is_empty() && !s.contains('.'))
    }
}

/// Dotted where it can be, else the JSON array.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_dottable() {
            return f.write_str(&self.0.join("."));
        }
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_dottable() {
            serializer.serialize_str(&self.0.join("."))
        } else {
            self.0.serialize(serializer)
        }
    }
}
