//! The facade: load a set, then ask it.

use crate::compile::Snapshot;
use crate::engine::digest::request_digest;
use crate::engine::grants::approved;
use crate::engine::loader::Loader;
use crate::error::{Diagnostic, DigestError, PolicySetError};
use crate::eval::{Approved, Encoder, Frame, Outcome, Scratch, decide, decision, routes};
use crate::model::{Catalogue, Decision, Grant, Value};
use crate::parse::{catalogue_value, parse_policy, policies_value};
use crate::validate::{IdRegistry, Vocabulary, admit};

/// A policy set that decides.
///
/// # Example
/// ```
/// use portcullis::{Engine, Value};
///
/// let policies = Value::from_json(
///     r#"[{"id": "1", "name": "open", "scope": "global", "effect": "allow", "rule_expr": {}}]"#,
/// )?;
/// let engine = Engine::load(policies, None)?;
/// let request = Value::from_json(
///     r#"{"action": "tool_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": null,
///         "workflow": null, "agent": null, "tool": {"id": "search"}, "run": {"id": "r1"}}"#,
/// )?;
/// assert_eq!(engine.decide(&request).reasons.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    pub(crate) snapshot: Snapshot,
    pub(super) catalogue: Option<Catalogue>,
    warnings: Vec<Diagnostic>,
}

impl Engine {
    pub(super) fn new(
        snapshot: Snapshot,
        catalogue: Option<Catalogue>,
        warnings: Vec<Diagnostic>,
    ) -> Self {
        Self {
            snapshot,
            catalogue,
            warnings,
        }
    }

    /// Loads an array of policies, whole or not at all.
    ///
    /// # Errors
    /// [`PolicySetError`] with every finding, if any of them is an error.
    pub fn load(policies: Value, catalogue: Option<&Value>) -> Result<Self, PolicySetError> {
        let mut loader = Loader::new(catalogue);
        loader.push_array(policies);
        loader.finish()
    }

    /// Loads policies and a catalogue from JSON text.
    ///
    /// # Errors
    /// [`PolicySetError`] with every finding, if any of them is an error.
    pub fn load_json(policies: &str, catalogue: Option<&str>) -> Result<Self, PolicySetError> {
        let catalogue = catalogue
            .map(catalogue_value)
            .transpose()
            .map_err(PolicySetError::new)?;
        let policies = policies_value(policies).map_err(PolicySetError::new)?;
        Self::load(policies, catalogue.as_ref())
    }

    /// What is legal and unwise in the set as it was loaded.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Decides a request. Whatever the request is, there is a decision.
    #[must_use]
    pub fn decide(&self, request: &Value) -> Decision {
        self.decide_with(request, &[])
    }

    /// Decides a request for which approvals were granted.
    #[must_use]
    pub fn decide_granted(&self, request: &Value, grants: &[Grant]) -> Decision {
        self.decide_with(request, &self.approved(request, grants))
    }

    fn decide_with(&self, request: &Value, approved: &[Approved]) -> Decision {
        let (frame, outcome) = self.outcome(request, approved);
        decision(&self.snapshot, &frame, &outcome)
    }

    /// A decision that is not in words yet, and what was read for it.
    pub(super) fn outcome(&self, request: &Value, approved: &[Approved]) -> (Frame, Outcome) {
        let mut encoder = Encoder::new(&self.snapshot.nodes, request);
        let mut picks = Vec::new();
        routes(&self.snapshot, request, &mut encoder, &mut picks);
        let frame = encoder.into_frame();
        let mut scratch = Scratch::default();
        decide(&self.snapshot, &frame, &picks, approved, None, &mut scratch);
        (frame, scratch.outcome)
    }

    /// The grants that hold for a request.
    pub(crate) fn approved(&self, request: &Value, grants: &[Grant]) -> Vec<Approved> {
        let digest = || self.request_digest(request);
        approved(&self.snapshot, grants, &digest, &|_, policy, digest| {
            policy.digest == *digest
        })
    }

    /// What a grant binds of a request: SHA-256 over RFC 8785 JSON, as `sha256:` and hex.
    ///
    /// # Errors
    /// [`DigestError`] if the request can't be digested exactly.
    pub fn request_digest(&self, request: &Value) -> Result<String, DigestError> {
        request_digest(&self.snapshot, request, &|tool| {
            Ok(self.snapshot.tool_digest(tool))
        })
    }

    /// The digest of the platform's policies.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.snapshot.digest(0)
    }

    /// Puts a policy in the place of the one with its id, or adds it. Gives warnings about it.
    ///
    /// # Errors
    /// [`PolicySetError`] if it does not load; nothing changes then.
    pub fn replace(&mut self, policy: &Value) -> Result<Vec<Diagnostic>, PolicySetError> {
        let (parsed, mut diagnostics) = parse_policy(policy, 0);
        let vocabulary = Vocabulary::new(self.catalogue.as_ref());
        let valid = parsed.and_then(|parsed| {
            let found = std::mem::take(&mut diagnostics);
            let (valid, found) = admit(parsed, found, &vocabulary, &mut IdRegistry::default());
            diagnostics = found;
            valid
        });
        let Some(valid) = valid else {
            return Err(PolicySetError::new(diagnostics));
        };
        self.snapshot.put(valid);
        self.snapshot.seal();
        Ok(diagnostics)
    }

    /// As [`Self::replace`], from JSON text.
    ///
    /// # Errors
    /// [`PolicySetError`] if it does not load; nothing changes then.
    pub fn replace_json(&mut self, policy: &str) -> Result<Vec<Diagnostic>, PolicySetError> {
        self.replace(&policies_value(policy).map_err(PolicySetError::new)?)
    }

    /// Takes a policy out; whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        let found = self.snapshot.remove(id);
        if found {
            self.snapshot.seal();
        }
        found
    }

    /// How many enabled policies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot.len()
    }

    /// Whether no policy is enabled: then everything is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Everything that is wrong or unwise about an array of policies.
#[must_use]
pub fn validate(policies: Value, catalogue: Option<&Value>) -> Vec<Diagnostic> {
    match Engine::load(policies, catalogue) {
        Ok(engine) => engine.warnings,
        Err(error) => error.into_diagnostics(),
    }
}
