//! Policies whose fields, literals and targets are few, so that random requests meet them.

use portcullis::Value;
use portcullis::model::Oversized;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

use crate::leaves::{any_leaf, rich_fact};

/// As the engine reads it.
pub(crate) fn value(json: &Json) -> Value {
    Value::from_json(&json.to_string()).unwrap()
}

/// Of one type or another, absent, ill-typed, unsupported.
fn fact() -> impl Strategy<Value = Json> {
    select(vec![
        json!("a"),
        json!("b"),
        json!("admin"),
        json!(""),
        json!("é"),
        json!(0),
        json!(-0.0),
        json!(1),
        json!(2),
        json!(0.5),
        json!(true),
        json!(false),
        Json::Null,
        json!(1e300),
        json!([]),
        json!({}),
        json!(["a"]),
        json!([1, "a"]),
    ])
}

fn leaf() -> impl Strategy<Value = Json> {
    let field = || {
        select(vec![
            "input.kind",
            "input.count",
            "input.flag",
            "user.role",
            "tool.id",
            "action",
        ])
    };
    let text = || select(vec!["a", "b", "admin", "", "é", "tool_call", "stripe"]);
    let number = || select(vec![0.0, -0.0, 1.0, 2.0, 0.5]);
    prop_oneof![
        6 => (field(), text()).prop_map(|(f, t)| json!({"field": f, "eq": t})),
        3 => number().prop_map(|n| json!({"field": "input.count", "eq": n})),
        2 => any::<bool>().prop_map(|b| json!({"field": "input.flag", "eq": b})),
        2 => (field(), subsequence(vec!["a", "b", "é", "x"], 1..4)).prop_map(|(f, l)| json!({"field": f, "in": l})),
        2 => subsequence(vec![0.0, 1.0, 2.0], 1..3).prop_map(|l| json!({"field": "input.count", "in": l})),
        1 => (field(), text()).prop_map(|(f, t)| json!({"field": f, "ne": t})),
        1 => (field(), text()).prop_map(|(f, t)| json!({"field": f, "eq": t, "default": "a"})),
        1 => number().prop_map(|n| json!({"field": "input.count", "lte": n})),
        1 => Just(json!({"field": "input.list", "some": {"eq": "a"}})),
        1 => field().prop_map(|f| json!({"field": f, "exists": true})),
        2 => select(vec!["draft", "auto"]).prop_map(|mode| json!({"field": "run.mode", "eq": mode})),
        8 => any_leaf(),
    ]
}

fn condition() -> impl Strategy<Value = Json> {
    prop_oneof![
        4 => leaf(),
        3 => prop::collection::vec(leaf(), 1..4).prop_map(|of| json!({"all": of})),
        1 => prop::collection::vec(leaf(), 1..3).prop_map(|of| json!({"any": of})),
        1 => leaf().prop_map(|of| json!({"not": of})),
    ]
}

fn target() -> impl Strategy<Value = Vec<&'static str>> {
    let globs = vec![
        "stripe",
        "stripe.*",
        "stripe.re*",
        "stripe.refund",
        "*fund",
        "*.refund",
        "s*d",
        "s*",
        "*",
        "?",
        "*?",
        "s\\*",
        "db_write",
        "*_write",
        "*e*",
        "search",
    ];
    prop::collection::vec(select(globs), 1..3)
}

/// What is particular to an effect; a limit or a requester that can't be told makes it deny.
fn effect() -> impl Strategy<Value = (&'static str, Json)> {
    prop_oneof![
        3 => Just(("allow", json!({}))),
        1 => Just(("allow", json!({"delegate": true}))),
        2 => Just(("deny", json!({}))),
        2 => any::<bool>().prop_map(|excluded| {
            ("require_approval", json!({"approval": {"approvers": {"roles": ["dba"]}, "exclude_requester": excluded}}))
        }),
        1 => Just(("modify", json!({"then": {"mode": "draft"}}))),
        1 => select(vec!["user", "run", "tenant"]).prop_map(|per| {
            ("modify", json!({"then": {"limits": [{"meter": {"field": "input.count"}, "per": [per], "max": 3}]}}))
        }),
    ]
}

/// A policy; its id is for the caller to give.
pub(crate) fn policy() -> impl Strategy<Value = Json> {
    let scope = prop_oneof![
        3 => Just(("global", None)),
        3 => target().prop_map(|t| ("tool", Some(t))),
        1 => Just(("app", Some(vec!["*"]))),
        1 => select(vec![vec!["acme"], vec!["acme", "globex"], vec!["t?"], vec!["*"]]).prop_map(|t| ("tenant", Some(t))),
        1 => select(vec![vec!["triage"], vec!["*"], vec!["other"]]).prop_map(|t| ("workflow", Some(t))),
        1 => select(vec![vec!["planner"], vec!["*"]]).prop_map(|t| ("agent", Some(t))),
    ];
    let rule = (
        prop::option::weighted(0.8, condition()),
        prop::option::weighted(0.15, condition()),
    );
    let actions = prop::option::weighted(
        0.2,
        subsequence(vec!["tool_call", "llm_call", "run_start"], 1..3),
    );
    let owner = prop_oneof![3 => Just(None), 3 => select(vec!["acme", "globex", "t1", "t2"]).prop_map(Some)];
    let enforcement = prop_oneof![6 => Just("enforce"), 1 => Just("shadow")];
    (scope, effect(), rule, actions, owner, enforcement, prop::bool::weighted(0.9)).prop_map(
        |((scope, target), (effect, rest), (when, unless), actions, owner, enforcement, enabled)| {
            let mut rule = rest;
            for (key, part) in [("target", json!(target)), ("when", json!(when)), ("unless", json!(unless)), ("actions", json!(actions))] {
                if !part.is_null() {
                    rule[key] = part;
                }
            }
            // Only the platform delegates.
            if owner.is_some() && let Some(rule) = rule.as_object_mut() {
                rule.remove("delegate");
            }
            json!({
                "name": effect, "scope": scope, "effect": effect, "rule_expr": rule, "tenant_id": owner, "enforcement": enforcement,
                "enabled": enabled,
            })
        },
    )
}

