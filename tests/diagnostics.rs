//! What is said of policies and catalogues, case by case: `vectors/diagnostics/*.json`.
//!
//! Large input is written short: `{"$text": "x", "times": 3, "then": "y"}` is `"xxxy"`; in a list, `{"$each": 1, "times": 3}` is
//! `1, 1, 1`; `{"$nest": "not", "times": 2, "in": {}}` is `{"not": {"not": {}}}`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use portcullis::error::{Diagnostic, Severity};
use portcullis::model::Value;
use portcullis::parse::{
    DiagnosticCode, catalogue_value, parse_catalogue, parse_policies, parse_text,
};
use portcullis::validate::validate;
use serde_json::json;

fn expand(value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let mut expanded = Vec::new();
            for element in elements {
                let times = element.get("$each").map_or(1, |_| times(element));
                let one = expand(element.get("$each").unwrap_or(element));
                expanded.extend(std::iter::repeat_n(one, times));
            }
            Value::Array(expanded)
        }
        Value::Object(members) => {
            let text = |key| value.get(key).and_then(Value::as_str);
            if let Some(repeated) = text("$text") {
                return Value::String(repeated.repeat(times(value)) + text("then").unwrap_or(""));
            }
            if let Some(key) = text("$nest") {
                let inner = expand(value.get("in").unwrap());
                return (0..times(value)).fold(inner, |inner, _| {
                    Value::Object(vec![(key.to_owned(), inner)])
                });
            }
            Value::Object(
                members
                    .iter()
                    .map(|(key, member)| (key.clone(), expand(member)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn times(value: &Value) -> usize {
    match value.get("times") {
        Some(Value::Number(times)) => format!("{times}").parse().unwrap(),
        _ => panic!("`times` is missing"),
    }
}

struct Case {
    name: String,
    given: Value,
    /// Code, severity and pointer of each.
    expected: Vec<[String; 3]>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/diagnostics");
    let files = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let content: Value = Value::from_json(&fs::read_to_string(&file).unwrap()).unwrap();
        let Value::Array(given) = content else {
            panic!("{stem} is no list")
        };
        for given in given {
            let text = |value: &Value, key| value.get(key).unwrap().as_str().unwrap().to_owned();
            let Some(Value::Array(expected)) = given.get("expected") else {
                panic!("a case of {stem} expects nothing")
            };
            cases.push(Case {
                name: format!("{stem}: {}", text(&given, "description")),
                expected: expected
                    .iter()
                    .map(|e| ["code", "severity", "pointer"].map(|key| text(e, key)))
                    .collect(),
                given,
            });
        }
    }
    cases
}

fn run(case: &Case) -> Vec<Diagnostic> {
    let parsed = match case.given.get("text") {
        Some(text) => parse_text(expand(text).as_str().unwrap()),
        None => parse_policies(&expand(case.given.get("policies").unwrap())),
    };
    let Some(given) = case.given.get("catalogue") else {
        return validate(parsed, None).diagnostics;
    };
    let (catalogue, mut diagnostics) = parse_catalogue(&expand(given));
    diagnostics.extend(validate(parsed, Some(&catalogue)).diagnostics);
    diagnostics
}

#[test]
fn every_case_is_diagnosed_as_it_says() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 120);
    for case in &cases {
        let found: Vec<[String; 3]> = run(case)
            .into_iter()
            .map(|d| {
                let severity = if d.severity == Severity::Error {
                    "error"
                } else {
                    "warning"
                };
                [d.code, severity.to_owned(), d.pointer]
            })
            .collect();
        if found != case.expected {
            wrong.push(format!(
                "{}\n  expected {:?}\n  found    {found:?}",
                case.name, case.expected
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_code_has_a_case() {
    let cases = cases();
    let expected = cases.iter().flat_map(|case| &case.expected);
    let seen: BTreeSet<&str> = expected.map(|[code, ..]| code.as_str()).collect();
    let all: BTreeSet<&str> = DiagnosticCode::ALL
        .iter()
        .map(|(code, _)| code.as_str())
        .collect();
    assert_eq!(seen, all);
}

#[test]
fn words_are_plain() {
    for case in cases() {
        let name = &case.name;
        for found in run(&case) {
            let of_parser = found.code == "invalid_json";
            for text in [&found.message, &found.help] {
                let first = text.chars().next().unwrap();
                assert!(
                    !first.is_uppercase() && !text.ends_with('.'),
                    "{name}: {text}"
                );
                assert!(!text.contains("::") || of_parser, "{name}: {text}");
                assert!(text.chars().count() < 400, "{name}: {text}");
                assert_eq!(text.matches('`').count() % 2, 0, "{name}: {text}");
            }
        }
    }
}

#[test]
fn near_words_are_suggested() {
    for (text, help) in [
        (r#"{"efect": "deny"}"#, "did you mean `effect`?"),
        (r#"{"scope": "tol"}"#, "did you mean `tool`?"),
    ] {
        let parsed = parse_text(&format!("[{text}]"));
        assert!(
            parsed.diagnostics.iter().any(|d| d.help == help),
            "{:?}",
            parsed.diagnostics
        );
    }
    let catalogue = json!({"tools": [{"name": "pay", "inputSchema": {"properties": {"amount": {"type": "number"}}}}]});
    let (catalogue, _) = parse_catalogue(&Value::from(catalogue));
    for (field, meant) in [
        ("input.amuont", "did you mean `input.amount`?"),
        ("amount", "did you mean `input.amount`?"),
        ("usr.id", "did you mean `user.id`?"),
    ] {
        let policy = json!([{"id": "p", "name": "n", "scope": "tool", "effect": "deny", "rule_expr": {"target": ["pay"], "when": {"field": field, "gt": 1}}}]);
        let found = validate(parse_policies(&Value::from(policy)), Some(&catalogue)).diagnostics;
        assert_eq!(
            found.iter().map(|d| d.help.as_str()).collect::<Vec<_>>(),
            [meant]
        );
    }
}

#[test]
fn errors_say_line_and_column() {
    let found = parse_text("[\n  {]").diagnostics;
    assert!(
        found[0].message.contains("line 2 column 4"),
        "{}",
        found[0].message
    );
    let twice = catalogue_value(r#"{"a": {"b": 1, "b": 2}}"#).unwrap_err();
    assert_eq!(
        (twice[0].code.as_str(), twice[0].pointer.as_str()),
        ("duplicate_key", "/catalogue/a/b")
    );
}
