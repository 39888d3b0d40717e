//! Previews, from the facade.

use crate::engine::Engine;
use crate::model::{Path, Preview, PreviewCell, Value};
use crate::partial::{Cell, preview, preview_many};

impl Engine {
    /// What may be decided on a request, whatever stands at the given fields and below them: any
    /// value, none, one of another type.
    ///
    /// With nothing unknown it holds the decision. A field that lies in no object of the request
    /// makes all of that place unknown: for `input.amount` alone, state an `input`, if only `{}`.
    ///
    /// # Example
    /// ```
    /// use portcullis::{Engine, Value, model::{DecisionEffect, Path}};
    ///
    /// let policies = Value::from_json(
    ///     r#"[{"id": "1", "name": "open", "scope": "global", "effect": "allow", "rule_expr": {}},
    ///         {"id": "2", "name": "large", "scope": "global", "effect": "deny",
    ///          "rule_expr": {"when": {"field": "input.amount", "gt": 500}}}]"#,
    /// )?;
    /// let engine = Engine::load(policies, None)?;
    /// let request = Value::from_json(
    ///     r#"{"action": "tool_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": null,
    ///         "workflow": null, "agent": null, "tool": {"id": "pay"}, "run": {"id": "r1"}}"#,
    /// )?;
    /// let preview = engine.preview(&request, &[Path::parse("input")?]);
    /// assert_eq!(preview.effects, [DecisionEffect::Allow, DecisionEffect::Deny]);
    /// assert_eq!(preview.policies[0].words, "Denied when `input.amount` is more than 500.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn preview(&self, request: &Value, unknown: &[Path]) -> Preview {
        preview(&self.snapshot, request, unknown, None, &|request| {
            self.decide(request)
        })
    }

    /// What may be decided on many requests that differ in a few top-level members, such as each tool
    /// for each user: every combination of the values listed, the last list's next to one another.
    #[must_use]
    pub fn preview_many(
        &self,
        request: &Value,
        unknown: &[Path],
        vary: &[(String, Vec<Value>)],
    ) -> Vec<PreviewCell> {
        let cells = preview_many(&self.snapshot, request, unknown, vary, None);
        cells.into_iter().map(Cell::told).collect()
    }
}
