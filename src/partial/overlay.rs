//! What a residual lays over the policies that it holds.

use crate::model::{Path, Value, sorted};

/// Parts of requests that are fixed, and what private policies may do.
#[derive(Clone, Copy)]
pub(crate) struct Overlay<'o> {
    /// Members that each request has at its top level as they are here…
    pub(crate) known: &'o Value,
    /// …but for these fields.
    pub(crate) unknown: &'o [Path],
    /// The roles of private policies that may apply.
    pub(crate) may: u16,
    /// How many policies are public. Those behind them stand for private ones.
    pub(crate) policies: usize,
}

/// The first field in which a request differs from what is known, but for what is at `lacking` fields. `member` finds a
/// top-level member of the request.
pub(crate) fn difference<'v>(
    overlay: &Overlay<'_>,
    lacking: &[Path],
    member: &dyn Fn(&str) -> Option<&'v Value>,
) -> Option<Vec<Box<str>>> {
    let Value::Object(known) = overlay.known else {
        return Some(Vec::new());
    };
    let unknown = [overlay.unknown, lacking].concat();
    known.iter().find_map(|(name, value)| {
        let mut at = vec![&**name];
        let differs = differs(Some(value), member(name), &unknown, &mut at);
        differs.then(|| at.iter().map(|name| (*name).into()).collect())
    })
}

/// Whether two members differ, but for what is at unknown paths; `at` is the way to them, and then to the difference.
fn differs<'v>(
    known: Option<&'v Value>,
    given: Option<&'v Value>,
    unknown: &[Path],
    at: &mut Vec<&'v str>,
) -> bool {
    if unknown.iter().any(|path| is_at(path, at)) {
        return false;
    }
    let (Some(Value::Object(one)), Some(Value::Object(other))) = (known, given) else {
        return match (known, given) {
            (Some(known), Some(given)) => !same(known, given),
            _ => true,
        };
    };
    let (mut ours, mut theirs) = (in_order(one).peekable(), in_order(other).peekable());
    while let Some(name) = ours
        .peek()
        .into_iter()
        .chain(theirs.peek())
        .map(|m| m.0)
        .min()
    {
        at.push(name);
        let known = ours.next_if(|member| member.0 == name);
        let given = theirs.next_if(|member| member.0 == name);
        if differs(known.map(|m| m.1), given.map(|m| m.1), unknown, at) {
            return true;
        }
        at.pop();
    }
    false
}

/// The members of an object by their names: looking each up would take forever where there are many.
fn in_order(members: &[(String, Value)]) -> impl Iterator<Item = (&str, &Value)> {
    let names = members.iter().zip(0_usize..);
    let names = sorted(names.map(|((name, _), at)| (name.as_str(), at)).collect());
    let member = |(name, at): (_, usize)| Some((name, &members.get(at)?.1));
    names.into_iter().filter_map(member)
}

pub(super) fn is_at(path: &Path, at: &[&str]) -> bool {
    path.segments().iter().map(|s| &**s).eq(at.iter().copied())
}

/// Whether two values are the same, members in any order.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (Value::Object(_), Value::Object(_)) => {
            !differs(Some(one), Some(other), &[], &mut Vec::new())
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_the_same_by_their_elements_and_objects_by_their_members_in_any_order() {
        let is_same = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| Value::from_json(text).unwrap_or_default());
            same(&one, &other)
        };
        let one = r#"[{"a": 1, "b": {"c": [2], "d": 3}}, 4]"#;
        assert!(is_same(one, r#"[{"b": {"d": 3, "c": [2]}, "a": 1}, 4]"#));
        for other in [
            r#"[4, {"a": 1, "b": {"c": [2], "d": 3}}]"#,
            r#"[{"a": 1, "b": {"c": [2], "d": 3}}]"#,
            r#"[{"a": 1, "b": {"c": [5], "d": 3}}, 4]"#,
            r#"[{"a": 1, "b": {"c": [2]}}, 4]"#,
            r#"{"a": 1}"#,
        ] {
            assert!(!is_same(one, other), "{other}");
        }
    }
}
