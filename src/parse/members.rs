//! Reads objects with known keys.

use crate::model::Value;

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::{Findings, did_you_mean, quote};

/// What an object was, beside its members.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    /// Something else, which is noted.
    Not,
    /// One with unknown keys, which are noted.
    WithUnknownKeys,
    /// One with known keys only.
    Known,
}

/// Puts the members of an object into the slots of their keys. Notes unknown and duplicate keys.
pub(crate) fn members<'v>(
    value: &'v Value,
    keys: &[&'static str],
    slots: &mut [Option<&'v Value>],
    at: &At<'_>,
    findings: &mut Findings,
) -> Object {
    let Value::Object(members) = value else {
        findings.wrong_type(at, "an object", value, "write it as `{…}`");
        return Object::Not;
    };
    let mut object = Object::Known;
    for (key, member) in members {
        let position = keys.iter().position(|known| known == key);
        match position.and_then(|i| slots.get_mut(i)) {
            Some(slot) => {
                if slot.is_some() {
                    duplicate_key(key, &at.key(key), findings);
                }
                *slot = Some(member);
            }
            None => {
                object = Object::WithUnknownKeys;
                unknown_key(key, keys, at, findings);
            }
        }
    }
    object
}

/// As [`members`], where `null` is the same as nothing.
pub(crate) fn optional_members<'v>(
    value: &'v Value,
    keys: &[&'static str],
    slots: &mut [Option<&'v Value>],
    at: &At<'_>,
    findings: &mut Findings,
) -> Object {
    let object = members(value, keys, slots, at, findings);
    for slot in slots {
        if *slot == Some(&Value::Null) {
            *slot = None;
        }
    }
    object
}

/// Notes a key that is there twice.
pub(crate) fn duplicate_key(key: &str, at: &At<'_>, findings: &mut Findings) {
    findings.error(
        Code::DuplicateKey,
        at,
        &["the key ", &quote(key), " is there twice"],
        "keep one of them",
    );
}

fn unknown_key(key: &str, keys: &[&'static str], at: &At<'_>, findings: &mut Findings) {
    let otherwise = ["known here: ", &keys.join(", ")].concat();
    let help = did_you_mean(key, &mut keys.iter().copied(), &otherwise);
    findings.error(
        Code::UnknownKey,
        &at.key(key),
        &["unknown key ", &quote(key)],
        &help,
    );
}

/// Notes that a required key is missing.
pub(crate) fn missing_key(key: &str, at: &At<'_>, findings: &mut Findings, help: &str) {
    findings.error(
        Code::MissingKey,
        at,
        &["the key ", &quote(key), " is missing"],
        help,
    );
}

/// Notes a key that does not belong where it stands.
pub(crate) fn misplaced_key(key: &str, at: &At<'_>, why: &str, findings: &mut Findings) {
    findings.error(
        Code::MisplacedKey,
        &at.key(key),
        &["the key ", &quote(key), " does not belong here"],
        why,
    );
}
