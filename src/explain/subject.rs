//! What a request asks for, and for whom.

use crate::model::{Subject, Value};

pub(super) fn subject(request: &Value) -> Subject {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let id = |entity: &str| text(request.get(entity).and_then(|e| e.get("id")));
    let of_tool = |key: &str| {
        let value = request.get("tool").and_then(|tool| tool.get(key));
        value.cloned().unwrap_or_default()
    };
    Subject {
        action: text(request.get("action")),
        tenant: id("tenant"),
        app: id("app"),
        user: id("user"),
        workflow: id("workflow"),
        agent: id("agent"),
        tool: id("tool"),
        run: id("run"),
        risk_level: of_tool("risk_level"),
        side_effects: of_tool("side_effects"),
        input: request.get("input").cloned().unwrap_or_default(),
    }
}
