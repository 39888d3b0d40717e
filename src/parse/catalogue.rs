//! Reads catalogues.

use crate::error::Diagnostic;
use crate::model::{BUILT_IN_ACTIONS, Catalogue, MAX_ACTIONS, Tool, Value, sorted};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::{Findings, quote};
use super::members::{self, Object};
use super::rule::{most_bytes, nested_too_deep};
use super::schema::{any, shape_of};
use super::text::note_duplicates;
use super::values;
use crate::model::MAX_JSON_DEPTH;

const KEYS: [&str; 3] = ["actions", "entities", "tools"];

/// Reads a catalogue: `{"actions": […], "entities": {name: JSON Schema}, "tools": […]}`.
///
/// Tools are entries of an MCP `tools/list`, with `risk_level` and `side_effects`; what else they say is kept for their
/// digest and not read. What could be read comes back even where something is wrong.
#[must_use]
pub fn parse_catalogue(value: &Value) -> (Catalogue, Vec<Diagnostic>) {
    let mut findings = Findings::default();
    let catalogue = read(value, &At::Catalogue, &mut findings);
    (catalogue, findings.diagnostics)
}

fn read(value: &Value, at: &At<'_>, findings: &mut Findings) -> Catalogue {
    let mut catalogue = Catalogue::default();
    if most_bytes(value, MAX_JSON_DEPTH).is_none() {
        nested_too_deep(at, findings);
        return catalogue;
    }
    let mut slots = [None; KEYS.len()];
    if members::optional_members(value, &KEYS, &mut slots, at, findings) == Object::Not {
        return catalogue;
    }
    let [actions, entities, tools] = slots;
    if let Some(actions) = actions
        && !is_empty_list(actions)
    {
        catalogue.actions =
            values::strings(actions, &at.key("actions"), findings).unwrap_or_default();
        check_count(&catalogue.actions, &at.key("actions"), findings);
    }
    if let Some(entities) = entities {
        read_entities(entities, &at.key("entities"), &mut catalogue, findings);
    }
    if let Some(tools) = tools {
        read_tools(tools, &at.key("tools"), &mut catalogue, findings);
    }
    catalogue
}

/// A policy keeps the actions it covers as the bits of one number.
fn check_count(declared: &[String], at: &At<'_>, findings: &mut Findings) {
    let most = MAX_ACTIONS.saturating_sub(BUILT_IN_ACTIONS.len());
    if declared.len() > most {
        let (code, unit) = (Code::TooManyActions, "actions beside the built-in ones");
        findings.over_cap(code, at, "the list", declared.len(), most, unit);
    }
}

fn is_empty_list(value: &Value) -> bool {
    matches!(value, Value::Array(elements) if elements.is_empty())
}

fn read_entities(value: &Value, at: &At<'_>, catalogue: &mut Catalogue, findings: &mut Findings) {
    let Value::Object(members) = value else {
        let help = "name each entity, with a JSON Schema of it";
        findings.wrong_type(at, "an object of schemas", value, help);
        return;
    };
    note_duplicates(value, at, findings);
    for (name, schema) in members {
        let at = at.key(name);
        if matches!(schema, Value::Object(_)) {
            let shape = shape_of(schema);
            catalogue.entities.push((name.clone(), shape));
        } else {
            findings.wrong_type(
                &at,
                "a JSON Schema",
                schema,
                "write it as `{\"properties\": {…}}`",
            );
        }
    }
}

fn read_tools(value: &Value, at: &At<'_>, catalogue: &mut Catalogue, findings: &mut Findings) {
    let Value::Array(elements) = value else {
        findings.wrong_type(at, "a list of tools", value, "put them in `[…]`");
        return;
    };
    note_duplicates(value, at, findings);
    let mut names: Vec<(&str, usize)> = Vec::with_capacity(elements.len());
    for (i, element) in elements.iter().enumerate() {
        let at = at.index(i);
        if let Some(tool) = read_tool(element, &at, findings) {
            if let Some(Value::String(name)) = element.get("name") {
                names.push((name, i));
            }
            catalogue.tools.push(tool);
        }
    }
    let names = sorted(names);
    for pair in names.windows(2) {
        if let [(a, _), (b, i)] = pair
            && a == b
        {
            findings.error(
                Code::DuplicateTool,
                &at.index(*i).key("name"),
                &["another tool has the name ", &quote(b)],
                "give each tool one entry",
            );
        }
    }
}

fn read_tool(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Tool> {
    if !matches!(value, Value::Object(_)) {
        findings.wrong_type(
            at,
            "a tool",
            value,
            "write it as an entry of an MCP `tools/list`",
        );
        return None;
    }
    // `null` is the same as nothing, as elsewhere.
    let given = |key: &str| value.get(key).filter(|v| **v != Value::Null);
    if let Some(level) = given("risk_level") {
        values::filled(level, &at.key("risk_level"), findings);
    }
    if let Some(effects) = given("side_effects")
        && !is_empty_list(effects)
    {
        values::strings(effects, &at.key("side_effects"), findings);
    }
    let input = match given("inputSchema") {
        None => any(),
        Some(schema @ Value::Object(_)) => shape_of(schema),
        Some(other) => {
            findings.wrong_type(
                &at.key("inputSchema"),
                "a JSON Schema",
                other,
                "write it as an object",
            );
            any()
        }
    };
    let Some(name) = given("name") else {
        members::missing_key("name", at, findings, "the name of a tool is its id");
        return None;
    };
    let name = values::filled(name, &at.key("name"), findings)?.to_owned();
    Some(Tool {
        name,
        input,
        definition: value.clone(),
    })
}
