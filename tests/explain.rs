//! Explanations agree with the decisions that they explain, and their changes hold.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

use portcullis::model::{Change, DecisionEffect, Explanation, Path, Reader};
use portcullis::{Engine, Value};
use proptest::prelude::*;

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

/// A request with one field set to another value; the path exists up to its last name.
fn with(request: &Value, path: &[Box<str>], to: &Value) -> Value {
    let Some((name, rest)) = path.split_first() else {
        return to.clone();
    };
    match request {
        Value::Array(elements) => {
            let at: usize = name.parse().unwrap();
            let changed = elements
                .iter()
                .enumerate()
                .map(|(i, element)| match i == at {
                    true => with(element, rest, to),
                    false => element.clone(),
                });
            Value::Array(changed.collect())
        }
        _ => {
            let Value::Object(mut members) = request.clone() else {
                return with(&Value::Object(Vec::new()), path, to);
            };
            let below = request.get(name).cloned().unwrap_or_default();
            members.retain(|(n, _)| **n != **name);
            members.push((name.to_string(), with(&below, rest, to)));
            Value::Object(members)
        }
    }
}

fn leaf() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        Just("input.a"),
        Just("input.b"),
        Just("input.c.d"),
        Just("run.mode")
    ];
    let test = prop_oneof![
        (-3..6_i32).prop_map(|n| format!(r#""lte":{n}"#)),
        (-3..6_i32).prop_map(|n| format!(r#""ne":{n}"#)),
        Just(r#""in":["x","auto"]"#.to_owned()),
        Just(r#""eq":"x","default":"x""#.to_owned()),
        Just(r#""starts_with":["x","dr"]"#.to_owned()),
        Just(r#""includes_any":["x","y"]"#.to_owned()),
        Just(r#""exists":true"#.to_owned()),
        Just(r#""as":"size","gte":2"#.to_owned()),
        Just(r#""some":{"eq":"x"}"#.to_owned()),
        Just(r#""every":{"not":{"eq":"x"}}"#.to_owned()),
        Just(r#""eq":{"field":"input.a"}"#.to_owned()),
    ];
    (field, test).prop_map(|(field, test)| format!(r#"{{"field":"{field}",{test}}}"#))
}

fn condition() -> impl Strategy<Value = String> {
    leaf().prop_recursive(2, 6, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (any::<bool>(), list).prop_map(|(all, list)| {
                let key = if all { "all" } else { "any" };
                format!(r#"{{"{key}":[{}]}}"#, list.join(","))
            }),
            inner.prop_map(|child| format!(r#"{{"not":{child}}}"#)),
        ]
    })
}

fn policies() -> impl Strategy<Value = String> {
    let effect = prop_oneof![
        Just(("allow", "")),
        Just(("deny", "")),
        Just((
            "require_approval",
            r#","approval":{"approvers":{"roles":["dba"]}}"#
        )),
        Just(("modify", r#","then":{"mode":"draft"}"#)),
    ];
    let one = (effect, condition(), any::<(bool, bool)>());
    prop::collection::vec(one, 1..6).prop_map(|policies| {
        let rows =
            policies
                .into_iter()
                .enumerate()
                .map(|(i, ((effect, more), condition, flags))| {
                    let key = if flags.0 { "when" } else { "unless" };
                    let enforcement = if flags.1 || i < 3 {
                        "enforce"
                    } else {
                        "shadow"
                    };
                    format!(
                        r#"{{"id":"p{i}","name":"p{i}","scope":"global","effect":"{effect}",
                    "enforcement":"{enforcement}","rule_expr":{{"{key}":{condition}{more}}}}}"#
                    )
                });
        let rows: Vec<String> = rows.collect();
        format!("[{}]", rows.join(","))
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        (-4..7_i32).prop_map(|n| n.to_string()),
        Just(r#""x""#.to_owned()),
        Just(r#"["x"]"#.to_owned()),
        Just(r#"["y","x"]"#.to_owned()),
        Just("[]".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
    ]
}

fn request() -> impl Strategy<Value = Value> {
    (value(), value(), value()).prop_map(|(a, b, d)| {
        json(&format!(
            r#"{{"action":"tool_call","now":0,"tenant":{{"id":"acme"}},"app":null,"user":{{"id":"u"}},
                "workflow":null,"agent":null,"tool":{{"id":"t"}},"run":{{"id":"r","mode":"auto"}},
                "input":{{"a":{a},"b":{b},"c":{{"d":{d}}}}}}}"#
        ))
    })
}

fn check_change(engine: &Engine, request: &Value, explanation: &Explanation, change: &Change) {
    let path: &Path = change.field.0.as_ref().unwrap();
    let decision = engine.decide(&with(request, path.segments(), &change.to));
    assert_eq!(
        (decision.effect, decision.code),
        (change.effect, change.code)
    );
    assert_ne!(decision.effect, explanation.decision.effect);
}

proptest! {
    #[test]
    fn explanations_agree_with_decisions(policies in policies(), request in request()) {
        let engine = Engine::load(json(&policies), None).unwrap();
        let explanation = engine.explain(&request, &[]);
        prop_assert_eq!(&explanation.decision, &engine.decide(&request));
        if let Some(change) = &explanation.smallest_change {
            check_change(&engine, &request, &explanation, change);
        }
        let applying = explanation.policies.iter().filter(|p| p.applies).count();
        let decision = &explanation.decision;
        prop_assert_eq!(applying, decision.reasons.len() + decision.shadow.len());
        for near in &explanation.near_misses {
            prop_assert!(decision.reasons.iter().all(|r| r.policy_id.as_ref() != Some(&near.policy_id)));
        }
        for reader in [Reader::Agent, Reader::Approver, Reader::Author] {
            prop_assert!(!explanation.text(reader).is_empty());
        }
        prop_assert!(serde_json::to_string(&explanation).is_ok());
    }

    /// What alone keeps an allow from applying is named, whatever the leaf and the value.
    #[test]
    fn a_lone_leaf_is_a_near_miss(leaf in leaf(), request in request()) {
        let policies = format!(
            r#"[{{"id":"a","name":"a","scope":"global","effect":"allow","rule_expr":{{"when":{leaf}}}}}]"#
        );
        let engine = Engine::load(json(&policies), None).unwrap();
        let explanation = engine.explain(&request, &[]);
        if explanation.decision.effect == DecisionEffect::Deny {
            prop_assert_eq!(explanation.near_misses.len(), 1);
        }
    }
}
