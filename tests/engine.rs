//! What an engine tells of its set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use portcullis::{Engine, Value};

fn policy(id: &str, enabled: bool) -> Value {
    let text = format!(
        r#"{{"id": "{id}", "name": "p", "scope": "global", "effect": "deny", "rule_expr": {{}}, "enabled": {enabled}}}"#
    );
    Value::from_json(&text).unwrap()
}

#[test]
fn only_enabled_policies_count() {
    let mut engine = Engine::load(Value::Array(vec![]), None).unwrap();
    assert!(engine.is_empty());
    for (id, enabled, len) in [
        ("a", true, 1),
        ("b", false, 1),
        ("c", true, 2),
        ("d", true, 3),
    ] {
        engine.replace(&policy(id, enabled)).unwrap();
        assert_eq!((engine.len(), engine.is_empty()), (len, false));
    }
    engine.replace(&policy("d", false)).unwrap();
    assert_eq!(engine.len(), 2);
    assert!(engine.remove("a") && engine.remove("b") && !engine.remove("a"));
    assert_eq!(engine.len(), 1);
}

#[test]
fn text_loads_as_its_value_does() {
    let text = |rule: &str| {
        format!(
            r#"[{{"id": "a", "name": "p", "scope": "global", "effect": "deny", "rule_expr": {rule}}}]"#
        )
    };
    assert_eq!(Engine::load_json(&text("{}"), None).unwrap().len(), 1);
    let codes = |text: &str| -> Vec<String> {
        let error = Engine::load_json(text, None).unwrap_err();
        error
            .into_diagnostics()
            .into_iter()
            .map(|d| d.code)
            .collect()
    };
    assert_eq!(
        codes(&text(r#"{"actions": null, "actions": null}"#)),
        ["duplicate_key"]
    );
    // Of many keys, too.
    let many: Vec<String> = (0..20).map(|n| format!(r#""k{n}": 0"#)).collect();
    let many = many.join(", ");
    let open = r#"{"tools": [{"name": "t", "inputSchema": {"#;
    let catalogue = |members: &str| format!(r#"{open}{members}}}}}]}}"#);
    assert!(Engine::load_json("[]", Some(&catalogue(&many))).is_ok());
    let twice = catalogue(&format!(r#"{many}, "k7": 0"#));
    assert!(Engine::load_json("[]", Some(&twice)).is_err());
}

#[test]
fn nesting_is_counted_without_what_stands_in_strings() {
    let deep = [
        "[\"[[\\\"[[\", [], ",
        &"[".repeat(199),
        &"]".repeat(199),
        "]",
    ]
    .concat();
    let error = Engine::load_json(&deep, None).unwrap_err();
    let found = error.diagnostics().first().unwrap();
    assert_eq!(
        found.message,
        "the JSON has 200 levels of nesting, and 128 are allowed"
    );
}
