use super::*;
use crate::model::{ClauseKind, ErrorCode, TruthValue};

/// The one clause of a deny with this condition, for a call with this input.
fn tree(when: &str, input: &str) -> Clause {
    let rule = format!(r#"{{"when":{when}}}"#);
    let explanation = explained(&[policy("d", "deny", &rule)], &call(input));
    clause(&explanation, "d").clone()
}

/// Operator, expected, actual, derived of a leaf.
fn leaf(when: &str, input: &str) -> (TruthValue, &'static str, String, String, String) {
    let clause = tree(when, input);
    let facts = clause.leaf.unwrap();
    let text = |value: &Value| serde_json::to_string(value).unwrap();
    let derived = facts.derived.as_ref().map_or_else(String::new, text);
    (
        clause.value,
        facts.operator,
        text(&facts.expected),
        text(&facts.actual),
        derived,
    )
}

#[test]
fn leaves_show_what_they_asked_and_found() {
    use TruthValue::{Error, False, True};
    let input = r#"{"n":5,"s":"Hello","b":true,"l":["a","b"],"u":"https://EXAMPLE.com/a","o":{"k":1},
        "t":"2026-11-22T22:00:00Z","f":"/w/../etc","ms":0}"#;
    let cases = [
        (r#"{"field":"input.n","eq":5}"#, True, "eq", "5", "5", ""),
        (r#"{"field":"input.n","ne":5}"#, False, "ne", "5", "5", ""),
        (
            r#"{"field":"input.n","lt":{"field":"input.ms"}}"#,
            False,
            "lt",
            r#"{"field":"input.ms","value":0}"#,
            "5",
            "",
        ),
        (
            r#"{"field":"input.n","lte":4.5}"#,
            False,
            "lte",
            "4.5",
            "5",
            "",
        ),
        (
            r#"{"field":"input.n","gt":"1970-01-01T00:00:01Z"}"#,
            False,
            "gt",
            "1000",
            "5",
            "",
        ),
        (r#"{"field":"input.n","gte":5}"#, True, "gte", "5", "5", ""),
        (
            r#"{"field":"input.s","in":["x","Hello"]}"#,
            True,
            "in",
            r#"["x","Hello"]"#,
            r#""Hello""#,
            "",
        ),
        (
            r#"{"field":"input.b","not_in":[false]}"#,
            True,
            "not_in",
            "[false]",
            "true",
            "",
        ),
        (
            r#"{"field":"input.s","in":{"field":"input.l"}}"#,
            False,
            "in",
            r#"{"field":"input.l","value":["a","b"]}"#,
            r#""Hello""#,
            "",
        ),
        (
            r#"{"field":"input.l","includes":"b"}"#,
            True,
            "includes",
            r#""b""#,
            r#"["a","b"]"#,
            "",
        ),
        (
            r#"{"field":"input.l","includes":{"field":"input.s"}}"#,
            False,
            "includes",
            r#"{"field":"input.s","value":"Hello"}"#,
            r#"["a","b"]"#,
            "",
        ),
        (
            r#"{"field":"input.l","includes_any":["z"]}"#,
            False,
            "includes_any",
            r#"["z"]"#,
            r#"["a","b"]"#,
            "",
        ),
        (
            r#"{"field":"input.l","includes_all":["a","b"]}"#,
            True,
            "includes_all",
            r#"["a","b"]"#,
            r#"["a","b"]"#,
            "",
        ),
        (
            r#"{"field":"input.s","starts_with":"He"}"#,
            True,
            "starts_with",
            r#""He""#,
            r#""Hello""#,
            "",
        ),
        (
            r#"{"field":"input.s","ends_with":["x","lo"]}"#,
            True,
            "ends_with",
            r#"["x","lo"]"#,
            r#""Hello""#,
            "",
        ),
        (
            r#"{"field":"input.s","contains":"LL","ignore_case":true}"#,
            True,
            "contains",
            r#""ll""#,
            r#""Hello""#,
            "",
        ),
        (
            r#"{"field":"input.s","matches":"H?l*\\*"}"#,
            False,
            "matches",
            r#""H?l*\\*""#,
            r#""Hello""#,
            "",
        ),
        (
            r#"{"field":"input.f","within":["/w","/etc/"]}"#,
            True,
            "within",
            r#"["/w","/etc"]"#,
            r#""/w/../etc""#,
            r#""/etc""#,
        ),
        (
            r#"{"field":"input.zz","exists":false}"#,
            True,
            "exists",
            "false",
            "null",
            "",
        ),
        (
            r#"{"field":"input.u","as":"url_host","eq":"example.com"}"#,
            True,
            "eq",
            r#""example.com""#,
            r#""https://EXAMPLE.com/a""#,
            r#""example.com""#,
        ),
        (
            r#"{"field":"input.l","as":"size","gt":2}"#,
            False,
            "gt",
            "2",
            r#"["a","b"]"#,
            "2",
        ),
        (
            r#"{"field":"input.o","as":"keys","includes":"k"}"#,
            True,
            "includes",
            r#""k""#,
            r#"{"k":1}"#,
            r#"["k"]"#,
        ),
        (
            r#"{"field":"input.t","as":"timestamp","lt":0}"#,
            False,
            "lt",
            "0",
            r#""2026-11-22T22:00:00Z""#,
            "1795384800000",
        ),
        (
            r#"{"field":"input.ms","as":"utc_weekday","eq":"thu"}"#,
            True,
            "eq",
            r#""thu""#,
            "0",
            r#""thu""#,
        ),
        (
            r#"{"field":"input.s","lt":3}"#,
            Error,
            "lt",
            "3",
            r#""Hello""#,
            "",
        ),
    ];
    for (when, value, operator, expected, actual, derived) in cases {
        let expected = (
            value,
            operator,
            expected.to_owned(),
            actual.to_owned(),
            derived.to_owned(),
        );
        assert_eq!(leaf(when, input), expected, "{when}");
    }
}

#[test]
fn absent_values_defaults_and_errors() {
    let missing = tree(r#"{"field":"input.x","eq":1}"#, "{}").leaf.unwrap();
    assert!(missing.absent && missing.actual == Value::Null);
    assert_eq!(missing.error, Some(ErrorCode::Missing));
    let default = tree(r#"{"field":"input.x","eq":1,"default":2}"#, r#"{"x":null}"#)
        .leaf
        .unwrap();
    assert_eq!(default.default, Some(Value::Number(2.0)));
    let there = tree(r#"{"field":"input.x","eq":1,"default":2}"#, r#"{"x":1}"#)
        .leaf
        .unwrap();
    assert_eq!((there.default, there.absent), (None, false));
    let below = tree(r#"{"field":"input.x.y","eq":1}"#, r#"{"x":7}"#)
        .leaf
        .unwrap();
    assert_eq!(
        (below.absent, below.error),
        (false, Some(ErrorCode::WrongType))
    );
    let right = tree(
        r#"{"field":"input.x","eq":{"field":"input.y"}}"#,
        r#"{"x":7}"#,
    )
    .leaf
    .unwrap();
    assert_eq!(right.error_field.unwrap().0.unwrap().to_string(), "input.y");
    let long = format!(r#"{{"x":"{}"}}"#, "a".repeat(70_000));
    let long = tree(r#"{"field":"input.x","eq":"a"}"#, &long).leaf.unwrap();
    assert_eq!(
        (long.actual, long.left_out),
        (Value::Null, Some("a string"))
    );
}

#[test]
fn combinations_keep_their_shape() {
    let when = r#"{"any":[{"not":{"field":"input.a","eq":1}},{"all":[{"field":"input.b","eq":2},{"field":"input.c","eq":3}]}]}"#;
    let any = tree(when, r#"{"a":1,"b":2}"#);
    assert_eq!((any.kind, any.value), (ClauseKind::Any, TruthValue::Error));
    let not = &any.children[0];
    assert_eq!((not.kind, not.value), (ClauseKind::Not, TruthValue::False));
    assert_eq!(not.children[0].pointer, "/rule_expr/when/any/0/not");
    let all = &any.children[1];
    assert_eq!((all.kind, all.value), (ClauseKind::All, TruthValue::Error));
    assert_eq!(all.children[1].pointer, "/rule_expr/when/any/1/all/1");
    assert_eq!(all.children[1].value, TruthValue::Error);
}

#[test]
fn quantifiers_show_the_elements_that_decided() {
    let when = r#"{"field":"input.to","some":{"all":[{"item":"kind","eq":"ext"},{"item":"n","gt":{"field":"input.n"}}]}}"#;
    let input = r#"{"n":1,"to":[{"kind":"int","n":9},{"kind":"ext","n":5},{"kind":"ext","n":0}]}"#;
    let some = tree(when, input);
    assert_eq!(
        (some.kind, some.value, some.omitted),
        (ClauseKind::Some, TruthValue::True, 2)
    );
    let body = &some.children[0];
    assert_eq!(
        (body.element, body.pointer.as_str()),
        (Some(1), "/rule_expr/when/some")
    );
    let leaf = body.children[1].leaf.as_ref().unwrap();
    assert_eq!(leaf.field.0.as_ref().unwrap().to_string(), "input.to.1.n");
    assert_eq!(leaf.actual, Value::Number(5.0));

    let scalars: Vec<String> = (0..50).map(|i| format!("\"e{i}\"")).collect();
    let input = format!(r#"{{"to":[{}]}}"#, scalars.join(","));
    let every = tree(
        r#"{"field":"input.to","every":{"starts_with":"x"}}"#,
        &input,
    );
    assert_eq!(
        (every.kind, every.value),
        (ClauseKind::Every, TruthValue::False)
    );
    assert_eq!((every.children.len(), every.omitted), (20, 30));
    let leaf = every.children[3].leaf.as_ref().unwrap();
    assert_eq!(leaf.actual, Value::from("e3"));

    let names = tree(
        r#"{"field":"input","as":"keys","some":{"eq":"b"}}"#,
        r#"{"b":1,"a":2}"#,
    );
    let leaf = names.children[0].leaf.as_ref().unwrap();
    assert_eq!(
        (names.children[0].element, &leaf.actual),
        (Some(1), &Value::from("b"))
    );
}

#[test]
fn an_error_of_an_element_is_not_the_quantifiers() {
    let some = tree(
        r#"{"field":"input.to","some":{"eq":"b"}}"#,
        r#"{"to":["a",7]}"#,
    );
    assert_eq!(some.value, TruthValue::Error);
    assert_eq!(some.leaf.unwrap().error, None);
    assert_eq!(some.children[0].element, Some(1));
    assert_eq!(
        some.children[0].leaf.as_ref().unwrap().error,
        Some(ErrorCode::WrongType)
    );
    let whole = tree(r#"{"field":"input.to","some":{"eq":"b"}}"#, r#"{"to":7}"#);
    assert_eq!(whole.leaf.unwrap().error, Some(ErrorCode::WrongType));
    let literal = tree(
        r#"{"field":"input.to","default":["q"],"some":{"eq":"b"}}"#,
        "{}",
    );
    assert_eq!(
        literal.children[0].leaf.as_ref().unwrap().actual,
        Value::from("q")
    );
}
