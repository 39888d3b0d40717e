//! Whole values as RFC 8785 lays them out, and their digests.

use std::cmp::Ordering;

use crate::model::{Value, sorted};

use super::canonical::{utf16_cmp, write_number, write_string};
use super::sha256::Digest;

/// The value as canonical JSON. Of a duplicate member the last counts, as in JavaScript; what JSON can't say is `null`.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, usize::MAX);
    out
}

/// Appends the value as canonical JSON.
pub fn write_canonical(out: &mut String, value: &Value) {
    write(out, value, usize::MAX);
}

/// An object of these members, which are in the order of their names, as canonical JSON; `None` where that takes more than
/// `cap` bytes, which is noticed early.
pub fn canonical_object_within(members: &[(&str, &Value)], cap: usize) -> Option<String> {
    let mut out = String::from("{");
    let fits = write_members(&mut out, &mut members.iter().copied(), cap);
    out.push('}');
    (fits && out.len() <= cap).then_some(out)
}

/// The digest of the value as canonical JSON.
pub fn digest_of(value: &Value) -> Digest {
    Digest::of(canonical(value).as_bytes())
}

/// Appends `value`; whether it still fits the cap.
fn write(out: &mut String, value: &Value, cap: usize) -> bool {
    match value {
        Value::Null | Value::Unsupported | Value::Oversized(_) => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, *number),
        Value::String(text) => {
            if text.len() > cap {
                return false;
            }
            write_string(out, text);
        }
        Value::Array(elements) => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                if !write(out, element, cap) {
                    return false;
                }
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            let fits = if members.len() <= FEW {
                write_members(out, &mut few_in_order(members), cap)
            } else {
                write_members(out, &mut canonical_members(members).into_iter(), cap)
            };
            if !fits {
                return false;
            }
            out.push('}');
        }
    }
    out.len() <= cap
}

fn write_members(
    out: &mut String,
    members: &mut dyn Iterator<Item = (&str, &Value)>,
    cap: usize,
) -> bool {
    for (i, (key, member)) in members.enumerate() {
        if i > 0 {
            out.push(',');
        }
        if key.len() > cap {
            return false;
        }
        write_string(out, key);
        out.push(':');
        if !write(out, member, cap) {
            return false;
        }
    }
    true
}

/// As many members are put in order without memory of their own.
const FEW: usize = 12;

/// As [`canonical_members`], by looking for the next one each time.
fn few_in_order(members: &[(String, Value)]) -> impl Iterator<Item = (&str, &Value)> {
    let mut last: Option<&str> = None;
    std::iter::from_fn(move || {
        let mut next: Option<&(String, Value)> = None;
        for member in members {
            let after = last.is_none_or(|last| utf16_cmp(last, &member.0) == Ordering::Less);
            // Of a name, the last member.
            if after && next.is_none_or(|(name, _)| utf16_cmp(&member.0, name) != Ordering::Greater)
            {
                next = Some(member);
            }
        }
        let (name, value) = next?;
        last = Some(name);
        Some((name.as_str(), value))
    })
}

/// The members by name, each name once, with its last value.
fn canonical_members(members: &[(String, Value)]) -> Vec<(&str, &Value)> {
    let names = members.iter().rev().enumerate();
    // By the last place first, so that of a name the last is kept.
    let names = sorted(
        names
            .map(|(place, (name, member))| Name {
                name,
                place,
                member,
            })
            .collect(),
    );
    let mut members: Vec<(&str, &Value)> = names.iter().map(|n| (n.name, n.member)).collect();
    members.dedup_by_key(|(name, _)| *name);
    members
}

/// A member's name, ordered as RFC 8785 has it.
struct Name<'a> {
    name: &'a str,
    place: usize,
    member: &'a Value,
}

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        utf16_cmp(self.name, other.name).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Name<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from_json_with_duplicates(text).unwrap()
    }

    #[test]
    fn members_are_sorted_by_code_units() {
        // U+FB33 comes after the surrogates of U+1F600, and before it in code points.
        let given =
            value("{\"\\ufb33\": 1, \"\\ud83d\\ude00\": 2, \"b\": [true, null], \"a\": {}}");
        assert_eq!(
            canonical(&given),
            "{\"a\":{},\"b\":[true,null],\"\u{1F600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn the_last_of_duplicates_counts() {
        assert_eq!(
            canonical(&value("{\"a\":1,\"b\":0,\"a\":2}")),
            "{\"a\":2,\"b\":0}"
        );
    }

    #[test]
    fn few_members_are_put_in_order_as_many_are() {
        for count in [FEW, FEW.saturating_add(1)] {
            let member = |i: usize| format!("\"k{:02}\":{i}", i.wrapping_mul(7) % 11);
            let members: Vec<String> = (0..count).map(member).collect();
            let given = value(&format!("{{{}}}", members.join(",")));
            let sorted = serde_json::from_str::<std::collections::BTreeMap<String, u64>>(&format!(
                "{{{}}}",
                members.join(",")
            ))
            .unwrap();
            assert_eq!(canonical(&given), serde_json::to_string(&sorted).unwrap());
        }
    }

    #[test]
    fn the_cap_is_exact_and_noticed_early() {
        let given = value("[1,\"é\"]");
        let text = format!("{{\"a\":{},\"b\":null}}", canonical(&given));
        let within = |cap| canonical_object_within(&[("a", &given), ("b", &Value::Null)], cap);
        assert_eq!(within(text.len()), Some(text.clone()));
        assert_eq!(within(text.len() - 1), None);
        assert_eq!(within(0), None);
    }

    #[test]
    fn digests_are_of_the_canonical_text() {
        assert_eq!(
            digest_of(&value("{\"b\":1, \"a\":2}")),
            Digest::of(b"{\"a\":2,\"b\":1}")
        );
    }
}
