//! What previews are told.

use crate::model::{MAX_SEGMENTS, Path, Value};

/// Unknown fields; of a path that is too long all that a path can name is unknown.
pub(super) fn paths(json: &str) -> Vec<Path> {
    let Ok(Value::Array(paths)) = Value::from_json(json) else {
        return Vec::new();
    };
    let segments = |names: Vec<Box<str>>| Path::from_segments(names).ok();
    paths
        .into_iter()
        .filter_map(|path| match path {
            Value::String(dotted) => segments(
                dotted
                    .split('.')
                    .take(MAX_SEGMENTS)
                    .map(Into::into)
                    .collect(),
            ),
            Value::Array(names) => {
                let names = names.iter().filter_map(Value::as_str);
                segments(names.take(MAX_SEGMENTS).map(Into::into).collect())
            }
            _ => None,
        })
        .collect()
}

/// The members of an object that hold arrays.
pub(super) fn lists(vary: Value) -> Vec<(String, Vec<Value>)> {
    let Value::Object(members) = vary else {
        return Vec::new();
    };
    let lists = members.into_iter().filter_map(|(name, list)| match list {
        Value::Array(values) => Some((name, values)),
        _ => None,
    });
    lists.collect()
}
