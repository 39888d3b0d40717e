//! What is decided, case by case: `vectors/decide/*.json`. How a file is written stands in `vectors/README.md`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use portcullis::{Engine, Value, parse_grants};

/// So that files that are not found don't pass for cases that hold.
const LEAST: usize = 300;

#[test]
fn every_case_is_decided_as_it_says() {
    let mut failures = Vec::new();
    let mut count = 0_usize;
    for (file, text) in files() {
        let document = Value::from_json(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
        let defaults = expand(document.get("defaults").unwrap_or(&Value::Null));
        for case in elements(document.get("cases")) {
            count = count.saturating_add(1);
            let description = text_of(case.get("description"));
            for problem in run(&expand(case), &defaults) {
                failures.push(format!("{file}: {description}: {problem}"));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} cases:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count >= LEAST, "there are but {count} cases");
}

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/decide");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// What is wrong with the decision on a case.
fn run(case: &Value, defaults: &Value) -> Vec<String> {
    let policies = policies(defaults.get("policies"), case.get("policies"));
    let engine = match Engine::load(policies, case.get("catalogue")) {
        Ok(engine) => engine,
        Err(error) => return vec![format!("{error}")],
    };
    let request = merged(defaults.get("request"), case.get("request"));
    let plain = engine.decide(&request);
    let decision = match case.get("grants") {
        None => plain,
        Some(grants) => {
            let asked = Value::from(serde_json::to_value(&plain).unwrap());
            let digest = engine.request_digest(&request).unwrap_or_default();
            let resolved = resolve(grants, &asked, &digest);
            let grants = parse_grants(&resolved);
            engine.decide_granted(&request, &grants)
        }
    };
    let decision = Value::from(serde_json::to_value(decision).unwrap());
    let mut problems = Vec::new();
    compare(case.get("expect").unwrap(), &decision, "", &mut problems);
    problems
}

/// The default policies, each with the top-level keys of the case's policy of its id, then the case's others.
fn policies(defaults: Option<&Value>, case: Option<&Value>) -> Value {
    let (defaults, case) = (elements(defaults), elements(case));
    let of_id = |id: Option<&Value>| case.iter().find(|policy| policy.get("id") == id);
    let is_default = |policy: &Value| defaults.iter().any(|d| d.get("id") == policy.get("id"));
    let known = defaults
        .iter()
        .map(|policy| merged(Some(policy), of_id(policy.get("id"))));
    let others = case.iter().filter(|policy| !is_default(policy)).cloned();
    // What a default leaves to its cases, and a case does not take up, is no policy of that case.
    let complete = |policy: &Value| policy.get("rule_expr").is_some();
    Value::Array(known.filter(complete).chain(others).collect())
}

/// `over` replaces `under`; of two objects it replaces the members that it names.
fn merged(under: Option<&Value>, over: Option<&Value>) -> Value {
    let (Some(Value::Object(under)), Some(Value::Object(over))) = (under, over) else {
        return over.or(under).cloned().unwrap_or_default();
    };
    let kept = under
        .iter()
        .filter(|(key, _)| !over.iter().any(|(k, _)| k == key));
    let given = over.iter().filter(|(_, v)| v.get("$missing").is_none());
    Value::Object(kept.chain(given).cloned().collect())
}

/// The value that a short notation stands for.
fn expand(value: &Value) -> Value {
    match value {
        Value::Array(elements) => Value::Array(elements.iter().map(expand).collect()),
        Value::Object(members) => {
            if let [(key, arguments)] = members.as_slice()
                && let Some(expanded) = generated(key, arguments)
            {
                return expanded;
            }
            Value::Object(
                members
                    .iter()
                    .map(|(k, v)| (k.clone(), expand(v)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn generated(key: &str, arguments: &Value) -> Option<Value> {
    let parts = elements(Some(arguments));
    Some(match (key, parts) {
        ("$repeat", [text, times]) => Value::String(text_of(Some(text)).repeat(count(times))),
        ("$fill", [value, times]) => Value::Array(vec![expand(value); count(times)]),
        ("$nest", [value, times]) => {
            (0..count(times)).fold(expand(value), |inner, _| Value::Array(vec![inner]))
        }
        ("$members", [prefix, times]) => members(text_of(Some(&expand(prefix))), count(times)),
        ("$series", [template, times]) => Value::Array(
            (0..count(times))
                .map(|i| expand(&numbered(template, i)))
                .collect(),
        ),
        ("$concat", parts) => joined(&parts.iter().map(expand).collect::<Vec<_>>()),
        _ => return None,
    })
}

fn members(prefix: &str, times: usize) -> Value {
    let name = |i| format!("{prefix}{i:05}");
    Value::Object((0..times).map(|i| (name(i), Value::Number(0.0))).collect())
}

/// One string of strings, or one array of arrays.
fn joined(parts: &[Value]) -> Value {
    if parts.iter().all(|part| part.as_str().is_some()) {
        return Value::String(parts.iter().filter_map(Value::as_str).collect());
    }
    let arrays = parts.iter().map(|part| elements(Some(part)));
    Value::Array(arrays.flatten().cloned().collect())
}

fn numbered(template: &Value, index: usize) -> Value {
    match template {
        Value::String(text) => Value::String(text.replace("##", &format!("{index:02}"))),
        Value::Array(elements) => {
            Value::Array(elements.iter().map(|e| numbered(e, index)).collect())
        }
        Value::Object(_) if template.get("$index").is_some() => {
            Value::Number(f64::from(u32::try_from(index).unwrap()))
        }
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, member)| (key.clone(), numbered(member, index)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// Grants with the digests that they name.
fn resolve(grants: &Value, asked: &Value, request_digest: &str) -> Value {
    match grants {
        Value::Array(elements) => Value::Array(
            elements
                .iter()
                .map(|e| resolve(e, asked, request_digest))
                .collect(),
        ),
        Value::Object(members) => {
            if grants.get("$request_digest").is_some() {
                return Value::from(request_digest);
            }
            if let Some(policy) = grants.get("$policy_digest") {
                let approvals = elements(asked.get("approvals"));
                let approval = approvals
                    .iter()
                    .find(|a| a.get("policy_id") == Some(policy));
                let digest = approval.and_then(|a| a.get("policy_digest"));
                return digest.cloned().unwrap_or_default();
            }
            let resolved =
                |(k, v): &(String, Value)| (k.clone(), resolve(v, asked, request_digest));
            Value::Object(members.iter().map(resolved).collect())
        }
        other => other.clone(),
    }
}

/// Objects match by the members that are expected, lists in their length and order.
fn compare(expected: &Value, actual: &Value, at: &str, problems: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(members), Value::Object(_)) => {
            for (key, member) in members {
                match actual.get(key) {
                    Some(value) => compare(member, value, &format!("{at}/{key}"), problems),
                    None => problems.push(format!("{at}/{key} is missing")),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (l, r)) in left.iter().zip(right).enumerate() {
                compare(l, r, &format!("{at}/{index}"), problems);
            }
        }
        _ if expected == actual => {}
        _ => problems.push(format!(
            "{at} should be {} and is {}",
            printed(expected),
            printed(actual)
        )),
    }
}

fn printed(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

fn elements(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(elements)) => elements,
        _ => &[],
    }
}

fn text_of(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap()
}

fn count(value: &Value) -> usize {
    printed(value).parse().unwrap()
}
