use super::*;
use crate::eval::{Encoder, Scratch, decide, decision, routes};
use crate::model::{Code, Effect, TruthValue};

fn decided(snapshot: &Snapshot, request: &Value) -> crate::model::Decision {
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let mut picks = Vec::new();
    routes(snapshot, request, &mut encoder, &mut picks);
    let mut scratch = Scratch::default();
    decide(snapshot, encoder.frame(), &picks, &[], None, &mut scratch);
    decision(snapshot, encoder.frame(), &scratch.outcome)
}

#[test]
fn the_decision_is_the_one_that_decide_gives() {
    let policies = [
        policy("a", "allow", "{}"),
        policy("d", "deny", r#"{"when":{"field":"input.x","gt":5}}"#),
        policy(
            "m",
            "modify",
            r#"{"then":{"mode":"draft","limits":[{"meter":"calls","per":["workflow"],"max":3}]}}"#,
        ),
    ];
    let snapshot = load(&policies);
    for input in [r#"{"x":9}"#, r#"{"x":1}"#, "{}", "null", r#"{"x":[]}"#] {
        let request = call(input);
        assert_eq!(
            explain(&snapshot, &request, &[]).decision,
            decided(&snapshot, &request)
        );
    }
}

#[test]
fn an_invalid_request_is_explained_without_policies() {
    let explanation = explained(
        &[policy("a", "allow", "{}")],
        &json(r#"{"action":"nonsense"}"#),
    );
    assert_eq!(explanation.decision.code, Code::InvalidRequest);
    assert!(explanation.policies.is_empty());
    assert_eq!(explanation.smallest_change, None);
}

#[test]
fn policies_that_the_index_passes_over_are_there() {
    let mut policies: Vec<String> = (0..40)
        .map(|i| {
            let rule = format!(r#"{{"when":{{"field":"input.kind","eq":"kind-{i:02}"}}}}"#);
            policy(&format!("p{i:02}"), "deny", &rule)
        })
        .collect();
    policies.push(policy("a", "allow", "{}"));
    let explanation = explained(&policies, &call(r#"{"kind":"kind-07"}"#));
    assert_eq!(explanation.policies.len(), 41);
    let applying: Vec<&str> = explanation
        .policies
        .iter()
        .filter(|p| p.applies)
        .map(|p| p.policy_id.as_str())
        .collect();
    assert_eq!(applying, ["p07", "a"]);
    assert_eq!(explanation.near_misses.len(), 39);
    let leaf = clause(&explanation, "p31").leaf.as_ref().unwrap();
    assert_eq!(leaf.expected, Value::from("kind-31"));
}

#[test]
fn shadow_disabled_and_foreign_policies() {
    let with =
        |id: &str, extra: &str| policy(id, "deny", "{}").replacen('{', &format!("{{{extra},"), 1);
    let policies = [
        policy("a", "allow", "{}"),
        with("shadow", r#""enforcement":"shadow""#),
        with("disabled", r#""enabled":false"#),
        with("foreign", r#""tenant_id":"other""#),
    ];
    let explanation = explained(&policies, &call("{}"));
    let ids: Vec<&str> = explanation
        .policies
        .iter()
        .map(|p| p.policy_id.as_str())
        .collect();
    assert_eq!(ids, ["shadow", "a"]);
    assert_eq!(explanation.decision.code, Code::Allowed);
}

#[test]
fn an_entity_that_is_missing_errs_in_coverage() {
    let on_agents = policy("d", "deny", r#"{"target":["*"]}"#).replace("global", "agent");
    let mut request = call("{}");
    if let Value::Object(members) = &mut request {
        members.retain(|(name, _)| name != "agent");
    }
    let explanation = explained(&[policy("a", "allow", "{}"), on_agents], &request);
    let policy = &explanation.policies[0];
    assert_eq!(
        (policy.covers, policy.value),
        (TruthValue::Error, TruthValue::Error)
    );
    assert!(policy.applies);
    let fault = policy.error.as_ref().unwrap();
    assert_eq!(fault.pointer.as_deref(), Some("/scope"));
    // To say that there is no agent is all it takes.
    let change = explanation.smallest_change.unwrap();
    assert_eq!(change.to, Value::Null);
    assert_eq!(change.code, Code::Allowed);
}

#[test]
fn near_misses_name_the_leaf_and_put_allows_first_where_nothing_permits() {
    let policies = [
        policy(
            "d",
            "deny",
            r#"{"when":{"field":"input.path","starts_with":"/etc"}}"#,
        ),
        policy(
            "a",
            "allow",
            r#"{"when":{"all":[{"field":"input.x","lte":5},{"field":"input.ok","eq":true}]},
                "unless":{"field":"user.roles","includes":"guest"}}"#,
        ),
    ];
    let explanation = explained(&policies, &call(r#"{"path":"/tmp","x":9,"ok":true}"#));
    assert_eq!(explanation.decision.code, Code::NoMatchingAllow);
    let near: Vec<(&str, Effect, &str, &str)> = explanation
        .near_misses
        .iter()
        .map(|n| {
            (
                n.policy_id.as_str(),
                n.effect,
                n.pointer.as_str(),
                n.needs.as_str(),
            )
        })
        .collect();
    let expected = [
        (
            "a",
            Effect::Allow,
            "/rule_expr/when/all/0",
            "`input.x` is at most 5",
        ),
        (
            "d",
            Effect::Deny,
            "/rule_expr/when",
            "`input.path` starts with \"/etc\"",
        ),
    ];
    assert_eq!(near, expected);
    // Two leaves amiss are no near miss.
    let explanation = explained(&policies, &call(r#"{"path":"/tmp","x":9,"ok":false}"#));
    assert!(explanation.near_misses.iter().all(|n| n.policy_id == "d"));
}

#[test]
fn a_limit_without_an_owner_is_told_of() {
    let rule = r#"{"then":{"limits":[{"meter":"calls","per":["workflow"],"max":3}]}}"#;
    let explanation = explained(
        &[policy("a", "allow", "{}"), policy("m", "modify", rule)],
        &call("{}"),
    );
    assert_eq!(explanation.decision.code, Code::DeniedByPolicy);
    let policy = &explanation.policies[0];
    assert_eq!(policy.value, TruthValue::True);
    let fault = policy.error.as_ref().unwrap();
    assert_eq!(fault.pointer.as_deref(), Some("/rule_expr/then/limits/0"));
}

#[test]
fn a_quantifier_is_needed_in_words() {
    let rule = r#"{"when":{"field":"input.items","some":{"all":[{"item":"sku","eq":"x"},
        {"not":{"any":[{"item":"n","gt":5},{"field":"run.mode","eq":"draft"}]}}]}}}"#;
    let explanation = explained(&[policy("a", "allow", rule)], &call(r#"{"items":[]}"#));
    assert_eq!(
        explanation.near_misses[0].needs,
        "`input.items` has an element that fits: (`input.items.sku` is \"x\" and \
         (`input.items.n` is at most 5 and `run.mode` is not \"draft\"))"
    );
}
