//! Leaves of every operator, derivation and quantifier, on fields that random requests have, lack, or hold something else in.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

/// Facts that derivations derive from and that quantifiers look into, beside plain ones.
pub(crate) fn rich_fact() -> impl Strategy<Value = Json> {
    select(vec![
        json!("https://a.org/x"),
        json!("http://10.0.0.1/"),
        json!("/workspace/a"),
        json!("/etc/../workspace"),
        json!("ann@a.org"),
        json!("2026-11-20T09:30:00Z"),
        json!("12"),
        json!("ADMIN"),
        json!(36_000_000),
        json!(["a", "b"]),
        json!([1, 2]),
        json!([{"id": "a", "n": 1}, {"id": "b", "n": 2}]),
        json!([{"id": "a", "n": 1}, {}]),
        json!({"a": 1, "b": {}}),
    ])
}

fn any_field() -> impl Strategy<Value = &'static str> {
    select(vec![
        "input.kind",
        "input.count",
        "input.flag",
        "input.list",
        "input.rich",
        "user.role",
        "user.id",
        "tenant.id",
        "tenant.plan",
        "run.mode",
        "run.id",
        "agent.id",
        "tool.id",
        "action",
        "now",
    ])
}

/// What a leaf asks, but for the field.
fn plain_test() -> impl Strategy<Value = Json> {
    let order = select(vec!["gt", "gte", "lt", "lte"]);
    let words = || subsequence(vec!["a", "b", "admin", "draft", "acme", "u1"], 1..4);
    prop_oneof![
        (order.clone(), select(vec![0.0, 1.0, 0.5, 2.0])).prop_map(|(op, n)| json!({op: n})),
        words().prop_map(|w| json!({"not_in": w})),
        words().prop_map(|w| json!({"includes_any": w})),
        words().prop_map(|w| json!({"includes_all": w})),
        select(vec!["a", "b"]).prop_map(|w| json!({"includes": w})),
        select(vec!["a*", "*d*", "?", "*", "A*", "*.org/*"]).prop_map(|g| json!({"matches": g})),
        select(vec!["A*", "*D*"]).prop_map(|g| json!({"matches": g, "ignore_case": true})),
        (
            select(vec!["contains", "starts_with", "ends_with"]),
            select(vec!["a", "min", "1"])
        )
            .prop_map(|(op, w)| json!({op: w})),
        select(vec!["/workspace", "/"]).prop_map(|f| json!({"within": f})),
        any::<bool>().prop_map(|there| json!({"exists": there})),
        any::<bool>().prop_map(|flag| json!({"ne": flag})),
        (order, any_field()).prop_map(|(op, f)| json!({op: {"field": f}})),
        (select(vec!["eq", "ne"]), any_field()).prop_map(|(op, f)| json!({op: {"field": f}})),
        select(vec![
            json!({"as": "lower", "eq": "admin"}),
            json!({"as": "size", "gt": 1}),
            json!({"as": "size", "eq": 2}),
            json!({"as": "keys", "includes": "a"}),
            json!({"as": "timestamp", "lt": "2026-11-21T00:00:00Z"}),
            json!({"as": "number", "gte": 12}),
            json!({"as": "url_scheme", "eq": "https"}),
            json!({"as": "url_host", "ends_with": "a.org"}),
            json!({"as": "url_path", "within": "/x"}),
            json!({"as": "host_class", "in": ["private_ip", "loopback"]}),
            json!({"as": "file_path", "starts_with": "/workspace"}),
            json!({"as": "email_domain", "in": ["a.org"]}),
            json!({"as": "utc_hour", "lt": 9}),
            json!({"as": "utc_weekday", "in": ["thu", "fri"]}),
            json!({"default": 2, "gt": 1}),
            json!({"default": "a", "eq": {"field": "user.role"}}),
        ]),
    ]
}

/// A leaf on a field of the request.
pub(crate) fn any_leaf() -> impl Strategy<Value = Json> {
    let listed = (select(vec!["in", "not_in"]), any_field(), any_field())
        .prop_map(|(op, left, right)| json!({"field": left, op: {"field": right}}));
    let included = (any_field(), any_field())
        .prop_map(|(left, right)| json!({"field": left, "includes": {"field": right}}));
    prop_oneof![
        6 => (any_field(), plain_test()).prop_map(|(field, test)| on(test, "field", field)),
        1 => listed,
        1 => included,
        2 => quantified(any_leaf_of_root()),
    ]
}

fn any_leaf_of_root() -> impl Strategy<Value = Json> {
    (any_field(), plain_test()).prop_map(|(field, test)| on(test, "field", field))
}

/// A quantifier, in whose body there may be leaves on the root.
pub(crate) fn quantified(
    of_root: impl Strategy<Value = Json> + 'static,
) -> impl Strategy<Value = Json> {
    let of_element = prop_oneof![
        select(vec![
            json!({"eq": "a"}),
            json!({"ne": 1}),
            json!({"matches": "?"}),
            json!({"in": ["a", "x"]})
        ]),
        select(vec![
            json!({"item": "id", "eq": "a"}),
            json!({"item": "n", "gt": 1}),
            json!({"item": "id", "exists": true}),
            json!({"item": "id", "eq": {"field": "user.role"}}),
        ]),
    ];
    let body_leaf = prop_oneof![2 => of_element, 1 => of_root].boxed();
    let body = prop_oneof![
        2 => body_leaf.clone(),
        2 => prop::collection::vec(body_leaf.clone(), 1..4).prop_map(|of| json!({"all": of})),
        1 => prop::collection::vec(body_leaf.clone(), 1..4).prop_map(|of| json!({"any": of})),
        1 => body_leaf.prop_map(|of| json!({"not": of})),
    ];
    let field = select(vec![
        "input.list",
        "input.rich",
        "user.groups",
        "tenant.plan",
    ]);
    let which = select(vec!["some", "every"]);
    let of_names = (
        which.clone(),
        select(vec![json!({"eq": "a"}), json!({"matches": "?"})]),
    )
        .prop_map(|(which, body)| json!({"field": "input.rich", "as": "keys", which: body}));
    prop_oneof![
        9 => (field, which, body).prop_map(|(field, which, body)| json!({"field": field, which: body})),
        1 => of_names,
    ]
}

fn on(mut test: Json, key: &str, field: &str) -> Json {
    test[key] = json!(field);
    test
}
