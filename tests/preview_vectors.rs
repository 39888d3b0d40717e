//! What previews answer, case by case: `vectors/preview/*.json`. What a case does not name is not compared.
#![expect(clippy::unwrap_used, reason = "a panic here is a failed test")]

use std::fs;
use std::path::Path as FilePath;

use portcullis::model::Path;
use portcullis::{Engine, Value};
use serde_json::{Value as Json, json};

fn engine_value(json: &Json) -> Value {
    Value::from_json(&json.to_string()).unwrap()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// Whether an answer has all that is expected of it.
fn fits(expected: &Json, actual: &Json) -> bool {
    match (expected, actual) {
        (Json::Object(expected), Json::Object(actual)) => expected
            .iter()
            .all(|(key, value)| actual.get(key).is_some_and(|a| fits(value, a))),
        (Json::Array(expected), Json::Array(actual)) => {
            expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| fits(e, a))
        }
        (Json::Number(expected), Json::Number(actual)) => expected.as_f64() == actual.as_f64(),
        _ => expected == actual,
    }
}

#[test]
fn every_preview_answers_as_its_case_says() {
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/preview");
    let mut count = 0_usize;
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let area: Json = serde_json::from_str(&text).unwrap();
        for case in list(&area["cases"]) {
            count = count.saturating_add(1);
            let own = list(&case["policies"]);
            let is_own = |policy: &&Json| own.iter().any(|p| p["id"] == policy["id"]);
            let defaults = list(&area["defaults"]["policies"]).iter();
            let policies: Vec<&Json> = defaults.filter(|p| !is_own(p)).chain(own).collect();
            let mut request = area["defaults"]["request"].clone();
            for (name, value) in case["request"].as_object().into_iter().flatten() {
                request[name] = value.clone();
            }
            let unknown = list(&case["unknown"]).iter();
            let unknown: Vec<Path> = unknown
                .map(|path| Path::parse(path.as_str().unwrap()).unwrap())
                .collect();
            let engine = Engine::load(engine_value(&json!(policies)), None).unwrap();
            let preview = engine.preview(&engine_value(&request), &unknown);
            let preview = serde_json::to_value(preview).unwrap();
            let (description, expected) = (&case["description"], &case["expect"]);
            assert!(fits(expected, &preview), "{description}: {preview:#}");
        }
    }
    assert!(count >= 17, "there are but {count} cases");
}
