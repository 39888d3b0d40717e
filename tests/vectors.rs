//! What is decided, case by case: `vectors/decide/*.json`. How a file is written stands in `vectors/README.md`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "vectors/cases.rs"]
mod cases;

use cases::{Case, elements};
use portcullis::{Engine, Value, parse_grants};

#[test]
fn every_case_is_decided_as_it_says() {
    cases::check_each(run);
}

/// What is wrong with the decision on a case.
fn run(case: &Case) -> Vec<String> {
    let engine = match Engine::load(case.policies.clone(), case.catalogue.as_ref()) {
        Ok(engine) => engine,
        Err(error) => return vec![format!("{error}")],
    };
    let plain = engine.decide(&case.request);
    let decision = match &case.grants {
        None => plain,
        Some(grants) => {
            let asked = Value::from(serde_json::to_value(&plain).unwrap());
            let digest = engine.request_digest(&case.request).unwrap_or_default();
            let resolved = resolve(grants, &asked, &digest);
            let grants = parse_grants(&resolved);
            engine.decide_granted(&case.request, &grants)
        }
    };
    let decision = Value::from(serde_json::to_value(decision).unwrap());
    let mut problems = Vec::new();
    compare(&case.expect, &decision, "", &mut problems);
    problems
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