/// Numbered policies, beside one that opens the platform now and then.
pub(crate) fn policies(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Json>> {
    let open = json!({"id": "open", "name": "open", "scope": "global", "effect": "allow", "rule_expr": {}});
    (prop::collection::vec(policy(), count), any::<bool>()).prop_map(move |(policies, is_open)| {
        let numbered = policies
            .into_iter()
            .enumerate()
            .map(|(index, policy)| with_id(policy, &format!("p{index}")));
        numbered.chain(is_open.then(|| open.clone())).collect()
    })
}

pub(crate) fn with_id(mut policy: Json, id: &str) -> Json {
    policy["id"] = json!(id);
    policy
}

fn entity(ids: Vec<&'static str>) -> impl Strategy<Value = Option<Json>> {
    prop_oneof![
        8 => select(ids).prop_map(|id| Some(json!({"id": id}))),
        1 => Just(Some(Json::Null)),
        1 => Just(None),
        1 => select(vec![json!({}), json!("x"), json!({"id": null}), json!(1e300)]).prop_map(Some),
    ]
}

pub(crate) fn request() -> impl Strategy<Value = Json> {
    let ids = vec![
        "stripe",
        "stripe.refund",
        "stripe.re",
        "s",
        "",
        "db_write",
        "search",
        "d",
        "s*",
    ];
    let entities = (
        entity(ids),
        entity(vec!["u1"]),
        entity(vec!["console"]),
        entity(vec!["r1"]),
    );
    let facts = (fact(), fact(), fact(), fact(), rich_fact());
    let more = (
        prop_oneof![3 => fact(), 1 => rich_fact()],
        rich_fact(),
        fact(),
    );
    let others = (
        entity(vec!["triage", "other"]),
        entity(vec!["planner"]),
        select(vec![
            None,
            Some(json!("draft")),
            Some(json!("draft")),
            Some(json!("auto")),
            Some(json!("auto")),
            Some(json!("fast")),
        ]),
    );
    let tenant = select(vec!["acme", "globex", "t1", "nobody"]);
    let action = select(vec!["tool_call", "llm_call", "llm_call", "run_start"]);
    let now = select(vec![json!(0), json!(1_795_375_800_000_i64), json!(0)]);
    let all = (entities, facts, more, others, (tenant, action, now));
    all.prop_map(
        |(
            (tool, user, app, run),
            (kind, count, flag, role, rich),
            (list, groups, plan),
            (workflow, agent, mode),
            (tenant, action, now),
        )| {
            let mut request = json!({
                "action": action, "now": now, "tenant": {"id": tenant, "plan": plan},
                "input": {"kind": kind, "count": count, "flag": flag, "list": list, "rich": rich},
            });
            for (name, entity) in [
                ("tool", tool),
                ("user", user),
                ("app", app),
                ("run", run),
                ("workflow", workflow),
                ("agent", agent),
            ] {
                if let Some(entity) = entity {
                    request[name] = entity;
                }
            }
            if let Some(user) = request["user"].as_object_mut() {
                user.insert("role".to_owned(), role);
                user.insert("groups".to_owned(), groups);
            }
            if let Some(run) = request["run"].as_object_mut() {
                run.insert("root_id".to_owned(), json!("r0"));
                run.extend(mode.map(|mode| ("mode".to_owned(), mode)));
            }
            request
        },
    )
}

/// Any value, also of those that no JSON says, with names that mean something here and there.
pub(crate) fn anything() -> impl Strategy<Value = Value> {
    let name = select(vec![
        "id",
        "name",
        "scope",
        "effect",
        "rule_expr",
        "when",
        "unless",
        "all",
        "any",
        "not",
        "field",
        "item",
        "eq",
        "in",
        "some",
        "every",
        "as",
        "default",
        "target",
        "actions",
        "then",
        "limits",
        "approval",
        "entities",
        "tools",
        "inputSchema",
        "properties",
        "type",
        "items",
        "$ref",
        "action",
        "now",
        "tenant",
        "tool",
        "run",
        "input",
    ]);
    let word = select(vec![
        "global",
        "tool",
        "allow",
        "deny",
        "modify",
        "draft",
        "a*",
        "input.x",
        "lower",
        "#",
        "object",
        "tool_call",
        "\u{0}é",
    ]);
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(Value::Number),
        (-3..3_i32).prop_map(|n| Value::Number(n.into())),
        word.prop_map(Value::from),
        any::<String>().prop_map(Value::String),
        Just(Value::Unsupported),
        Just(Value::Oversized(Oversized::String)),
        Just(Value::Oversized(Oversized::Array)),
    ];
    scalar.prop_recursive(5, 40, 5, move |inner| {
        let key = prop_oneof![6 => name.clone().prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..6).prop_map(Value::Object),
        ]
    })
}
