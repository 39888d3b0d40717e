//! What holds of parsing, printing and validating for all policies, and for what only looks like them.

#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use portcullis::model::{Condition, Policy, Value};
use portcullis::parse::{
    parse_catalogue, parse_policies, parse_policy, parse_text, print_condition, print_policy,
};
use portcullis::validate::validate;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn object(members: Vec<(&str, Value)>) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(key, member)| (key.to_owned(), member))
            .collect(),
    )
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-100_i32..100).prop_map(f64::from),
        (-9e15..9e15_f64),
        Just(0.5),
        Just(9_007_199_254_740_991.0)
    ]
}

fn literal() -> BoxedStrategy<Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        "\\PC{1,8}".prop_map(Value::String),
    ]
    .boxed()
}

fn text() -> BoxedStrategy<Value> {
    "[a-zA-Zß/.*?]{1,6}".prop_map(Value::String).boxed()
}

/// One to three of a kind, as a list.
fn list(of: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(of, 1..4)
        .prop_map(Value::Array)
        .boxed()
}

fn texts() -> BoxedStrategy<Value> {
    prop_oneof![text(), list(text())].boxed()
}

fn path() -> BoxedStrategy<Value> {
    prop_oneof![
        "[a-z]{1,4}(\\.[a-z]{1,4}){0,3}".prop_map(Value::String),
        prop::collection::vec("[a-z.]{0,4}".prop_map(Value::String), 1..4).prop_map(Value::Array),
    ]
    .boxed()
}

fn field() -> BoxedStrategy<Value> {
    path()
        .prop_map(|path| object(vec![("field", path)]))
        .boxed()
}

/// An operator with its right side, and what else its leaf says.
fn test() -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let one = |key: &'static str, right: BoxedStrategy<Value>| {
        right.prop_map(move |v| vec![(key, v)]).boxed()
    };
    let of_kind = prop_oneof![
        list(any::<bool>().prop_map(Value::Bool).boxed()),
        list(number().prop_map(Value::Number).boxed()),
        list(text())
    ]
    .boxed();
    let order = prop_oneof![
        number().prop_map(Value::Number),
        Just(Value::from("2026-01-31T12:00:00Z")),
        field()
    ]
    .boxed();
    let pattern = (
        select(vec!["starts_with", "ends_with", "contains", "matches"]),
        texts(),
        any::<bool>(),
    )
        .prop_map(|(key, patterns, fold)| {
            let mut leaf = vec![(key, patterns)];
            if fold {
                leaf.push(("ignore_case", Value::Bool(true)));
            }
            leaf
        });
    let derived = prop_oneof![
        Just(vec![
            ("as", Value::from("size")),
            ("gt", Value::Number(3.0)),
            ("default", Value::Array(vec![]))
        ]),
        Just(vec![
            ("as", Value::from("lower")),
            ("eq", Value::from("admin")),
            ("default", Value::from("X"))
        ]),
        Just(vec![
            ("as", Value::from("utc_weekday")),
            ("in", Value::Array(vec![Value::from("mon")]))
        ]),
        Just(vec![
            ("as", Value::from("keys")),
            ("includes", Value::from("a"))
        ]),
        Just(vec![
            ("as", Value::from("url_path")),
            ("within", Value::from("/api"))
        ]),
        Just(vec![
            ("default", Value::Array(vec![Value::from("a")])),
            ("includes", Value::from("b"))
        ]),
    ];
    prop_oneof![
        one("eq", prop_oneof![literal(), field()].boxed()),
        one("ne", literal()),
        one("lt", order.clone()),
        one("gte", order),
        one("in", prop_oneof![of_kind.clone(), field()].boxed()),
        one("not_in", of_kind.clone()),
        one("includes", prop_oneof![literal(), field()].boxed()),
        one("includes_any", of_kind.clone()),
        one("includes_all", of_kind),
        one("within", Just(Value::from("/workspace")).boxed()),
        one("exists", any::<bool>().prop_map(Value::Bool).boxed()),
        pattern,
        derived,
    ]
    .boxed()
}

fn leaf() -> BoxedStrategy<Value> {
    (path(), test())
        .prop_map(|(path, test)| object([vec![("field", path)], test].concat()))
        .boxed()
}

fn join(inner: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![
        (
            select(vec!["all", "any"]),
            prop::collection::vec(inner.clone(), 1..4)
        )
            .prop_map(|(key, children)| object(vec![(key, Value::Array(children))])),
        inner.prop_map(|child| object(vec![("not", child)])),
    ]
    .boxed()
}

fn body() -> BoxedStrategy<Value> {
    let element = prop_oneof![
        literal().prop_map(|v| object(vec![("eq", v)])),
        (path(), literal()).prop_map(|(path, v)| object(vec![("item", path), ("ne", v)])),
        leaf(),
    ];
    element
        .prop_recursive(2, 6, 3, |inner| join(inner.boxed()))
        .boxed()
}

