//! Requests that state what policies read, mostly.

use portcullis::Value;

use super::choices::Choices;
use super::pools::{ACTIONS, IDS};
use super::values::{object, odd, put, set, value};
use super::vocabulary::{FIELDS, Kind};

pub(crate) fn request(choices: &mut Choices<'_>) -> Value {
    let entity = |id: &str| object([("id", Value::from(id))]);
    let mut request = object([
        ("action", Value::from("tool_call")),
        ("now", Value::Number(1_795_375_800_000.0)),
        ("tenant", entity("acme")),
        ("app", Value::Null),
        ("user", entity("u1")),
        ("workflow", Value::Null),
        ("agent", Value::Null),
        ("tool", entity("search")),
        (
            "run",
            object([("id", Value::from("r1")), ("root_id", Value::from("r1"))]),
        ),
        ("input", object([])),
    ]);
    stage(&mut request, choices);
    for (path, kind) in FIELDS {
        if choices.is_empty() {
            break;
        }
        // What places a request is set above; elsewhere it would mostly make it invalid.
        let placed = matches!(
            path,
            ["action" | "now" | "input"] | [_, "id"] | ["run", "mode"]
        );
        if !placed {
            put(&mut request, path, kind, choices);
        }
    }
    request
}

/// Who takes part, and what is amiss with that now and then.
fn stage(request: &mut Value, choices: &mut Choices<'_>) {
    for entity in ["tenant", "app", "user", "workflow", "agent", "tool", "run"] {
        match choices.byte() {
            0..=127 => {}
            128..=219 => {
                let id = choices.pick(&IDS);
                set(request, &[entity], object([("id", Value::from(id))]));
            }
            220..=235 => set(request, &[entity], Value::Null),
            236..=241 => remove(request, entity),
            242..=247 => set(request, &[entity], object([])),
            _ => set(request, &[entity], odd(choices)),
        }
    }
    match choices.byte() {
        0..=149 => {}
        150..=199 => set(request, &["action"], Value::from(choices.pick(&ACTIONS))),
        200..=229 => set(request, &["now"], value(Kind::Millis, choices)),
        230..=245 => set(request, &["run", "mode"], value(Kind::Mode, choices)),
        246..=251 => set(request, &["action"], odd(choices)),
        _ => set(request, &["now"], odd(choices)),
    }
}

fn remove(request: &mut Value, entity: &str) {
    if let Value::Object(members) = request {
        members.retain(|(key, _)| key != entity);
    }
}
