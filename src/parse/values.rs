//! Reads the plain values that keys hold: strings, numbers, lists, words, paths.

use crate::model::{
    MAX_LITERALS, MAX_NUMBER, MAX_SEGMENTS, MAX_STRING_BYTES, Oversized, Path, PathError, Value,
};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::{Findings, did_you_mean, grouped, quote};

/// A string, empty or not.
pub(crate) fn text<'v>(value: &'v Value, at: &At<'_>, findings: &mut Findings) -> Option<&'v str> {
    match value {
        Value::String(text) => Some(text),
        Value::Oversized(Oversized::String) => {
            findings.error(
                Code::TextTooLong,
                at,
                &[
                    "the string has more than ",
                    &grouped(MAX_STRING_BYTES),
                    " bytes, and ",
                    &grouped(MAX_STRING_BYTES),
                    " are allowed",
                ],
                "make it shorter",
            );
            None
        }
        _ => {
            findings.wrong_type(at, "a string", value, "write it in quotes");
            None
        }
    }
}

/// A string that is not empty.
pub(crate) fn filled<'v>(
    value: &'v Value,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<&'v str> {
    let text = text(value, at, findings)?;
    if text.is_empty() {
        findings.error(
            Code::EmptyString,
            at,
            &["the string is empty"],
            "write something, or leave it out",
        );
        return None;
    }
    Some(text)
}

/// `true` or `false`.
pub(crate) fn boolean(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<bool> {
    if let Value::Bool(b) = value {
        return Some(*b);
    }
    findings.wrong_type(
        at,
        "true or false",
        value,
        "write `true` or `false`, without quotes",
    );
    None
}

/// A whole number of at least `least` and at most `most`.
pub(crate) fn integer(
    value: &Value,
    least: u64,
    most: u64,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<u64> {
    let Value::Number(number) = value else {
        findings.wrong_type(at, "a whole number", value, "write it without quotes");
        return None;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and in range"
    )]
    let whole = (number.fract() == 0.0 && *number >= 0.0 && *number <= MAX_NUMBER)
        .then_some(*number as u64)
        .filter(|n| *n >= least && *n <= most);
    if whole.is_none() {
        findings.error(
            Code::InvalidNumber,
            at,
            &[
                "expected a whole number of at least ",
                &least.to_string(),
                " and at most ",
                &most.to_string(),
            ],
            "use a whole number in that range",
        );
    }
    whole
}

/// The elements of an array; empty ones are noted unless allowed.
pub(crate) fn elements<'v>(
    value: &'v Value,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<&'v [Value]> {
    match value {
        Value::Array(elements) if elements.is_empty() => {
            findings.error(
                Code::EmptyList,
                at,
                &["the list is empty"],
                "name at least one, or leave the key out",
            );
            None
        }
        Value::Array(elements) if elements.len() > MAX_LITERALS => {
            findings.over_cap(
                Code::TooManyLiterals,
                at,
                "the list",
                elements.len(),
                MAX_LITERALS,
                "elements",
            );
            None
        }
        Value::Array(elements) => Some(elements),
        Value::Oversized(Oversized::Array) => {
            findings.error(
                Code::TooManyLiterals,
                at,
                &[
                    "the list has more than ",
                    &grouped(MAX_LITERALS),
                    " elements, and ",
                    &grouped(MAX_LITERALS),
                    " are allowed",
                ],
                "make it smaller, or split it",
            );
            None
        }
        _ => {
            findings.wrong_type(at, "a list", value, "put it in `[…]`");
            None
        }
    }
}

/// A list of strings that are not empty, at least one.
pub(crate) fn strings(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Vec<String>> {
    let elements = elements(value, at, findings)?;
    let mut strings = Vec::with_capacity(elements.len());
    for (i, element) in elements.iter().enumerate() {
        if let Some(text) = filled(element, &at.index(i), findings) {
            strings.push(text.to_owned());
        }
    }
    (strings.len() == elements.len()).then_some(strings)
}

/// The position of a word in a list of known ones.
pub(crate) fn word(
    value: &Value,
    known: &[&'static str],
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<usize> {
    let word = text(value, at, findings)?;
    let position = known.iter().position(|k| *k == word);
    if position.is_none() {
        let otherwise = ["one of: ", &known.join(", ")].concat();
        let help = did_you_mean(word, &mut known.iter().copied(), &otherwise);
        findings.error(
            Code::UnknownValue,
            at,
            &["unknown value ", &quote(word)],
            &help,
        );
    }
    position
}

/// A path, dotted or as a list of keys.
pub(crate) fn path(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Path> {
    let (path, names) = match value {
        Value::String(dotted) => (Path::parse(dotted), dotted.split('.').count()),
        Value::Array(keys) => {
            let mut segments: Vec<Box<str>> = Vec::with_capacity(keys.len().min(MAX_SEGMENTS));
            for (i, key) in keys.iter().enumerate() {
                segments.push(text(key, &at.index(i), findings)?.into());
            }
            (Path::from_segments(segments), keys.len())
        }
        _ => {
            findings.wrong_type(
                at,
                "a path",
                value,
                "write it dotted, as `input.amount`, or as a list of keys",
            );
            return None;
        }
    };
    match path {
        Ok(path) => Some(path),
        Err(PathError::TooLong) => {
            findings.over_cap(
                Code::PathTooLong,
                at,
                "the path",
                names,
                MAX_SEGMENTS,
                "names",
            );
            None
        }
        Err(PathError::Empty) => {
            findings.error(
                Code::InvalidPath,
                at,
                &["the path has no names, or an empty one"],
                "write names with dots between them, as `input.amount`",
            );
            None
        }
    }
}