fn condition() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        4 => leaf(),
        1 => (path(), select(vec!["some", "every"]), body())
            .prop_map(|(path, key, body)| object(vec![("field", path), (key, body)])),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| join(inner.boxed()))
        .boxed()
}

fn effect() -> BoxedStrategy<(&'static str, Vec<(&'static str, Value)>)> {
    let approval = (1_u32..4, any::<bool>(), path()).prop_map(|(quorum, exclude, path)| {
        let approvers = object(vec![
            ("roles", Value::Array(vec![Value::from("dba")])),
            ("field", path),
        ]);
        let approval = object(vec![
            ("approvers", approvers),
            ("quorum", Value::Number(f64::from(quorum))),
            ("exclude_requester", Value::Bool(exclude)),
            ("expires_in", Value::from("90m")),
        ]);
        ("require_approval", vec![("approval", approval)])
    });
    let meter = prop_oneof![Just(Value::from("tokens")), field()];
    let kind = select(vec![
        ("budget", Some("1d")),
        ("budget", None),
        ("rate", Some("5m")),
        ("concurrent", None),
    ]);
    let per = subsequence(
        vec!["run", "tenant", "user", "app", "agent", "tool", "workflow"],
        1..4,
    );
    let modify = (meter, kind, per, 1_u32..100, any::<bool>()).prop_map(
        |(meter, (kind, window), per, max, draft)| {
            let mut limit = vec![
                ("meter", meter),
                (
                    "per",
                    Value::Array(per.into_iter().map(Value::from).collect()),
                ),
                ("kind", Value::from(kind)),
                ("max", Value::Number(f64::from(max))),
            ];
            limit.extend(window.map(|window| ("window", Value::from(window))));
            let mut then = vec![("limits", Value::Array(vec![object(limit)]))];
            if draft {
                then.push(("mode", Value::from("draft")));
            }
            ("modify", vec![("then", object(then))])
        },
    );
    prop_oneof![
        Just(("deny", vec![])),
        any::<bool>().prop_map(|delegate| ("allow", vec![("delegate", Value::Bool(delegate))])),
        approval,
        modify,
    ]
    .boxed()
}

fn policy() -> BoxedStrategy<Value> {
    let optional = |strategy: BoxedStrategy<Value>| prop::option::of(strategy);
    let target = (
        select(vec!["global", "tenant", "app", "tool", "workflow", "agent"]),
        list(text()),
    );
    let actions = subsequence(
        vec!["run_start", "tool_call", "agent_step", "llm_call"],
        1..3,
    )
    .prop_map(|actions| Value::Array(actions.into_iter().map(Value::from).collect()))
    .boxed();
    let row = (
        "\\PC{1,12}",
        select(vec!["enforce", "shadow"]),
        optional(Just(Value::from("public")).boxed()),
        any::<bool>(),
    );
    (
        target,
        effect(),
        optional(actions),
        optional(condition()),
        optional(condition()),
        optional(text()),
        row,
    )
        .prop_map(
            |(
                (scope, target),
                (effect, extra),
                actions,
                when,
                unless,
                message,
                (id, enforcement, visibility, enabled),
            )| {
                let mut rule = extra;
                if scope != "global" {
                    rule.push(("target", target));
                }
                rule.extend(actions.map(|v| ("actions", v)));
                rule.extend(when.map(|v| ("when", v)));
                rule.extend(unless.map(|v| ("unless", v)));
                rule.extend(message.map(|v| ("message", v)));
                let mut row = vec![
                    ("id", Value::String(id.clone())),
                    ("name", Value::String(id)),
                    ("scope", Value::from(scope)),
                    ("effect", Value::from(effect)),
                    ("enabled", Value::Bool(enabled)),
                    ("enforcement", Value::from(enforcement)),
                    ("rule_expr", object(rule)),
                ];
                row.extend(visibility.map(|v| ("visibility", v)));
                object(row)
            },
        )
        .boxed()
}

/// Any JSON, and what JSON can't say.
fn anything() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        Just(Value::Unsupported),
        literal(),
        any::<f64>().prop_map(Value::Number),
        ".{0,12}".prop_map(Value::String),
        Just(Value::from("tool")),
        Just(Value::from("deny")),
        Just(Value::from("modify")),
        Just(Value::from("lower")),
    ];
    let keys = select(vec![
        "id",
        "name",
        "scope",
        "effect",
        "rule_expr",
        "tenant_id",
        "target",
        "actions",
        "when",
        "unless",
        "approval",
        "then",
        "delegate",
        "all",
        "any",
        "not",
        "field",
        "item",
        "default",
        "as",
        "eq",
        "lt",
        "in",
        "includes",
        "starts_with",
        "matches",
        "within",
        "exists",
        "some",
        "every",
        "ignore_case",
        "approvers",
        "roles",
        "quorum",
        "mode",
        "limits",
        "meter",
        "per",
        "max",
        "window",
        "kind",
        "tools",
        "entities",
        "inputSchema",
        "properties",
        "type",
        "items",
        "enum",
        "anyOf",
        "oneOf",
        "$ref",
        "$defs",
        "additionalProperties",
        "",
        "a/b~c",
        "\u{0}",
    ]);
    scalar
        .prop_recursive(6, 64, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec((keys.clone().prop_map(str::to_owned), inner), 0..6)
                    .prop_map(Value::Object),
            ]
        })
        .boxed()
}

