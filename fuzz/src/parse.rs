//! Text: the reader of JSON against another one, and what is read against what is printed of it.

use std::collections::BTreeMap;

use portcullis::digest::canonical;
use portcullis::model::{JsonError, MAX_RULE_BYTES, Policy, Value};
use portcullis::parse::{ParsedPolicy, parse_policy, parse_text, print_policy};
use portcullis::{Engine, validate};

/// Takes the text of policies and, behind a NUL, that of a catalogue.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (policies, catalogue) = match text.split_once('\0') {
        Some((policies, catalogue)) => (policies, Some(catalogue)),
        None => (text, None),
    };
    check_json(policies);
    catalogue.into_iter().for_each(check_json);
    check_policies(policies);
    check_loading(policies, catalogue);
}

/// The reader of JSON accepts what `serde_json` accepts and reads the same. There are three exceptions, all meant: each has
/// its own cap on nesting, objects keep keys that they have twice, and −0 is 0.
fn check_json(text: &str) {
    let ours = Value::from_json_with_duplicates(text);
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match (&ours, &theirs) {
        (Ok(value), Ok(same)) => {
            let (read, has_duplicates) = last_wins(value);
            assert_eq!(read, Value::from(same.clone()), "{text}");
            assert_eq!(Value::from_json(text).is_err(), has_duplicates, "{text}");
            check_printing(value, has_duplicates);
        }
        (Ok(_), Err(error)) => {
            let too_deep = error.to_string().starts_with("recursion limit exceeded");
            assert!(too_deep, "{text}: only ours reads it: {error}");
        }
        (Err(error), Ok(_)) => {
            assert!(error.is_too_deep(), "{text}: only theirs reads it: {error}")
        }
        (Err(error), Err(_)) => check_place(error, text),
    }
}

fn check_place(error: &JsonError, text: &str) {
    let line = text.split('\n').nth(error.line() - 1);
    let columns = line.map(|line| line.chars().count() + 1);
    assert!(columns >= Some(error.column()), "{text}: {error}");
}

fn check_printing(value: &Value, has_duplicates: bool) {
    let printed = serde_json::to_string(value).expect("a value prints");
    assert_eq!(
        Value::from_json_with_duplicates(&printed).as_ref(),
        Ok(value),
        "{printed}"
    );
    if !has_duplicates {
        let text = canonical(value);
        let again = Value::from_json(&text).map(|read| canonical(&read));
        assert_eq!(again.as_ref(), Ok(&text));
    }
}

/// Objects with sorted members, of those of one name the last; and whether there were any.
fn last_wins(value: &Value) -> (Value, bool) {
    match value {
        Value::Array(elements) => {
            let read: Vec<_> = elements.iter().map(last_wins).collect();
            let any = read.iter().any(|(_, duplicates)| *duplicates);
            (
                Value::Array(read.into_iter().map(|(value, _)| value).collect()),
                any,
            )
        }
        Value::Object(members) => {
            let mut sorted = BTreeMap::new();
            let mut any = false;
            for (key, member) in members {
                let (member, duplicates) = last_wins(member);
                any |= duplicates | sorted.insert(key.clone(), member).is_some();
            }
            (Value::Object(sorted.into_iter().collect()), any)
        }
        other => (other.clone(), false),
    }
}

/// What is read of a policy, printed and read again, is the same.
fn check_policies(text: &str) {
    let parsed = parse_text(text);
    for policy in parsed
        .policies
        .into_iter()
        .filter_map(ParsedPolicy::into_policy)
    {
        let printed = print_policy(&policy);
        let rule = printed.get("rule_expr").cloned().unwrap_or_default();
        // Defaults are spelled out, so that a rule at its cap may be printed as one above it.
        if canonical(&rule).len() > MAX_RULE_BYTES {
            continue;
        }
        let (again, diagnostics) = parse_policy(&printed, 0);
        let again = again.and_then(ParsedPolicy::into_policy);
        let again = again.unwrap_or_else(|| panic!("{printed:?} is not read: {diagnostics:?}"));
        assert_eq!(without_text(&again), without_text(&policy));
        assert_eq!(print_policy(&again), printed);
        assert_eq!(again.rule_expr, rule);
    }
}

fn without_text(policy: &Policy) -> Policy {
    Policy {
        rule_expr: Value::Null,
        ..policy.clone()
    }
}

/// Text loads as its value does, and what does not load says why.
fn check_loading(policies: &str, catalogue: Option<&str>) {
    let loaded = Engine::load_json(policies, catalogue);
    let found = match &loaded {
        Ok(engine) => engine.warnings(),
        Err(error) => error.diagnostics(),
    };
    assert!(loaded.is_ok() || !found.is_empty());
    let value = Value::from_json_with_duplicates(policies);
    let typing = catalogue.map(Value::from_json_with_duplicates).transpose();
    if let (Ok(value), Ok(typing)) = (value, typing) {
        let by_value = validate(value, typing.as_ref());
        assert!(
            loaded.is_err() || by_value == found,
            "{by_value:?}\n{found:?}"
        );
    }
}
