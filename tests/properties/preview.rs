//! What holds of every preview: it is the decision where nothing is unknown, and misses nothing elsewhere.

use portcullis::model::{DecisionEffect, Mode, Path, Preview, PreviewOutcome};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

use crate::strategies::{policies, request, value, with_id};
use crate::{decide, load};

const FIELDS: [&str; 20] = [
    "input",
    "input.kind",
    "input.count",
    "input.flag",
    "input.list",
    "user",
    "user.id",
    "user.role",
    "tool",
    "tool.id",
    "app",
    "run",
    "run.mode",
    "run.root_id",
    "tenant",
    "action",
    "now",
    "input.rich",
    "workflow",
    "agent.id",
];

fn paths(fields: &[&str]) -> Vec<Path> {
    fields.iter().map(|f| Path::parse(f).unwrap()).collect()
}

fn preview(policies: &[Json], request: &Json, unknown: &[&str]) -> Preview {
    load(policies).preview(&value(request), &paths(unknown))
}

/// The request with what another has at the unknown fields.
pub(crate) fn completed(request: &Json, other: &Json, unknown: &[Path]) -> Json {
    let mut completed = request.clone();
    for path in unknown {
        let names = path.segments();
        let (last, around) = names.split_last().unwrap();
        let found = names.iter().try_fold(other, |at, name| at.get(&**name));
        let place = around
            .iter()
            .fold(&mut completed, |at, name| &mut at[&**name]);
        let place = place.as_object_mut().unwrap();
        match found {
            Some(found) => place.insert(last.to_string(), found.clone()),
            None => place.remove(&**last),
        };
    }
    completed
}

