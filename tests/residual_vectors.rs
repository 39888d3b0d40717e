//! What residuals hold and decide, case by case: `vectors/residual/*.json`. What a case does not name is not compared, but
//! each decision that the server need not be asked for is held against that of the whole set.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

use std::fs;
use std::path::Path as FilePath;

use portcullis::model::Path;
use portcullis::{Engine, ResidualEngine, Value};
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

/// A request with members of another in place of its own; one that is `{"$missing": true}` is taken out.
fn over(request: &Json, other: &Json) -> Json {
    let mut request = request.clone();
    for (name, member) in other.as_object().into_iter().flatten() {
        if member.get("$missing").is_some() {
            request.as_object_mut().unwrap().remove(name);
        } else {
            request[name] = member.clone();
        }
    }
    request
}

fn check(case: &Json, defaults: &Json) {
    let own = list(&case["policies"]);
    let is_own = |policy: &&Json| own.iter().any(|p| p["id"] == policy["id"]);
    let others = list(&defaults["policies"]).iter();
    let policies: Vec<&Json> = others.filter(|p| !is_own(p)).chain(own).collect();
    let catalogue = case.get("catalogue").map(engine_value);
    let engine = Engine::load(engine_value(&json!(policies)), catalogue.as_ref()).unwrap();
    let request = over(&defaults["request"], &case["request"]);
    let mut known = json!({});
    for name in list(&case["known"]).iter().filter_map(Json::as_str) {
        known[name] = request[name].clone();
    }
    let unknown = paths(&case["unknown"]);
    let residual = engine.residual(&engine_value(&known), &unknown).unwrap();
    let text = serde_json::to_string(&residual).unwrap();
    let description = &case["description"];
    if let Some(expected) = case.get("residual") {
        let actual: Json = serde_json::from_str(&text).unwrap();
        assert!(fits(expected, &actual), "{description}: {actual:#}");
    }
    for word in list(&case["without"]).iter().filter_map(Json::as_str) {
        // Digits of the digest are of no meaning.
        let text = text.replace(&residual.policy_set, "");
        let text = text.replace(residual.tool_definition.as_deref().unwrap_or("-"), "");
        assert!(!text.contains(word), "{description}: {word} in {text}");
    }
    let there = ResidualEngine::load_json(&text).unwrap();
    for one in list(&case["decisions"]) {
        let asked = engine_value(&over(&request, &one["request"]));
        let decision = serde_json::to_value(there.decide(&asked)).unwrap();
        assert!(
            fits(&one["expect"], &decision),
            "{description}: {decision:#}"
        );
        let code = decision["code"].as_str().unwrap();
        if !["ask_server", "outside_residual"].contains(&code) {
            let whole = serde_json::to_value(engine.decide(&asked)).unwrap();
            for key in [
                "effect",
                "code",
                "mode",
                "limits",
                "approvals",
                "policy_set",
            ] {
                assert_eq!(decision[key], whole[key], "{description}: {key}");
            }
        }
    }
    for one in list(&case["previews"]) {
        let asked = engine_value(&over(&request, &one["request"]));
        let unknown = paths(&one["unknown"]);
        let preview = serde_json::to_value(there.preview(&asked, &unknown)).unwrap();
        assert!(fits(&one["expect"], &preview), "{description}: {preview:#}");
        let cells = there.preview_many(&asked, &unknown, &[]);
        let cells = serde_json::to_value(cells).unwrap();
        for key in ["effects", "modes", "may_be_invalid"] {
            assert_eq!(cells[0][key], preview[key], "{description}: {key}");
        }
        let is_settled = !preview["decision"].is_null();
        assert_eq!(cells[0]["settled"], is_settled, "{description}");
    }
}

fn paths(list: &Json) -> Vec<Path> {
    let texts = self::list(list).iter().filter_map(Json::as_str);
    texts.map(|path| Path::parse(path).unwrap()).collect()
}

#[test]
fn every_residual_holds_and_decides_what_its_case_says() {
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/residual");
    let mut count = 0_usize;
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let area: Json = serde_json::from_str(&text).unwrap();
        for case in list(&area["cases"]) {
            count = count.saturating_add(1);
            check(case, &area["defaults"]);
        }
    }
    assert!(count >= 24, "only {count} cases were found");
}
