//! Residuals, from the facade: made of an engine, and engines made of them.

use super::residue::Residue;
use crate::engine::Engine;
use crate::error::{DigestError, KnownError, PolicySetError};
use crate::model::{Decision, Grant, MAX_JSON_DEPTH, Path, Preview, PreviewCell, Residual, Value};
use crate::parse::{is_plain, most_bytes, residual_value, tenant_of};
use crate::partial::{Cell, residual_of};

impl Engine {
    /// What remains of the set for requests of which parts are fixed: whatever stands in `known` at the top level, whole,
    /// but for the `unknown` fields in it. It holds nothing of other tenants and of private policies, and is plain JSON,
    /// which a [`ResidualEngine`] is loaded from elsewhere.
    ///
    /// # Errors
    /// [`KnownError`] if `known` names no tenant, or holds what JSON can't say.
    ///
    /// # Example
    /// ```
    /// use portcullis::{Engine, ResidualEngine, Value, model::DecisionEffect};
    ///
    /// let policies = Value::from_json(
    ///     r#"[{"id": "1", "name": "open", "scope": "global", "effect": "allow", "rule_expr": {}},
    ///         {"id": "2", "name": "guests", "scope": "tool", "effect": "deny", "visibility": "public",
    ///          "rule_expr": {"target": ["pay"], "when": {"field": "user.role", "eq": "guest"}}}]"#,
    /// )?;
    /// let known = Value::from_json(r#"{"tenant": {"id": "acme"}, "user": {"id": "u1", "role": "guest"}}"#)?;
    /// let residual = Engine::load(policies, None)?.residual(&known, &[])?;
    /// let there = ResidualEngine::load_json(&serde_json::to_string(&residual)?)?;
    ///
    /// let request = |tool: &str| Value::from_json(&format!(
    ///     r#"{{"action": "tool_call", "now": 0, "tenant": {{"id": "acme"}}, "app": null, "workflow": null, "agent": null,
    ///         "user": {{"id": "u1", "role": "guest"}}, "tool": {{"id": "{tool}"}}, "run": {{"id": "r1"}}}}"#
    /// ));
    /// assert_eq!(there.decide(&request("pay")?).effect, DecisionEffect::Deny);
    /// assert_eq!(there.decide(&request("search")?).effect, DecisionEffect::Allow);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn residual(&self, known: &Value, unknown: &[Path]) -> Result<Residual, KnownError> {
        // The residual around it is a level, too.
        if most_bytes(known, MAX_JSON_DEPTH.saturating_sub(1)).is_none() {
            return Err(KnownError("`known` nests too deep"));
        }
        if !is_plain(known) {
            return Err(KnownError("`known` holds what JSON can't say"));
        }
        if tenant_of(known).is_none() || unknown.iter().any(names_tenant) {
            return Err(KnownError("`known` names no tenant by a string id"));
        }
        let has_tools = self.catalogue.as_ref().is_some_and(|c| !c.tools.is_empty());
        Ok(residual_of(&self.snapshot, known, unknown, has_tools))
    }
}

/// Whether a field is the tenant or its id.
fn names_tenant(path: &Path) -> bool {
    let mut names = path.segments().iter().map(|name| &**name);
    names.next() == Some("tenant") && names.next().is_none_or(|name| name == "id")
}

/// Decides by a residual, as the engine that it was made of would; where that takes more than the residual holds, it says
/// to ask there.
#[derive(Debug)]
pub struct ResidualEngine {
    engine: Engine,
    residue: Residue,
}

impl ResidualEngine {
    /// Loads a residual, whole or not at all.
    ///
    /// # Errors
    /// [`PolicySetError`] with every finding, if any of them is an error.
    pub fn load(residual: Value) -> Result<Self, PolicySetError> {
        let (loader, residue) = Residue::begin(residual);
        Ok(Self {
            engine: loader.finish()?,
            residue,
        })
    }

    /// Loads a residual from JSON text.
    ///
    /// # Errors
    /// [`PolicySetError`] with every finding, if any of them is an error.
    pub fn load_json(residual: &str) -> Result<Self, PolicySetError> {
        Self::load(residual_value(residual).map_err(PolicySetError::new)?)
    }

    /// Decides a request. One that differs in what was known is denied with the code `outside_residual`; one that a private
    /// policy may decide otherwise, with `ask_server`.
    #[must_use]
    pub fn decide(&self, request: &Value) -> Decision {
        self.decide_granted(request, &[])
    }

    /// Decides a request for which approvals were granted.
    #[must_use]
    pub fn decide_granted(&self, request: &Value, grants: &[Grant]) -> Decision {
        self.residue.decide(&self.engine, request, grants)
    }

    /// What the server may decide on a request, whatever stands at the given fields: as [`Engine::preview`], but that what
    /// private policies may do counts as possible, and leaves no decision.
    #[must_use]
    pub fn preview(&self, request: &Value, unknown: &[Path]) -> Preview {
        self.residue.preview(&self.engine, request, unknown)
    }

    /// The same of many requests that differ in a few top-level members, as [`Engine::preview_many`].
    #[must_use]
    pub fn preview_many(
        &self,
        request: &Value,
        unknown: &[Path],
        vary: &[(String, Vec<Value>)],
    ) -> Vec<PreviewCell> {
        let cells = self
            .residue
            .preview_many(&self.engine, request, unknown, vary);
        cells.into_iter().map(Cell::told).collect()
    }

    /// What a grant binds of a request: SHA-256 over RFC 8785 JSON, as `sha256:` and hex.
    ///
    /// # Errors
    /// [`DigestError`] if the request can't be digested exactly, or the residual lacks the definition of its tool.
    pub fn request_digest(&self, request: &Value) -> Result<String, DigestError> {
        self.residue.request_digest(&self.engine, request)
    }

    /// The digest of the whole set that the residual was made of.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.residue.policy_set()
    }
}
