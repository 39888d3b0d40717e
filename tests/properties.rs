//! What holds of every decision of the native engine.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

#[path = "properties/leaves.rs"]
mod leaves;
#[path = "properties/preview.rs"]
mod preview;
#[path = "properties/residual.rs"]
mod residual;
#[path = "properties/strategies.rs"]
mod strategies;

use portcullis::model::{Code, Decision, DecisionEffect, Effect, Grant, Mode, Reader};
use portcullis::{Engine, Value, validate};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use strategies::{anything, policies, policy, request, value, with_id};

fn load(policies: &[Json]) -> Engine {
    Engine::load(value(&json!(policies)), None).unwrap()
}

fn decide(policies: &[Json], request: &Json) -> Decision {
    load(policies).decide(&value(request))
}

fn strictness(decision: &Decision) -> u8 {
    match decision.effect {
        DecisionEffect::Allow => 0,
        DecisionEffect::RequireApproval => 1,
        DecisionEffect::Deny => 2,
    }
}

/// All but the digest of the set and what is in shadow.
fn verdict(decision: &Decision) -> Json {
    let mut told = serde_json::to_value(decision).unwrap();
    told["policy_set"] = Json::Null;
    told["shadow"] = Json::Null;
    told
}

/// Grants for every approval that the request may need.
fn grants(engine: &Engine, policies: &[Json], request: &Value, mode: Mode) -> Vec<Grant> {
    let Ok(request_digest) = engine.request_digest(request) else {
        return Vec::new();
    };
    let gates = policies
        .iter()
        .filter(|p| p["effect"] == "require_approval");
    let asked = gates.filter_map(|gate| {
        // Alone beside an open platform, an approval tells its digest.
        let alone = with_id(gate.clone(), gate["id"].as_str()?);
        let open = json!({"id": "open", "name": "open", "scope": "global", "effect": "allow", "rule_expr": {}});
        let approvals = decide(&[alone, open], &serde_json::from_str(&text(request)).ok()?).approvals;
        let approval = approvals.into_iter().next()?;
        Some(Grant {
            policy_id: approval.policy_id,
            policy_digest: approval.policy_digest,
            request_digest: request_digest.clone(),
            mode,
        })
    });
    asked.collect()
}

