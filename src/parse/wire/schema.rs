//! The JSON Schema of files of policies, for editors: what the types of the wire say, and what they can't.
//!
//! It may take what the parser refuses, and never refuses what the parser takes.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use super::Policy;
use crate::parse::condition::KEYS;

#[cfg(test)]
mod tests;

/// Policies for Portcullis: one, a list of them, or a list under the key `policies` beside other things.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum PolicyFile {
    One(Box<Policy>),
    List(Vec<Policy>),
    Named { policies: Vec<Policy> },
}

/// What a policy must say depends on its effect and its scope.
fn dependencies() -> Value {
    let rule = |key: &str, value: &Value| json!({"properties": {"rule_expr": {"properties": {key: value}}}});
    let needed = |key: &str, kind: &str| json!({"properties": {"rule_expr": {"required": [key], "properties": {key: {"type": kind}}}}});
    let is =
        |key: &str, word: &str| json!({"required": [key], "properties": {key: {"const": word}}});
    let nothing = json!({"type": "null"});
    json!([
        {"if": is("effect", "require_approval"), "then": needed("approval", "object"), "else": rule("approval", &nothing)},
        {"if": is("effect", "modify"), "then": needed("then", "object"), "else": rule("then", &nothing)},
        {"if": is("scope", "global"), "then": rule("target", &nothing), "else": needed("target", "array")},
    ])
}

/// A condition has children or an operator.
fn something_to_ask() -> Value {
    let address = ["field", "item", "default", "as", "ignore_case"];
    let asks = KEYS.iter().filter(|key| !address.contains(key));
    asks.map(|key| json!({"required": [key]})).collect()
}

fn definition<'s>(schema: &'s mut Schema, name: &str) -> &'s mut serde_json::Map<String, Value> {
    schema
        .pointer_mut(&format!("/$defs/{name}"))
        .and_then(Value::as_object_mut)
        .unwrap()
}

/// Takes out what says how Rust holds a number.
fn without_formats(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, value| key != "format" || !value.is_string());
            members.values_mut().for_each(without_formats);
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_formats),
        _ => {}
    }
}

fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<PolicyFile>();
    schema.insert("title".to_owned(), json!("Portcullis policies"));
    definition(&mut schema, "Policy").insert("allOf".to_owned(), dependencies());
    definition(&mut schema, "Condition").insert("anyOf".to_owned(), something_to_ask());
    let mut schema = schema.to_value();
    without_formats(&mut schema);
    schema
}
