//! Validates a whole set.

use crate::error::{Diagnostic, PolicySetError, Severity};
use crate::model::Catalogue;
use crate::parse::{Parsed, ParsedPolicy, sort_in_document_order};

use super::policy::{findings_about, valid};
use super::{IdRegistry, ValidPolicy, Vocabulary, check_catalogue};

/// What came of validating a set: the policies that are valid, and everything that was found.
#[derive(Clone, Debug)]
pub struct Validated {
    /// The policies in which nothing is wrong, in order.
    pub policies: Vec<ValidPolicy>,
    /// The catalogue's findings, then those of the policies in order, each in document order.
    pub diagnostics: Vec<Diagnostic>,
}

/// A set in which nothing is wrong.
#[derive(Clone, Debug)]
pub struct ValidSet {
    policies: Vec<ValidPolicy>,
    warnings: Vec<Diagnostic>,
}

impl ValidSet {
    /// The policies, in order.
    #[must_use]
    pub fn policies(&self) -> &[ValidPolicy] {
        &self.policies
    }

    /// The policies, taken.
    #[must_use]
    pub fn into_policies(self) -> Vec<ValidPolicy> {
        self.policies
    }

    /// What is legal and unwise.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

impl Validated {
    /// The set, whole or not at all.
    ///
    /// # Errors
    /// [`PolicySetError`] with everything that was found, if anything is wrong.
    pub fn into_result(self) -> Result<ValidSet, PolicySetError> {
        if self
            .diagnostics
            .iter()
            .any(|d| d.severity == Severity::Error)
        {
            return Err(PolicySetError::new(self.diagnostics));
        }
        Ok(ValidSet {
            policies: self.policies,
            warnings: self.diagnostics,
        })
    }
}

/// Validates what was parsed, against a catalogue if there is one.
#[must_use]
pub fn validate(parsed: Parsed, catalogue: Option<&Catalogue>) -> Validated {
    let vocabulary = Vocabulary::new(catalogue);
    let mut ids = IdRegistry::default();
    let mut policies = Vec::with_capacity(parsed.policies.len());
    let mut diagnostics = catalogue.map_or_else(Vec::new, check_catalogue);
    let mut earlier = parsed.diagnostics.into_iter().peekable();
    for policy in parsed.policies {
        let index = policy.index();
        while let Some(found) = earlier.next_if(|d| policy_index(d) < index) {
            diagnostics.push(found);
        }
        let mut parsed = Vec::new();
        while let Some(of_this) = earlier.next_if(|d| policy_index(d) == index) {
            parsed.push(of_this);
        }
        let (valid, found) = admit(policy, parsed, &vocabulary, &mut ids);
        policies.extend(valid);
        diagnostics.extend(found);
    }
    diagnostics.extend(earlier);
    Validated {
        policies,
        diagnostics,
    }
}

/// Validates one policy of a set; with what the parser found in it, in document order.
#[must_use]
pub fn admit(
    policy: ParsedPolicy,
    parsed: Vec<Diagnostic>,
    vocabulary: &Vocabulary<'_>,
    ids: &mut IdRegistry,
) -> (Option<ValidPolicy>, Vec<Diagnostic>) {
    let mut findings = findings_about(&policy, vocabulary);
    let duplicate = ids.register(&policy);
    let is_unique = duplicate.is_none();
    findings.diagnostics.extend(duplicate);
    findings.diagnostics.extend(parsed);
    let rule = Some(&policy.readable().rule_expr);
    sort_in_document_order(&mut findings.diagnostics, rule);
    (
        valid(policy, &findings).filter(|_| is_unique),
        findings.diagnostics,
    )
}

/// The index that a pointer such as `/3/id` begins with.
fn policy_index(diagnostic: &Diagnostic) -> usize {
    let index = diagnostic.pointer.split('/').nth(1);
    index.and_then(|i| i.parse().ok()).unwrap_or(0)
}
