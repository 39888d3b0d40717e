use super::*;
use crate::eval::Scratch;
use crate::explain::change::decide_again;
use crate::explain::edit::set;
use crate::model::{Change, Code, DecisionEffect, FieldName, Path};

/// The change that is proposed, decided once more from scratch.
fn verified(policies: &[String], request: &Value) -> Option<Change> {
    let snapshot = load(policies);
    let explanation = explain(&snapshot, request, &[]);
    let change = explanation.smallest_change?;
    let mut changed = request.clone();
    let path: &Path = change.field.0.as_ref().unwrap();
    set(&mut changed, path, change.to.clone()).unwrap();
    let again = decide_again(&snapshot, &changed, &[], &mut Scratch::default());
    assert_eq!(again, (change.effect, change.code));
    assert_ne!(change.effect, explanation.decision.effect);
    Some(change)
}

fn change(policies: &[String], input: &str) -> Option<(String, String)> {
    let change = verified(policies, &call(input))?;
    let path = change.field.0.unwrap().to_string();
    Some((path, serde_json::to_string(&change.to).unwrap()))
}

const LEAVES: [&str; 44] = [
    r#""field":"input.v","eq":7"#,
    r#""field":"input.v","eq":"x""#,
    r#""field":"input.v","eq":true"#,
    r#""field":"input.v","ne":7"#,
    r#""field":"input.v","ne":"x""#,
    r#""field":"input.v","ne":false"#,
    r#""field":"input.v","eq":{"field":"input.n"}"#,
    r#""field":"input.v","ne":{"field":"input.n"}"#,
    r#""field":"input.v","lt":7"#,
    r#""field":"input.v","lte":7.5"#,
    r#""field":"input.v","gt":7"#,
    r#""field":"input.v","gte":7"#,
    r#""field":"input.v","gt":{"field":"input.n"}"#,
    r#""field":"input.v","lt":"2026-01-01T00:00:00Z""#,
    r#""field":"input.v","in":["a","b"]"#,
    r#""field":"input.v","not_in":[1,2]"#,
    r#""field":"input.v","in":{"field":"input.l"}"#,
    r#""field":"input.v","not_in":{"field":"input.l"}"#,
    r#""field":"input.v","includes":"a""#,
    r#""field":"input.v","includes":{"field":"input.n"}"#,
    r#""field":"input.v","includes_any":["a","b"]"#,
    r#""field":"input.v","includes_all":["a","b"]"#,
    r#""field":"input.v","starts_with":"ab""#,
    r#""field":"input.v","ends_with":["yz","zz"]"#,
    r#""field":"input.v","contains":"MID","ignore_case":true"#,
    r#""field":"input.v","matches":"a*b?\\*""#,
    r#""field":"input.v","within":"/workspace""#,
    r#""field":"input.v","within":".""#,
    r#""field":"input.v","exists":true"#,
    r#""field":"input.v","exists":false"#,
    r#""field":"input.v","as":"size","gte":3"#,
    r#""field":"input.v","as":"keys","includes":"k""#,
    r#""field":"input.v","as":"lower","eq":"abc""#,
    r#""field":"input.v","as":"timestamp","gt":"2026-01-01T00:00:00Z""#,
    r#""field":"input.v","as":"number","lt":-3"#,
    r#""field":"input.v","as":"url_scheme","eq":"https""#,
    r#""field":"input.v","as":"url_host","in":["a.example","b.example"]"#,
    r#""field":"input.v","as":"url_path","starts_with":"/api/""#,
    r#""field":"input.v","as":"host_class","ne":"private_ip""#,
    r#""field":"input.v","as":"file_path","starts_with":"/tmp""#,
    r#""field":"input.v","as":"email_domain","eq":"acme.example""#,
    r#""field":"input.v","as":"utc_hour","gte":18"#,
    r#""field":"input.v","as":"utc_weekday","in":["sat","sun"]"#,
    r#""field":"input.v","every":{"starts_with":"ok"}"#,
];