/// The policies with what a preview left of their conditions, those that can't apply left out.
fn residual(policies: &[Json], preview: &Preview) -> Vec<Json> {
    let left = preview.policies.iter().map(|left| {
        let policy = policies.iter().find(|p| p["id"] == left.policy_id.as_str());
        let mut policy = policy.unwrap().clone();
        let rule = policy["rule_expr"].as_object_mut().unwrap();
        rule.remove("unless");
        rule.remove("when");
        if let Some(condition) = &left.condition {
            rule.insert("when".to_owned(), serde_json::to_value(condition).unwrap());
        }
        policy
    });
    left.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn with_nothing_unknown_it_is_the_decision(
        set in prop_oneof![policies(0..8), policies(40..120)],
        request in request(),
        elsewhere in select(vec![None, Some("input.unread"), Some("purpose")]),
    ) {
        let unknown: Vec<&str> = elsewhere.into_iter().collect();
        let request = with_object(request, "input");
        let decision = decide(&set, &request);
        let preview = preview(&set, &request, &unknown);
        prop_assert_eq!(&preview.effects, &vec![decision.effect]);
        prop_assert_eq!(&preview.modes, &vec![decision.mode]);
        prop_assert!(preview.policies.iter().all(|p| p.outcome == PreviewOutcome::Applies && p.condition.is_none()));
        let applied = preview.policies.iter().map(|p| Some(&p.policy_id));
        let reasons = decision.reasons.iter().filter(|r| r.policy_id.is_some());
        prop_assert!(applied.eq(reasons.map(|r| r.policy_id.as_ref())));
        prop_assert_eq!(preview.decision, Some(decision));
    }

    #[test]
    fn what_stands_at_unknown_fields_is_not_looked_at(
        set in policies(0..8),
        request in request(),
        other in request(),
        unknown in subsequence(FIELDS.to_vec(), 1..5),
    ) {
        let engine = load(&set);
        let one = engine.preview(&value(&request), &paths(&unknown));
        let asked = one.unknown.clone();
        let again = engine.preview(&value(&completed(&request, &other, &asked)), &asked);
        let told = |preview: &Preview| {
            let mut told = serde_json::to_value(preview).unwrap();
            // The decision is the same, but its request is not.
            told["decision"] = json!(told["decision"].is_null());
            told
        };
        prop_assert_eq!(told(&again), told(&one));
    }

    #[test]
    fn nothing_that_can_be_reached_is_missing(
        set in prop_oneof![policies(0..8), policies(40..120)],
        request in request(),
        others in prop::collection::vec(request(), 24),
        unknown in subsequence(FIELDS.to_vec(), 1..4),
    ) {
        let preview = preview(&set, &request, &unknown);
        let left = load(&residual(&set, &preview));
        let engine = load(&set);
        for other in others {
            let completed = value(&completed(&request, &other, &preview.unknown));
            let decision = engine.decide(&completed);
            prop_assert!(preview.effects.contains(&decision.effect), "{:?} {:?}", preview, decision);
            prop_assert!(preview.modes.contains(&decision.mode), "{:?} {:?}", preview, decision);
            if let Some(settled) = &preview.decision {
                prop_assert_eq!(settled, &decision);
            }
            if decision.reasons.iter().any(|r| r.policy_id.is_none()) {
                prop_assert!(preview.may_be_invalid);
                continue;
            }
            let applies = |id: &str| decision.reasons.iter().any(|r| r.policy_id.as_deref() == Some(id));
            for policy in &preview.policies {
                prop_assert!(policy.outcome == PreviewOutcome::MayApply || applies(&policy.policy_id));
            }
            let again = left.decide(&completed);
            let ids = |d: &portcullis::Decision| d.reasons.iter().map(|r| r.policy_id.clone()).collect::<Vec<_>>();
            prop_assert_eq!(ids(&again), ids(&decision));
            prop_assert_eq!((again.effect, again.mode), (decision.effect, decision.mode));
            prop_assert_eq!((again.limits, again.approvals.len()), (decision.limits, decision.approvals.len()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_matrix_holds_the_preview_of_each_combination(
        set in prop_oneof![policies(0..8), policies(40..120)],
        request in request(),
        others in prop::collection::vec(request(), 0..4),
        names in subsequence(vec!["tool", "user", "input", "action", "run", "purpose", "tenant"], 0..3).prop_shuffle(),
        unknown in subsequence(FIELDS.to_vec(), 0..3),
    ) {
        let engine = load(&set);
        let vary: Vec<(String, Vec<Json>)> = names
            .iter()
            .map(|name| (name.to_string(), others.iter().map(|o| o[name].clone()).collect()))
            .collect();
        let mut requests = vec![request.clone()];
        for (name, values) in &vary {
            let with = |request: &Json, value: &Json| {
                let mut request = request.clone();
                request[name] = value.clone();
                request
            };
            requests = requests.iter().flat_map(|r| values.iter().map(move |v| with(r, v))).collect();
        }
        let lists: Vec<(String, Vec<portcullis::Value>)> = vary
            .iter()
            .map(|(name, values)| (name.clone(), values.iter().map(value).collect()))
            .collect();
        let cells = engine.preview_many(&value(&request), &paths(&unknown), &lists);
        prop_assert_eq!(cells.len(), requests.len());
        for (cell, request) in cells.into_iter().zip(requests) {
            let one = engine.preview(&value(&request), &paths(&unknown));
            prop_assert_eq!(cell.settled, one.decision.is_some());
            prop_assert_eq!(
                (cell.effects, cell.modes, cell.may_be_invalid),
                (one.effects, one.modes, one.may_be_invalid)
            );
        }
    }
}

fn with_object(mut request: Json, name: &str) -> Json {
    if !request[name].is_object() {
        request[name] = json!({});
    }
    request
}

/// A leaf on a field of its own, and values that make it true, false and an error where any do.
fn leaf() -> impl Strategy<Value = (Json, Vec<Json>)> {
    let over = json!(1e300);
    select(vec![
        (json!({"eq": 1}), vec![json!(1), json!(2), json!("x")]),
        (
            json!({"default": 1, "eq": 1}),
            vec![Json::Null, json!(2), json!("x")],
        ),
        (json!({"gt": 500}), vec![json!(501), json!(500), Json::Null]),
        (
            json!({"gte": -9_007_199_254_740_991_i64}),
            vec![json!(0), Json::Null],
        ),
        (
            json!({"gt": 9_007_199_254_740_991_i64}),
            vec![json!(0), Json::Null],
        ),
        (json!({"in": [true, false]}), vec![json!(true), json!(1)]),
        (
            json!({"not_in": [true, false]}),
            vec![json!(true), json!(1)],
        ),
        (json!({"matches": "*"}), vec![json!(""), json!(1)]),
        (
            json!({"matches": "a*"}),
            vec![json!("a"), json!("b"), json!(1)],
        ),
        (
            json!({"as": "utc_hour", "lt": 24}),
            vec![json!(0), json!("x")],
        ),
        (
            json!({"as": "utc_hour", "lt": 9}),
            vec![json!(0), json!(36_000_000), json!("x")],
        ),
        (json!({"as": "size", "gte": 0}), vec![json!([]), json!(1)]),
        (json!({"exists": true}), vec![json!(1), Json::Null, over]),
        (
            json!({"includes": "a"}),
            vec![json!(["a"]), json!([]), json!("a")],
        ),
        (
            json!({"some": {"eq": "a"}}),
            vec![json!(["a"]), json!([]), json!("a")],
        ),
        (
            json!({"some": {"all": [{"eq": "a"}, {"field": "action", "eq": "run_start"}]}}),
            vec![json!([]), json!("a")],
        ),
        (
            json!({"every": {"any": [{"eq": "a"}, {"field": "action", "eq": "tool_call"}]}}),
            vec![json!([]), json!("a")],
        ),
        (
            json!({"every": {"item": "id", "eq": "a"}}),
            vec![json!([]), json!([{"id": "b"}]), json!("a")],
        ),
        (
            json!({"as": "url_host", "ends_with": ".org"}),
            vec![json!("https://a.org/"), json!("https://a.com/"), json!("")],
        ),
        (
            json!({"within": "/workspace"}),
            vec![json!("/workspace/a"), json!("/etc"), json!(1)],
        ),
    ])
}

/// Policies each of which reads fields that no other reads, and the values of those that matter.
fn single_readers() -> impl Strategy<Value = (Vec<Json>, Vec<(String, Vec<Json>)>)> {
    let shape = prop_oneof![
        4 => Just(None),
        1 => Just(Some("not")),
        2 => Just(Some("all")),
        2 => Just(Some("any")),
        1 => Just(Some("unless")),
    ];
    let effect = select(vec![
        ("allow", json!({})),
        ("allow", json!({"delegate": true})),
        ("deny", json!({})),
        (
            "require_approval",
            json!({"approval": {"approvers": {"roles": ["dba"]}}}),
        ),
        ("modify", json!({"then": {"mode": "draft"}})),
        (
            "modify",
            json!({"then": {"limits": [{"meter": "calls", "per": ["run"], "max": 3}]}}),
        ),
    ]);
    let policy = (shape, effect, leaf(), leaf(), any::<bool>());
    prop::collection::vec(policy, 1..4).prop_map(|shapes| {
        let mut policies = Vec::new();
        let mut fields = Vec::new();
        for (index, (shape, (effect, rest), one, two, owned)) in shapes.into_iter().enumerate() {
            let mut take = |(mut leaf, values): (Json, Vec<Json>), name: &str| {
                let name = format!("{name}{index}");
                leaf["field"] = json!(format!("input.{name}"));
                fields.push((name, values));
                leaf
            };
            let first = take(one, "a");
            let mut rule = rest;
            match shape {
                None => rule["when"] = first,
                Some("not") => rule["when"] = json!({"not": first}),
                Some("unless") => rule["unless"] = first,
                Some(join) => rule["when"] = json!({join: [first, take(two, "b")]}),
            }
            let tenant = owned && rule.get("delegate").is_none();
            let policy = json!({"name": effect, "scope": "global", "effect": effect, "rule_expr": rule,
                "tenant_id": if tenant { json!("acme") } else { Json::Null }});
            policies.push(with_id(policy, &format!("p{index}")));
        }
        (policies, fields)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn where_each_field_is_read_once_all_that_is_listed_can_be_reached(
        (set, fields) in single_readers(),
        user in select(vec![json!({"id": "u1"}), Json::Null]),
        opened in any::<bool>(),
    ) {
        let request = json!({"action": "tool_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": user,
            "workflow": null, "agent": null, "tool": {"id": "pay"}, "run": {"id": "r1", "root_id": "r1"}, "input": {}});
        let open = json!({"id": "open", "name": "open", "scope": "global", "effect": "allow", "rule_expr": {}});
        let set = if opened { [set, vec![open]].concat() } else { set };
        let preview = preview(&set, &request, &["input"]);
        let engine = load(&set);
        let mut effects: Vec<DecisionEffect> = Vec::new();
        let mut modes: Vec<Mode> = Vec::new();
        let mut applied: Vec<Option<String>> = Vec::new();
        let all: usize = fields.iter().map(|(_, values)| values.len()).product();
        for mut number in 0..all {
            let mut completed = request.clone();
            for (name, values) in &fields {
                completed["input"][name] = values[number % values.len()].clone();
                number /= values.len();
            }
            let decision = engine.decide(&value(&completed));
            effects.push(decision.effect);
            modes.push(decision.mode);
            applied.extend(decision.reasons.into_iter().map(|r| r.policy_id));
        }
        for effect in &preview.effects {
            prop_assert!(effects.contains(effect), "{:?} is not reached", effect);
        }
        for mode in &preview.modes {
            prop_assert!(modes.contains(mode), "{:?} is not reached", mode);
        }
        for policy in &preview.policies {
            prop_assert!(applied.contains(&Some(policy.policy_id.clone())), "{:?} never applies", policy);
        }
        prop_assert!(effects.iter().all(|effect| preview.effects.contains(effect)));
        prop_assert!(modes.iter().all(|mode| preview.modes.contains(mode)));
    }
}

/// Leaves on two fields, that imply, repeat and contradict one another.
fn bounds() -> impl Strategy<Value = Json> {
    let field = || select(vec!["input.a", "input.b"]);
    let operator = select(vec!["lt", "lte", "gt", "gte"]);
    let leaf = prop_oneof![
        8 => (field(), operator, 0..3).prop_map(|(f, o, n)| json!({"field": f, o: n})),
        1 => field().prop_map(|f| json!({"field": f, "gt": 1, "default": 2})),
        1 => field().prop_map(|f| json!({"field": f, "eq": 1})),
        1 => field().prop_map(|f| json!({"field": f, "exists": true})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let children = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            2 => children().prop_map(|of| json!({"all": of})),
            2 => children().prop_map(|of| json!({"any": of})),
            1 => inner.prop_map(|of| json!({"not": of})),
        ]
    })
}

/// Whether a join holds two children that are the same.
fn repeats(condition: &Json) -> bool {
    let Some(members) = condition.as_object() else {
        return false;
    };
    members.values().any(|value| match value {
        Json::Array(children) => {
            let twice = (1..children.len()).any(|i| children[..i].contains(&children[i]));
            twice || children.iter().any(repeats)
        }
        other => repeats(other),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_of_a_condition_says_the_same_and_nothing_twice(
        when in bounds(),
        effect in select(vec!["allow", "deny"]),
    ) {
        let open = json!({"name": "open", "scope": "global", "effect": "allow", "rule_expr": {}});
        let policy = json!({"name": "p", "scope": "global", "effect": effect, "rule_expr": {"when": when}});
        let set = if effect == "allow" { vec![with_id(policy, "p")] } else { vec![with_id(policy, "p"), with_id(open, "open")] };
        let request = |input: Json| json!({
            "action": "tool_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": null, "workflow": null, "agent": null,
            "tool": {"id": "pay"}, "run": {"id": "r1"}, "input": input,
        });
        let preview = preview(&set, &request(json!({})), &["input"]);
        for policy in &preview.policies {
            if let Some(condition) = &policy.condition {
                prop_assert!(!repeats(&serde_json::to_value(condition).unwrap()), "{:?}", condition);
            }
        }
        let (engine, left) = (load(&set), load(&residual(&set, &preview)));
        let values = [json!(-1), json!(0), json!(0.5), json!(1), json!(1.5), json!(2), json!(3), json!("x"), Json::Null];
        for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (a, b))) {
            let request = value(&request(json!({"a": a, "b": b})));
            prop_assert_eq!(left.decide(&request).effect, engine.decide(&request).effect, "{:?} {} {}", preview, a, b);
        }
    }
}
