//! Reads JSON text, exactly: no duplicate keys, no deep nesting.

use crate::error::Diagnostic;
use crate::model::{MAX_JSON_DEPTH, Value, sorted};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::Findings;
use super::members::duplicate_key;
use super::{Parsed, parse_owned};

/// Reads the text of an array of policies.
#[must_use]
pub fn parse_text(text: &str) -> Parsed {
    match read(text, &At::Policies) {
        // Of a policy, duplicate keys are noted where it is read.
        Ok(value) => parse_owned(value),
        Err(diagnostics) => Parsed {
            policies: Vec::new(),
            diagnostics,
        },
    }
}

/// Reads the text of policies into a value. Duplicate keys are noted where the policies are read.
///
/// # Errors
/// What is wrong with the text: `invalid_json`, `nested_too_deep`.
pub fn policies_value(text: &str) -> Result<Value, Vec<Diagnostic>> {
    read(text, &At::Policies)
}

/// Reads the text of a catalogue into a value.
///
/// # Errors
/// What is wrong with the text: `invalid_json`, `nested_too_deep`, `duplicate_key`.
pub fn catalogue_value(text: &str) -> Result<Value, Vec<Diagnostic>> {
    let value = read(text, &At::Catalogue)?;
    let mut findings = Findings::default();
    note_duplicates(&value, &At::Catalogue, &mut findings);
    if findings.errors == 0 {
        Ok(value)
    } else {
        Err(findings.diagnostics)
    }
}

pub(super) fn read(text: &str, at: &At<'_>) -> Result<Value, Vec<Diagnostic>> {
    Value::from_json_with_duplicates(text).map_err(|error| {
        let mut findings = Findings::default();
        if error.is_too_deep() {
            let (code, unit) = (Code::NestedTooDeep, "levels of nesting");
            findings.over_cap(code, at, "the JSON", depth(text), MAX_JSON_DEPTH, unit);
        } else {
            let problem = ["the text is no JSON: ", &error.to_string()].concat();
            findings.error(
                Code::InvalidJson,
                at,
                &[&problem],
                "write JSON as of RFC 8259",
            );
        }
        findings.diagnostics
    })
}

/// How deep brackets nest, not counting those in strings. Of text that is JSON, or of its part that is.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Notes every key that an object has twice.
pub(crate) fn note_duplicates(value: &Value, at: &At<'_>, findings: &mut Findings) {
    match value {
        Value::Array(elements) => {
            for (i, element) in elements.iter().enumerate() {
                note_duplicates(element, &at.index(i), findings);
            }
        }
        Value::Object(members) => {
            for name in duplicates(members) {
                duplicate_key(name, &at.key(name), findings);
            }
            for (name, member) in members {
                note_duplicates(member, &at.key(name), findings);
            }
        }
        _ => {}
    }
}

/// The names that an earlier member has.
fn duplicates(members: &[(String, Value)]) -> Vec<&str> {
    const FEW: usize = 16;
    let names = members.iter().map(|(name, _)| name.as_str());
    if members.len() <= FEW {
        let earlier = |i: usize, name: &str| members.iter().take(i).any(|(known, _)| known == name);
        return names
            .enumerate()
            .filter(|(i, name)| earlier(*i, name))
            .map(|(_, n)| n)
            .collect();
    }
    let names = sorted(names.collect());
    let twice = names.windows(2).filter_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    });
    twice.collect()
}
