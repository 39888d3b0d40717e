//! What errors say in words: which field, what is wrong with it, and never its value.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use portcullis::{Engine, Value};
use serde_json::{Value as Json, json};

fn value(json: &Json) -> Value {
    Value::from_json(&json.to_string()).unwrap()
}

fn request(over: &Json) -> Value {
    let mut request = json!({
        "action": "llm_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": {"id": "u1"}, "workflow": null,
        "agent": null, "tool": null, "run": null, "input": {},
    });
    let Some(over) = over.as_object() else {
        return value(over);
    };
    for (key, member) in over {
        request[key] = member.clone();
    }
    value(&request)
}

fn engine(effect: &str, scope: &str, rule: &Json) -> Engine {
    let policy =
        json!({"id": "p", "name": "p", "scope": scope, "effect": effect, "rule_expr": rule});
    Engine::load(value(&json!([policy])), None).unwrap()
}

/// The words of the first reason's error.
fn said(engine: &Engine, request: &Value) -> String {
    let decision = engine.decide(request);
    let error = decision.reasons.first().unwrap().error.clone();
    error.unwrap().message
}

#[test]
fn an_invalid_request_is_told_what_is_wrong_with_it() {
    let engine = Engine::load(value(&json!([])), None).unwrap();
    let cases = [
        (json!(5), "the request is no plain object", "the request"),
        (
            json!({"action": "dance"}),
            "`action` is not a declared action",
            "action",
        ),
        (
            json!({"now": 0.5}),
            "`now` is no whole number of milliseconds since the epoch",
            "now",
        ),
        (
            json!({"tenant": {"id": ""}}),
            "`tenant.id` is no non-empty string",
            "tenant.id",
        ),
        (json!({"app": {"id": 5}}), "`app.id` is no string", "app.id"),
        (json!({"run": {"id": 5}}), "`run.id` is no string", "run.id"),
        (
            json!({"action": "tool_call"}),
            "`tool.id` is no string",
            "tool.id",
        ),
        (
            json!({"run": {"mode": "fast"}}),
            "`run.mode` is neither `draft` nor `auto`",
            "run.mode",
        ),
    ];
    for (over, message, field) in cases {
        let request = request(&over);
        assert_eq!(said(&engine, &request), message);
        // It has no digest either, for the same reason.
        let error = engine.request_digest(&request).unwrap_err();
        assert_eq!(error.field(), field);
    }
}

#[test]
fn an_error_of_coverage_tells_a_missing_entity_from_a_missing_id() {
    let engine = engine("deny", "tool", &json!({"target": ["x"]}));
    let mut unstated = request(&json!({}));
    if let Value::Object(members) = &mut unstated {
        members.retain(|(key, _)| key != "tool");
    }
    let unstated = said(&engine, &unstated);
    assert_eq!(
        unstated,
        "`tool` is not stated: say `null` where there is none"
    );
    for (tool, words) in [
        (json!({}), "`tool.id` is missing"),
        (
            json!("x"),
            "`tool` is of another type than the policy needs",
        ),
    ] {
        assert_eq!(said(&engine, &request(&json!({"tool": tool}))), words);
    }
}

#[test]
fn a_limit_and_an_approval_say_why_they_need_what_is_missing() {
    let limit = json!({"then": {"limits": [{"meter": "tokens", "per": ["agent"], "max": 5}]}});
    let limit = engine("modify", "global", &limit);
    assert_eq!(
        said(&limit, &request(&json!({}))),
        "`agent.id` is missing, and a limit is counted by it"
    );
    let metered =
        json!({"then": {"limits": [{"meter": {"field": "input.n"}, "per": ["user"], "max": 5}]}});
    let metered = engine("modify", "global", &metered);
    assert_eq!(
        said(&metered, &request(&json!({}))),
        "`input.n` is missing, and a limit is counted by it"
    );
    for amount in [json!(-1), json!(0.5), json!("1")] {
        assert_eq!(
            said(&metered, &request(&json!({"input": {"n": amount}}))),
            "`input.n` is of another type than the policy needs"
        );
    }
    let approval = json!({"approval": {"approvers": {"roles": ["dba"]}}});
    let approval = engine("require_approval", "global", &approval);
    assert_eq!(
        said(&approval, &request(&json!({"user": null}))),
        "`user.id` is missing, and the approval must not be the requester's own"
    );
}

#[test]
fn a_leaf_says_what_is_wrong_and_never_the_value() {
    let cases = [
        (json!({"eq": "a"}), json!(null), "is missing"),
        (
            json!({"eq": "a"}),
            json!(4711),
            "is of another type than the policy needs",
        ),
        (
            json!({"eq": "a"}),
            json!(1e300),
            "holds what JSON can't say, or a number that isn't exact",
        ),
        (
            json!({"as": "url_host", "eq": "a"}),
            json!("secret"),
            "is not well formed for what the policy reads from it",
        ),
        (
            json!({"eq": "a"}),
            json!("x".repeat(65_537)),
            "is longer than a policy may read",
        ),
        (
            json!({"as": "size", "eq": 1}),
            json!(vec![0; 10_001]),
            "has more elements than a policy may read",
        ),
        (
            json!({"matches": format!("*{}", "b*".repeat(100))}),
            json!("a".repeat(65_000)),
            "takes more steps to match than a policy may spend",
        ),
    ];
    for (mut leaf, x, words) in cases {
        leaf["field"] = json!("input.x");
        let engine = engine("deny", "global", &json!({"when": leaf}));
        let said = said(&engine, &request(&json!({"input": {"x": x}})));
        assert_eq!(said, format!("`input.x` {words}"));
    }
}
