//! What can be wrong with policies: diagnostics, each with a stable code and a place.

use std::fmt;

use serde::Serialize;

/// Whether a finding refuses the set or only warns about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The set does not load.
    Error,
    /// Legal, and probably not what was meant.
    Warning,
}

/// One finding about a policy set or its catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Diagnostic {
    /// Stable, machine readable: `unknown_key`, `empty_condition`, …
    pub code: String,
    /// Whether it refuses the set.
    pub severity: Severity,
    /// The policy it speaks of, where that is known.
    pub policy_id: Option<String>,
    /// JSON Pointer (RFC 6901) into the array of policies; under `/catalogue` for the catalogue, `/residual` for a residual.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at `{}`: {} ({})",
            self.code, self.pointer, self.message, self.help
        )
    }
}

/// A policy set that does not load, with every reason at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy set has {} error(s), the first is {}", .diagnostics.len(), .diagnostics.first().map_or_else(String::new, ToString::to_string))]
pub struct PolicySetError {
    diagnostics: Vec<Diagnostic>,
}

impl PolicySetError {
    /// Wraps the findings that refused a set.
    #[must_use]
    pub fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }

    /// All findings, warnings included, in document order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// As [`Self::diagnostics`], taking them.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

/// What was given as known is nothing that a residual can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KnownError(pub(crate) &'static str);

/// A request that can't be digested, so no grant can be bound to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request can't be digested: `{field}` {problem}")]
pub struct DigestError {
    field: String,
    problem: &'static str,
}

impl DigestError {
    pub(crate) fn new(field: &str, problem: &'static str) -> Self {
        Self {
            field: field.to_owned(),
            problem,
        }
    }

    /// The field that stands in the way.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}