fn text(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_policies_does_not_matter(
        (set, shuffled) in policies(0..12).prop_flat_map(|set| (Just(set.clone()), Just(set).prop_shuffle())),
        request in request(),
    ) {
        prop_assert_eq!(decide(&set, &request), decide(&shuffled, &request));
    }

    #[test]
    fn adding_any_enforced_policy_but_an_allow_never_loosens(
        set in policies(0..8),
        added in policy().prop_filter("restricts", |p| p["effect"] != "allow" && p["enforcement"] == "enforce"),
        request in request(),
    ) {
        let before = decide(&set, &request);
        let after = decide(&[set, vec![with_id(added, "added")]].concat(), &request);
        prop_assert!(strictness(&after) >= strictness(&before));
        prop_assert!(before.mode == Mode::Auto || after.mode == Mode::Draft);
    }

    #[test]
    fn a_shadow_policy_another_tenants_and_a_disabled_one_never_change_the_verdict(
        set in policies(0..8),
        added in policy(),
        how in 0..3,
        request in request(),
    ) {
        let mut added = with_id(added, "added");
        match how {
            0 => added["enforcement"] = json!("shadow"),
            1 => added["enabled"] = json!(false),
            _ => {
                added["tenant_id"] = json!("initech");
                added["rule_expr"].as_object_mut().unwrap().remove("delegate");
            }
        }
        let before = decide(&set, &request);
        let after = decide(&[set, vec![added]].concat(), &request);
        prop_assert_eq!(verdict(&after), verdict(&before));
    }

    #[test]
    fn allowed_means_permitted_not_denied_and_approved(
        set in policies(0..8),
        request in request(),
        mode in prop_oneof![Just(Mode::Draft), Just(Mode::Auto)],
    ) {
        let (engine, request) = (load(&set), value(&request));
        let grants = grants(&engine, &set, &request, mode);
        let decision = engine.decide_granted(&request, &grants);
        let of = |id: &Option<String>| set.iter().find(|p| p["id"].as_str() == id.as_deref());
        let allows: Vec<&Json> = decision
            .reasons
            .iter()
            .filter(|r| r.effect == Effect::Allow)
            .filter_map(|r| of(&r.policy_id))
            .collect();
        let platform = |p: &&&Json| p["tenant_id"].is_null();
        let delegated = allows.iter().filter(platform).any(|p| p["rule_expr"]["delegate"] == true);
        let opened = allows.iter().filter(platform).any(|p| p["rule_expr"]["delegate"] != true);
        let permitted = opened || (delegated && allows.iter().any(|p| !p["tenant_id"].is_null()));
        let gates = || decision.reasons.iter().filter(|r| r.effect == Effect::RequireApproval);
        let approved = gates().all(|r| {
            let is_it = |g: &Grant| Some(&g.policy_id) == r.policy_id.as_ref();
            grants.iter().any(|g| is_it(g) && (g.mode == Mode::Auto || decision.mode == Mode::Draft))
        });
        let denied = decision.reasons.iter().any(|r| r.effect == Effect::Deny);
        // What can't be told of a limit or a requester denies as well.
        let refused = decision.code == Code::DeniedByPolicy && !denied;
        prop_assert!(!refused || decision.reasons.iter().any(|r| r.error.is_some()));
        let allowed = decision.effect == DecisionEffect::Allow;
        prop_assert_eq!(allowed, permitted && !denied && approved && !refused);
        prop_assert_eq!(allowed, decision.code == Code::Allowed);
    }

    #[test]
    fn nothing_panics(set in anything(), catalogue in anything(), request in anything()) {
        let _ = validate(set.clone(), Some(&catalogue));
        let _ = validate(Value::Array(vec![set.clone()]), Some(&catalogue));
        if let Ok(engine) = Engine::load(Value::Array(vec![set]), Some(&catalogue)) {
            let _ = engine.decide(&request);
        }
        let open = json!({"id": "a", "name": "a", "scope": "tool", "effect": "allow", "rule_expr": {"target": ["*"],
            "when": {"field": "input.x", "some": {"item": "id", "as": "lower", "eq": "x"}}}});
        let ask = json!({"id": "b", "name": "b", "scope": "global", "effect": "require_approval", "rule_expr": {
            "unless": {"field": "input", "as": "keys", "includes": "eq"}, "approval": {"approvers": {"roles": ["dba"]}}}});
        let engine = load(&[open, ask]);
        let valid = Value::Object(vec![
            ("action".to_owned(), Value::from("llm_call")),
            ("now".to_owned(), Value::Number(0.0)),
            ("tenant".to_owned(), Value::Object(vec![("id".to_owned(), Value::from("t"))])),
            ("input".to_owned(), request.clone()),
            ("tool".to_owned(), catalogue),
        ]);
        for request in [&request, &valid] {
            let grant = Grant {
                policy_id: "b".to_owned(),
                policy_digest: String::new(),
                request_digest: engine.request_digest(request).unwrap_or_default(),
                mode: Mode::Auto,
            };
            prop_assert_eq!(engine.decide_granted(request, std::slice::from_ref(&grant)).effect, DecisionEffect::Deny);
            let explanation = engine.explain(request, &[grant]);
            for reader in [Reader::Agent, Reader::Approver, Reader::Author] {
                let _ = explanation.text(reader);
            }
        }
    }
}

proptest! {
    // Each case is a large set and many requests.
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 4096, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_full_scan_finds(
        set in prop_oneof![policies(0..40), policies(100..260)],
        requests in prop::collection::vec(request(), 16),
        replaced in prop::collection::vec((policy(), 0..260_usize), 0..12),
        removed in prop::collection::vec(0..260_usize, 0..12),
    ) {
        let mut engine = load(&set);
        let same = |engine: &Engine| {
            for request in &requests {
                let request = value(request);
                prop_assert_eq!(engine.decide(&request), engine.decide_by_scan(&request, &[]));
            }
            Ok(())
        };
        same(&engine)?;
        let mut left = set;
        for (policy, number) in replaced {
            let policy = with_id(policy, &format!("p{number}"));
            engine.replace(&value(&policy)).unwrap();
            left.retain(|p| p["id"] != policy["id"]);
            left.push(policy);
        }
        same(&engine)?;
        for number in removed {
            let id = format!("p{number}");
            prop_assert_eq!(engine.remove(&id), left.iter().any(|p| p["id"] == id.as_str()));
            left.retain(|p| p["id"] != id.as_str());
        }
        same(&engine)?;
        let fresh = load(&left);
        for request in &requests {
            let request = value(request);
            prop_assert_eq!(engine.decide(&request), fresh.decide(&request));
        }
    }
}
