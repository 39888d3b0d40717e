//! What requests may hold beside JSON: values that JavaScript has and JSON can't say, and those that were left out for their size.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use portcullis::model::Oversized;
use portcullis::{Engine, Value};
use serde_json::{Value as Json, json};

fn value(json: &Json) -> Value {
    Value::from_json(&json.to_string()).unwrap()
}

/// A request of an LLM call, in which one top-level member is another.
fn request(key: &str, member: Value) -> Value {
    let request = json!({
        "action": "llm_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": {"id": "u1"}, "workflow": null,
        "agent": null, "tool": null, "run": null,
    });
    let Value::Object(mut members) = value(&request) else {
        panic!("it is an object");
    };
    members.retain(|(name, _)| name != key);
    members.push((key.to_owned(), member));
    Value::Object(members)
}

/// The error with which one deny applies: its code, field and pointer. Nothing where it does not apply.
fn error(policy: &Json, request: &Value) -> Json {
    let engine = Engine::load(value(&json!([policy])), None).unwrap();
    let decision = engine.decide(request);
    assert_eq!(decision, engine.decide_by_scan(request, &[]));
    assert_eq!(decision, engine.explain(request, &[]).decision);
    let reason = decision.reasons.first();
    let error = reason.and_then(|reason| reason.error.as_ref());
    let Some(error) = error else {
        return Json::Null;
    };
    let error = serde_json::to_value(error).unwrap();
    json!([error["code"], error["field"], error["pointer"]])
}

fn deny(when: &Json) -> Json {
    json!({"id": "d", "name": "d", "scope": "global", "effect": "deny", "rule_expr": {"when": when}})
}

#[test]
fn an_entity_that_json_cannot_say_is_an_error_of_coverage() {
    let policy = json!({"id": "d", "name": "d", "scope": "tool", "effect": "deny", "rule_expr": {"target": ["x"]}});
    let said = error(&policy, &request("tool", Value::Unsupported));
    assert_eq!(said, json!(["unsupported", "tool", "/scope"]));
    for oversized in [Oversized::String, Oversized::Array] {
        let said = error(&policy, &request("tool", Value::Oversized(oversized)));
        assert_eq!(said, json!(["wrong_type", "tool", "/scope"]));
    }
}

#[test]
fn a_leaf_says_what_it_meets() {
    let input = |member: Value| Value::Object(vec![("x".to_owned(), member)]);
    let cases = [
        (Value::Unsupported, "unsupported"),
        (Value::Oversized(Oversized::String), "too_long"),
        (Value::Oversized(Oversized::Array), "too_many"),
        (Value::Number(f64::NAN), "unsupported"),
        (Value::Number(f64::INFINITY), "unsupported"),
        (Value::Number(9_007_199_254_740_992.0), "unsupported"),
    ];
    for (member, code) in cases {
        let request = request("input", input(member.clone()));
        let leaf = deny(&json!({"field": "input.x", "eq": "a"}));
        let expected = json!([code, "input.x", "/rule_expr/when"]);
        assert_eq!(error(&leaf, &request), expected, "{member:?}");
        // There is something, unless nobody can say what.
        let exists = deny(&json!({"field": "input.x", "exists": false}));
        let expected = match code {
            "unsupported" => json!([code, "input.x", "/rule_expr/when"]),
            _ => Json::Null,
        };
        assert_eq!(error(&exists, &request), expected, "{member:?}");
    }
}

#[test]
fn below_what_json_cannot_say_nothing_can_be_told() {
    let leaf = deny(&json!({"field": "input.x.y", "exists": true}));
    for (member, code) in [
        (Value::Unsupported, "unsupported"),
        (Value::Number(f64::NAN), "unsupported"),
        (Value::Number(1e300), "unsupported"),
        (Value::Oversized(Oversized::String), "wrong_type"),
        (Value::Oversized(Oversized::Array), "wrong_type"),
    ] {
        let input = Value::Object(vec![("x".to_owned(), member.clone())]);
        let said = error(&leaf, &request("input", input));
        let expected = json!([code, "input.x.y", "/rule_expr/when"]);
        assert_eq!(said, expected, "{member:?}");
    }
}

#[test]
fn an_element_that_json_cannot_say_is_an_error_of_that_element() {
    let elements = Value::Array(vec![Value::from("a"), Value::Unsupported]);
    let input = Value::Object(vec![("x".to_owned(), elements)]);
    let request = request("input", input);
    let some = deny(&json!({"field": "input.x", "some": {"eq": "b"}}));
    let said = error(&some, &request);
    assert_eq!(said[0], "unsupported");
    assert_eq!(said[1], "input.x.1");
    let includes = deny(&json!({"field": "input.x", "includes": "b"}));
    assert_eq!(error(&includes, &request)[0], "unsupported");
}

#[test]
fn a_request_that_json_cannot_say_has_no_digest() {
    let engine = Engine::load(value(&json!([])), None).unwrap();
    let inputs = [
        Value::Unsupported,
        Value::Oversized(Oversized::String),
        Value::Oversized(Oversized::Array),
        Value::Array(vec![Value::Unsupported]),
        Value::Number(f64::NAN),
    ];
    for input in inputs {
        let request = request("input", input.clone());
        assert!(engine.request_digest(&request).is_err(), "{input:?}");
    }
    assert!(
        engine
            .request_digest(&request("input", Value::Null))
            .is_ok()
    );
}

/// JSON text never gives −0 here, and a number that was computed may be it.
#[test]
fn minus_zero_is_zero() {
    let minus = || Value::Number(-0.0);
    let zeros = request("input", Value::Object(vec![("x".to_owned(), minus())]));
    let nothing = request("input", Value::Object(vec![]));
    // Among more than one, where they are searched by their order.
    let lists = [
        json!({"in": [-1, 0, 1]}),
        json!({"not_in": [1, 2, 3]}),
        json!({"eq": 0}),
        json!({"gte": 0}),
    ];
    for mut leaf in lists {
        leaf["field"] = json!("input.x");
        let Value::Object(members) = value(&leaf) else {
            panic!("a leaf is an object");
        };
        let with_default = [members.clone(), vec![("default".to_owned(), minus())]].concat();
        for (leaf, request) in [(members, &zeros), (with_default, &nothing)] {
            let mut policy = value(&deny(&json!({})));
            if let Value::Object(row) = &mut policy {
                row.retain(|(key, _)| key != "rule_expr");
                let rule = vec![("when".to_owned(), Value::Object(leaf))];
                row.push(("rule_expr".to_owned(), Value::Object(rule)));
            }
            let engine = Engine::load(Value::Array(vec![policy]), None).unwrap();
            let reason = engine.decide(request).reasons.pop();
            assert_eq!(
                reason.and_then(|reason| reason.policy_id).as_deref(),
                Some("d")
            );
        }
    }
}

#[test]
fn an_amount_of_minus_zero_is_zero() {
    let limit = json!({"meter": {"field": "input.x"}, "per": ["user"], "max": 3});
    let policies = json!([
        {"id": "a", "name": "a", "scope": "global", "effect": "allow", "rule_expr": {}},
        {"id": "m", "name": "m", "scope": "global", "effect": "modify", "rule_expr": {"then": {"limits": [limit]}}},
    ]);
    let engine = Engine::load(value(&policies), None).unwrap();
    let input = Value::Object(vec![("x".to_owned(), Value::Number(-0.0))]);
    let limits = engine.decide(&request("input", input)).limits;
    let amount = limits.first().and_then(|limit| limit.amount).unwrap();
    assert!(amount == 0.0 && amount.is_sign_positive());
}