#[test]
fn a_change_is_found_for_every_operator_and_derivation() {
    // Objects and `every` aside, no value of these fits any of the leaves by accident alone.
    let values = [
        "null",
        "{}",
        "[]",
        "\"\"",
        "-1",
        "1",
        "99999999999999",
        "true",
        "[\"no\"]",
        "\"x\"",
    ];
    for leaf in LEAVES {
        let mut found = (0, 0);
        for value in values {
            let input = format!(r#"{{"v":{value},"n":5,"l":["p","q"]}}"#);
            let allow = [policy("a", "allow", &format!(r#"{{"when":{{{leaf}}}}}"#))];
            let deny = [
                policy("a", "allow", "{}"),
                policy("d", "deny", &format!(r#"{{"unless":{{{leaf}}}}}"#)),
            ];
            found.0 += usize::from(change(&allow, &input).is_some());
            found.1 += usize::from(change(&deny, &input).is_some());
        }
        assert!(found.0 >= 7 && found.1 >= 7, "{leaf}: {found:?}");
    }
}

#[test]
fn a_restriction_is_lifted_for_every_operator() {
    let fit = [
        (r#""field":"input.v","eq":7"#, "7"),
        (r#""field":"input.v","ne":7"#, "8"),
        (r#""field":"input.v","eq":true"#, "true"),
        (r#""field":"input.v","lte":7.5"#, "7"),
        (r#""field":"input.v","in":[3,7]"#, "7"),
        (
            r#""field":"input.v","includes_all":["a","b"]"#,
            r#"["a","b","c"]"#,
        ),
        (
            r#""field":"input.v","includes_any":["a","b"]"#,
            r#"["a","b","c"]"#,
        ),
        (r#""field":"input.v","contains":["a","b"]"#, r#""cab""#),
        (r#""field":"input.v","within":"/w""#, r#""/w/a""#),
        (r#""field":"input.v","exists":true"#, "0"),
        (r#""field":"input.v","as":"size","gt":2"#, r#""abc""#),
        (
            r#""field":"input.v","as":"keys","includes":"k""#,
            r#"{"k":1,"l":2}"#,
        ),
        (
            r#""field":"input.v","as":"host_class","eq":"loopback""#,
            r#""http://localhost""#,
        ),
        (r#""field":"input.v","as":"utc_hour","lt":6"#, "3600000"),
        (
            r#""field":"input.v","some":{"eq":"bad"}"#,
            r#"["good","bad"]"#,
        ),
        (
            r#""field":"input.v","some":{"item":"k","gt":5}"#,
            r#"[{"k":9},{"k":1},{"k":8}]"#,
        ),
    ];
    for (leaf, value) in fit {
        let policies = [
            policy("a", "allow", "{}"),
            policy("d", "deny", &format!(r#"{{"when":{{{leaf}}}}}"#)),
        ];
        let found = change(&policies, &format!(r#"{{"v":{value}}}"#));
        assert!(found.is_some(), "{leaf}");
    }
}

#[test]
fn values_are_as_near_as_can_be() {
    let when = |leaf: &str| [policy("a", "allow", &format!(r#"{{"when":{{{leaf}}}}}"#))];
    let cases = [
        (r#""field":"input.v","lte":500"#, r#"{"v":900}"#, "500"),
        (r#""field":"input.v","lt":500"#, r#"{"v":900}"#, "499"),
        (r#""field":"input.v","gt":0.5"#, r#"{"v":0}"#, "0.51"),
        (
            r#""field":"input.v","includes":"dba""#,
            r#"{"v":["dev"]}"#,
            r#"["dev","dba"]"#,
        ),
        (
            r#""field":"input.v","as":"size","lte":2"#,
            r#"{"v":[1,2,3]}"#,
            "[1,2]",
        ),
        (
            r#""field":"input.v","every":{"ne":"b"}"#,
            r#"{"v":["a","b","c"]}"#,
            r#"["a","c"]"#,
        ),
    ];
    for (leaf, input, to) in cases {
        let found = change(&when(leaf), input);
        assert_eq!(found, Some(("input.v".to_owned(), to.to_owned())), "{leaf}");
    }
}

#[test]
fn the_least_restrictive_effect_is_preferred_then_the_first_leaf() {
    let approval = r#""approval":{"approvers":{"roles":["dba"]}}"#;
    let policies = [
        policy("a", "allow", "{}"),
        policy(
            "d",
            "deny",
            r#"{"when":{"any":[{"field":"input.x","eq":1},{"field":"input.y","eq":1}]}}"#,
        ),
        policy(
            "r",
            "require_approval",
            &format!(r#"{{"when":{{"field":"input.y","lt":5}},{approval}}}"#),
        ),
    ];
    // Both leaves lift the deny of their own; only with the second changed is no approval left.
    let found = verified(&policies, &call(r#"{"x":0,"y":1}"#)).unwrap();
    assert_eq!(found.effect, DecisionEffect::RequireApproval);
    assert_eq!(found.pointer, "/rule_expr/when/any/1");
    let found = verified(&policies, &call(r#"{"x":0,"y":3}"#)).unwrap();
    assert_eq!(
        (found.effect, found.to),
        (DecisionEffect::Allow, Value::Number(5.0))
    );
    let found = verified(&policies, &call(r#"{"x":0,"y":8}"#)).unwrap();
    assert_eq!(
        (found.effect, found.to),
        (DecisionEffect::RequireApproval, Value::Number(4.0))
    );
}

#[test]
fn ids_action_and_time_are_never_changed() {
    for leaf in [
        r#""field":"user.id","eq":"root""#,
        r#""field":"now","lt":5"#,
        r#""field":"action","eq":"llm_call""#,
        r#""field":"run.root_id","eq":"r2""#,
        r#""field":"agent.kind","eq":"trusted""#,
        r#""field":"tool","exists":false"#,
    ] {
        let policies = [policy("a", "allow", &format!(r#"{{"when":{{{leaf}}}}}"#))];
        assert_eq!(change(&policies, "{}"), None, "{leaf}");
    }
    let mode = [policy(
        "a",
        "allow",
        r#"{"when":{"field":"run.mode","ne":"auto"}}"#,
    )];
    let found = change(&mode, "{}");
    assert_eq!(found, Some(("run.mode".to_owned(), "\"draft\"".to_owned())));
}

#[test]
fn two_fields_amiss_have_no_single_change() {
    let policies = [policy(
        "a",
        "allow",
        r#"{"when":{"all":[{"field":"input.x","eq":1},{"field":"input.y","eq":1}]}}"#,
    )];
    let explanation = explained(&policies, &call("{}"));
    assert_eq!(
        (explanation.smallest_change, explanation.search_capped),
        (None, false)
    );
}

#[test]
fn the_search_is_bounded_and_says_so() {
    // Each change lifts one deny of two.
    let leaves: Vec<String> = (0..300)
        .map(|i| format!(r#"{{"field":"input.v{i}","ne":1}}"#))
        .collect();
    let rule = format!(r#"{{"when":{{"all":[{}]}}}}"#, leaves.join(","));
    let policies = [
        policy("a", "allow", "{}"),
        policy("d1", "deny", &rule),
        policy("d2", "deny", "{}"),
    ];
    let members: Vec<String> = (0..300).map(|i| format!(r#""v{i}":0"#)).collect();
    let explanation = explained(&policies, &call(&format!("{{{}}}", members.join(","))));
    assert_eq!(explanation.smallest_change, None);
    assert!(explanation.search_capped);
}

#[test]
fn a_path_with_a_dot_in_a_name() {
    let policies = [policy(
        "a",
        "allow",
        r#"{"when":{"field":["input","a.b"],"eq":1}}"#,
    )];
    let found = verified(&policies, &call(r#"{"a.b":2}"#)).unwrap();
    let FieldName(Some(path)) = &found.field else {
        panic!("no path")
    };
    assert_eq!(path.to_string(), r#"["input","a.b"]"#);
    assert_eq!(found.code, Code::Allowed);
}
