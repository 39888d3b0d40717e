//! What diagnostics say in words, rule by rule: `vectors/words/rules.json`. Codes and places are `vectors/diagnostics`.

use std::fs;
use std::path::Path;

use portcullis::{Value, validate};
use serde_json::{Value as Json, json};

#[test]
fn every_rule_is_told_what_is_wrong_with_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/words/rules.json");
    let cases: Vec<Json> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert!(cases.len() >= 40);
    for case in cases {
        let policies = json!([{
            "id": "p", "name": "p", "scope": case.get("scope").unwrap_or(&json!("global")), "effect": case["effect"],
            "rule_expr": case["rule"],
        }]);
        let policies = Value::from_json(&policies.to_string()).unwrap();
        let catalogue = case.get("catalogue").map(Json::to_string);
        let catalogue = catalogue.map(|text| Value::from_json(&text).unwrap());
        let found = validate(policies, catalogue.as_ref())
            .into_iter()
            .map(|found| {
                assert_eq!(found.policy_id.as_deref(), Some("p"));
                json!({"pointer": found.pointer, "message": found.message, "help": found.help})
            });
        assert_eq!(found.collect::<Json>(), case["found"], "{}", case["rule"]);
    }
}