/// A policy in which one place says something else.
fn damaged() -> BoxedStrategy<Value> {
    (policy(), anything(), any::<prop::sample::Index>())
        .prop_map(|(mut policy, other, place)| {
            let places = count(&policy);
            replace(&mut policy, &mut place.index(places), &other);
            policy
        })
        .boxed()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(members) => members.iter().map(|(_, member)| count(member)).sum(),
        _ => 0,
    }
}

fn replace(value: &mut Value, place: &mut usize, other: &Value) {
    if *place == 0 {
        *value = other.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(elements) => elements
            .iter_mut()
            .for_each(|element| replace(element, place, other)),
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(_, member)| replace(member, place, other)),
        _ => {}
    }
}

fn parsed(value: &Value) -> Option<Policy> {
    parse_policy(value, 0).0?.into_policy()
}

fn without_text(policy: &Policy) -> Policy {
    Policy {
        rule_expr: Value::Null,
        ..policy.clone()
    }
}

fn in_rule(condition: &Condition) -> Value {
    object(vec![
        ("id", Value::from("p")),
        ("name", Value::from("p")),
        ("scope", Value::from("global")),
        ("effect", Value::from("deny")),
        (
            "rule_expr",
            object(vec![("when", print_condition(condition))]),
        ),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn printing_reads_back(value in policy()) {
        let (read, diagnostics) = parse_policy(&value, 0);
        prop_assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let policy = read.unwrap().into_policy().unwrap();
        let printed = print_policy(&policy);
        let again = parsed(&printed).unwrap();
        prop_assert_eq!(without_text(&again), without_text(&policy));
        prop_assert_eq!(&print_policy(&again), &printed);
        // The rule of a printed policy is the rule that is printed.
        prop_assert_eq!(Some(&again.rule_expr), printed.get("rule_expr"));
        // The text of it, too.
        let text = serde_json::to_string(&Value::Array(vec![printed])).unwrap();
        let from_text = parse_text(&text).policies.remove(0).into_policy().unwrap();
        prop_assert_eq!(from_text, again);
    }

    #[test]
    fn conditions_print_by_themselves(value in policy()) {
        let policy = parsed(&value).unwrap();
        for condition in policy.when.iter().chain(&policy.unless) {
            let again = parsed(&in_rule(condition)).unwrap();
            prop_assert_eq!(again.when.as_ref(), Some(condition));
        }
    }

    #[test]
    fn nothing_panics_and_what_is_wrong_is_said(value in prop_oneof![anything(), list(anything()), list(damaged())], other in anything()) {
        let parsed = parse_policies(&value);
        let whole = parsed.policies.iter().filter(|policy| policy.policy().is_some()).count();
        if let Value::Array(elements) = &value {
            prop_assert!(whole == elements.len() || !parsed.diagnostics.is_empty());
        }
        let (catalogue, _) = parse_catalogue(&other);
        for catalogue in [None, Some(&catalogue)] {
            let first = validate(parsed.clone(), catalogue);
            let second = validate(parse_policies(&value), catalogue);
            prop_assert_eq!(&first.diagnostics, &second.diagnostics);
            prop_assert_eq!(first.policies, second.policies);
            for found in &first.diagnostics {
                prop_assert!(found.message.len() < 2000 && found.pointer.len() < 2000);
            }
            prop_assert!(first.diagnostics.is_sorted_by_key(|d| d.pointer.split('/').nth(1).and_then(|i| i.parse::<usize>().ok())));
        }
    }

    #[test]
    fn no_text_panics(text in prop_oneof![".{0,40}", "[\\[\\]{}\",:a0\\\\ ]{0,40}"]) {
        let _ = parse_text(&text);
    }

    #[test]
    fn validation_keeps_policies_as_they_are(values in list(policy())) {
        let read = parse_policies(&values);
        let before: Vec<Policy> = read.policies.iter().filter_map(|p| p.policy().cloned()).collect();
        if let Ok(set) = validate(read, None).into_result() {
            let after: Vec<Policy> = set.into_policies().into_iter().map(|p| p.into_policy()).collect();
            prop_assert_eq!(before, after);
        }
    }
}
