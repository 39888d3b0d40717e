//! Ids are unique in a set.

use crate::error::Diagnostic;
use crate::model::Names;
use crate::parse::{At, DiagnosticCode as Code, Findings, ParsedPolicy, quote};

/// The ids seen so far, so that a set can be loaded in slices.
#[derive(Clone, Debug, Default)]
pub struct IdRegistry {
    seen: Names,
}

impl IdRegistry {
    /// Notes the id of a policy; a finding where another one has it.
    pub fn register(&mut self, parsed: &ParsedPolicy) -> Option<Diagnostic> {
        let id = &parsed.readable().id;
        if id.is_empty() {
            return None;
        }
        let Some(first) = self.seen.get(id.as_str()) else {
            let index = u32::try_from(parsed.index()).unwrap_or(u32::MAX);
            self.seen.insert(id.as_str().into(), index);
            return None;
        };
        let mut findings = Findings::about(id);
        findings.error(
            Code::DuplicateId,
            &At::Policies.index(parsed.index()).key("id"),
            &[
                "the policy at `/",
                &first.to_string(),
                "` has the id ",
                &quote(id),
                " already",
            ],
            "give each policy its own id",
        );
        findings.diagnostics.pop()
    }
}
