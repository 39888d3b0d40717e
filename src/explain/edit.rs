//! Edits: a request with one field changed, and back.

use crate::model::{Path, Value};

/// Objects that a platform states, with ids that no change may touch.
const ENTITIES: [&str; 7] = ["tenant", "app", "user", "workflow", "agent", "tool", "run"];

/// Whether another value of a field is worth proposing: not of who asks for what, nor of when.
pub(super) fn is_changeable(request: &Value, path: &Path) -> bool {
    let names: Vec<&str> = path.segments().iter().map(|s| &**s).collect();
    match names.as_slice() {
        ["action" | "now", ..] | ["run", "root_id", ..] => false,
        [entity, rest @ ..] if ENTITIES.contains(entity) => {
            let is_there = matches!(request.get(entity), Some(Value::Object(_)));
            is_there && !matches!(rest, [] | ["id", ..])
        }
        _ => true,
    }
}

/// A change that was made, and can be taken back.
pub(super) struct Edit<'p> {
    path: &'p [Box<str>],
    before: Option<Value>,
}

/// Sets a field; objects on the way to it are made where they are absent.
pub(super) fn set<'p>(request: &mut Value, path: &'p Path, value: Value) -> Option<Edit<'p>> {
    let names = path.segments();
    let depth = present(request, names);
    let (kept, made) = names.split_at(depth);
    let value = made.iter().rev().fold(value, |value, name| {
        Value::Object(vec![(name.to_string(), value)])
    });
    let mut edit = Edit {
        path: kept,
        before: Some(value),
    };
    edit.swap(request).then_some(edit)
}

impl Edit<'_> {
    /// Takes it back.
    pub(super) fn undo(mut self, request: &mut Value) {
        self.swap(request);
    }

    fn swap(&mut self, request: &mut Value) -> bool {
        let Some((last, names)) = self.path.split_last() else {
            return false;
        };
        let Some(parent) = names
            .iter()
            .try_fold(request, |at, name| member_mut(at, name))
        else {
            return false;
        };
        if self.before.is_some() && member(parent, last).is_some() {
            let (Some(there), Some(other)) = (member_mut(parent, last), &mut self.before) else {
                return false;
            };
            std::mem::swap(there, other);
            return true;
        }
        let Value::Object(members) = parent else {
            return false;
        };
        match self.before.take() {
            Some(value) => members.push((last.to_string(), value)),
            None => self.before = members.pop().map(|(_, value)| value),
        }
        true
    }
}

/// How many names lead to a place that can be set: all, or up to the first that is absent.
fn present(request: &Value, names: &[Box<str>]) -> usize {
    let mut at = request;
    for (depth, name) in (1_usize..).zip(names) {
        match member(at, name) {
            None | Some(Value::Null) => return depth,
            Some(below) => at = below,
        }
    }
    names.len()
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    }
}

fn member_mut<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    match value {
        Value::Array(elements) => elements.get_mut(name.parse::<usize>().ok()?),
        Value::Object(members) => members
            .iter_mut()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        Value::from_json(text).unwrap()
    }

    fn check(before: &str, path: &str, after: &str) {
        let mut request = json(before);
        let path = Path::parse(path).unwrap();
        let edit = set(&mut request, &path, Value::Number(1.0)).unwrap();
        assert_eq!(request, json(after));
        edit.undo(&mut request);
        assert_eq!(request, json(before));
    }

    #[test]
    fn a_field_is_set_and_restored() {
        check(r#"{"a":{"b":2,"c":3}}"#, "a.b", r#"{"a":{"b":1,"c":3}}"#);
        check(r#"{"a":null}"#, "a.b.c", r#"{"a":{"b":{"c":1}}}"#);
        check(r#"{}"#, "a.b", r#"{"a":{"b":1}}"#);
        check(r#"{"a":[{"b":0},7]}"#, "a.0.b", r#"{"a":[{"b":1},7]}"#);
        check(r#"{"a":[{"b":0},7]}"#, "a.1", r#"{"a":[{"b":0},1]}"#);
    }

    #[test]
    fn what_lies_below_no_object_is_not_set() {
        let mut request = json(r#"{"a":5}"#);
        let path = Path::parse("a.b").unwrap();
        assert!(set(&mut request, &path, Value::Null).is_none());
        assert_eq!(request, json(r#"{"a":5}"#));
    }

    #[test]
    fn ids_and_time_are_left_alone() {
        let request = json(r#"{"tool":{"id":"t"},"run":{},"user":null}"#);
        let may = |path: &str| is_changeable(&request, &Path::parse(path).unwrap());
        for path in [
            "action",
            "now",
            "tool",
            "tool.id",
            "run.root_id",
            "user.roles",
            "agent",
        ] {
            assert!(!may(path), "{path}");
        }
        for path in [
            "tool.risk_level",
            "run.mode",
            "input.id",
            "usage.calls",
            "input",
        ] {
            assert!(may(path), "{path}");
        }
    }
}
