//! Request digests: what a grant binds of a request.

use crate::compile::Snapshot;
use crate::digest::{Digest, canonical_object_within};
use crate::error::DigestError;
use crate::eval::invalid_field;
use crate::model::{MAX_DIGEST_BYTES, MAX_DIGEST_DEPTH, Value};

/// SHA-256 over RFC 8785 JSON of who asks to do what, with which input, in which mode. `definition_of` gives the digest of
/// the definition that a tool has.
pub(super) fn request_digest<'d>(
    snapshot: &Snapshot,
    request: &Value,
    definition_of: &dyn Fn(&str) -> Result<Option<&'d str>, DigestError>,
) -> Result<String, DigestError> {
    if let Some(field) = invalid_field(snapshot, request) {
        return Err(error(&field, "is not as a request must have it"));
    }
    let agent = entity_id(request, "agent")?;
    let app = entity_id(request, "app")?;
    let tenant = entity_id(request, "tenant")?;
    let tool = entity_id(request, "tool")?;
    let user = entity_id(request, "user")?;
    let workflow = entity_id(request, "workflow")?;
    let definition = tool.as_str().map(definition_of).transpose()?.flatten();
    let definition = definition.map_or(Value::Null, Value::from);
    let run = request.get("run").unwrap_or(&Value::Null);
    if !matches!(run, Value::Null | Value::Object(_)) {
        return Err(error("run", "is no object"));
    }
    // By far the largest part, so it is not copied.
    let input = request.get("input").unwrap_or(&Value::Null);
    check(input, 1).map_err(|o| o.below("input"))?;
    let action = text_or(request.get("action"), "action", None)?;
    let mode = text_or(run.get("mode"), "run.mode", Some("auto"))?;
    let root = text_or(run.get("root_id"), "run.root_id", None)?;
    let members = [
        ("action", &action),
        ("agent", &agent),
        ("app", &app),
        ("input", input),
        ("mode", &mode),
        ("root_run", &root),
        ("tenant", &tenant),
        ("tool", &tool),
        ("tool_definition", &definition),
        ("user", &user),
        ("workflow", &workflow),
    ];
    let text = canonical_object_within(&members, MAX_DIGEST_BYTES)
        .ok_or_else(|| error("input", "is over 16 MiB as RFC 8785 JSON"))?;
    Ok(Digest::of(text.as_bytes()).text())
}

fn entity_id(request: &Value, entity: &str) -> Result<Value, DigestError> {
    match request.get(entity) {
        Some(Value::Null) => Ok(Value::Null),
        None => Err(error(
            entity,
            "is not stated: say `null` where there is none",
        )),
        Some(value) => match value.get("id") {
            Some(id @ Value::String(_)) => Ok(id.clone()),
            _ => Err(error(entity, "has no string `id`")),
        },
    }
}

fn text_or(
    value: Option<&Value>,
    field: &str,
    default: Option<&str>,
) -> Result<Value, DigestError> {
    match value {
        None | Some(Value::Null) => Ok(default.map_or(Value::Null, Value::from)),
        Some(text @ Value::String(_)) => Ok(text.clone()),
        Some(_) => Err(error(field, "is no string")),
    }
}

/// What stands in the way of a digest, and where: names from the innermost outwards.
struct Obstacle {
    problem: &'static str,
    names: Vec<String>,
}

impl Obstacle {
    fn below(mut self, name: impl ToString) -> Self {
        self.names.push(name.to_string());
        self
    }
}

impl From<Obstacle> for DigestError {
    fn from(obstacle: Obstacle) -> Self {
        let names: Vec<String> = obstacle.names.into_iter().rev().collect();
        Self::new(&names.join("."), obstacle.problem)
    }
}

/// Refuses whatever RFC 8785 can't say exactly.
fn check(value: &Value, depth: usize) -> Result<(), Obstacle> {
    let refuse = |problem| {
        Err(Obstacle {
            problem,
            names: Vec::new(),
        })
    };
    let nests = matches!(value, Value::Array(_) | Value::Object(_));
    if nests && depth > MAX_DIGEST_DEPTH {
        return refuse("is nested too deep");
    }
    let deeper = depth.saturating_add(1);
    match value {
        Value::Unsupported => refuse("holds what JSON can't say"),
        Value::Oversized(_) => refuse("is too large"),
        Value::Number(_) if value.as_number().is_none() => refuse("is a number that isn't exact"),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .try_for_each(|(i, element)| check(element, deeper).map_err(|o| o.below(i))),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, member)| check(member, deeper).map_err(|o| o.below(name))),
        _ => Ok(()),
    }
}

fn error(field: &str, problem: &'static str) -> DigestError {
    DigestError::new(field, problem)
}
