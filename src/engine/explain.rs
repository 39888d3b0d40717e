//! Explanations, from the facade.

use crate::engine::Engine;
use crate::explain::explain;
use crate::model::{Explanation, Grant, Value};

impl Engine {
    /// Decides a request, and tells how that came about and what would change it.
    ///
    /// It takes far longer than a decision: every policy that covers the request is evaluated in
    /// full, and changed requests are decided again, 256 at most.
    ///
    /// # Example
    /// ```
    /// use portcullis::{Engine, Value, model::Reader};
    ///
    /// let policies = Value::from_json(
    ///     r#"[{"id": "1", "name": "small", "scope": "global", "effect": "allow",
    ///          "rule_expr": {"when": {"field": "input.amount", "lte": 500}}}]"#,
    /// )?;
    /// let engine = Engine::load(policies, None)?;
    /// let request = Value::from_json(
    ///     r#"{"action": "tool_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": null,
    ///         "workflow": null, "agent": null, "tool": {"id": "pay"}, "run": {"id": "r1"},
    ///         "input": {"amount": 900}}"#,
    /// )?;
    /// let explanation = engine.explain(&request, &[]);
    /// assert_eq!(explanation.near_misses[0].needs, "`input.amount` is at most 500");
    /// assert_eq!(explanation.smallest_change.as_ref().unwrap().to, Value::Number(500.0));
    /// assert!(!explanation.text(Reader::Agent).contains("500"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(&self, request: &Value, grants: &[Grant]) -> Explanation {
        explain(&self.snapshot, request, &self.approved(request, grants))
    }
}
