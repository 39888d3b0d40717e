//! Reads policies and catalogues from JSON, and says everything that is wrong with them at once.
//!
//! What is read here has the right shape; whether its types make sense is the next stage's question. A policy in which
//! something is wrong is kept as far as it could be read, so that the next stage can add what it finds; it never becomes valid.

mod approval;
mod catalogue;
mod codes;
mod condition;
mod cursor;
mod duration;
mod findings;
mod leaf;
mod limits;
mod members;
mod operand;
mod order;
mod policy;
mod print;
mod residual;
mod rule;
mod schema;
mod text;
mod values;
#[cfg(feature = "types")]
mod wire;

use crate::error::Diagnostic;
use crate::model::{Policy, Value};

pub use catalogue::parse_catalogue;
pub use codes::DiagnosticCode;
pub(crate) use cursor::At;
pub use duration::duration_ms;
pub(crate) use findings::{Findings, did_you_mean, nearest, quote};
pub(crate) use order::sort_in_document_order;
pub(crate) use print::{Object, effect_name, print_approval, print_then, scope_name};
pub use print::{print_condition, print_policy};
pub(crate) use residual::{is_plain, tenant_of};
pub use residual::{parse_residual, residual_value};
pub(crate) use rule::is_small;
pub(crate) use rule::most_bytes;
pub use text::{catalogue_value, parse_text, policies_value};

/// What came of reading an array of policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The policies that could be read, whole or in part, in order.
    pub policies: Vec<ParsedPolicy>,
    /// Everything that was found, by policy and then in document order.
    pub diagnostics: Vec<Diagnostic>,
}

/// A policy that was read, whole or in part, and its place in the array.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedPolicy {
    index: usize,
    policy: Policy,
    whole: bool,
}

impl ParsedPolicy {
    /// Its place in the array.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The policy, where nothing is wrong with it.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.whole.then_some(&self.policy)
    }

    /// As [`Self::policy`], taking it.
    #[must_use]
    pub fn into_policy(self) -> Option<Policy> {
        self.whole.then_some(self.policy)
    }

    /// What could be read; conditions that could not are empty `all`s.
    pub(crate) fn readable(&self) -> &Policy {
        &self.policy
    }
}

/// Reads an array of policies.
#[must_use]
pub fn parse_policies(value: &Value) -> Parsed {
    let Value::Array(elements) = value else {
        return no_list(value);
    };
    let mut parsed = Parsed::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        parsed.add(parse_policy(element, index));
    }
    parsed
}

/// As [`parse_policies`], without copying the rules.
#[must_use]
pub fn parse_owned(value: Value) -> Parsed {
    let Value::Array(elements) = value else {
        return no_list(&value);
    };
    let mut parsed = Parsed::with_capacity(elements.len());
    for (index, element) in elements.into_iter().enumerate() {
        parsed.add(parse_owned_policy(element, index));
    }
    parsed
}

/// Reads one policy, which stands at `index` of its array.
#[must_use]
pub fn parse_policy(value: &Value, index: usize) -> (Option<ParsedPolicy>, Vec<Diagnostic>) {
    let (mut policy, diagnostics) = read(value, index);
    if let Some(read) = &mut policy {
        read.policy.rule_expr = value.get(RULE).cloned().unwrap_or_default();
    }
    (policy, diagnostics)
}

/// As [`parse_policy`], without copying the rule.
#[must_use]
pub fn parse_owned_policy(
    mut value: Value,
    index: usize,
) -> (Option<ParsedPolicy>, Vec<Diagnostic>) {
    let (mut policy, diagnostics) = read(&value, index);
    if let (Some(read), Value::Object(members)) = (&mut policy, &mut value) {
        let rule = members.iter_mut().rev().find(|(key, _)| key == RULE);
        read.policy.rule_expr = rule
            .map(|(_, rule)| std::mem::take(rule))
            .unwrap_or_default();
    }
    (policy, diagnostics)
}

/// The key of the rule in its row.
const RULE: &str = "rule_expr";

/// Reads a policy, all but the text of its rule.
fn read(value: &Value, index: usize) -> (Option<ParsedPolicy>, Vec<Diagnostic>) {
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut findings = Findings::about(id);
    let policy = policy::read_policy(value, &At::Policies.index(index), &mut findings);
    let whole = findings.errors == 0;
    let mut diagnostics = findings.diagnostics;
    sort_in_document_order(&mut diagnostics, value.get(RULE));
    let policy = policy.map(|policy| ParsedPolicy {
        index,
        policy,
        whole,
    });
    (policy, diagnostics)
}

fn no_list(value: &Value) -> Parsed {
    let mut findings = Findings::default();
    let help = "write the policies as a list, `[…]`, even if there is one";
    findings.wrong_type(&At::Policies, "a list of policies", value, help);
    Parsed {
        policies: Vec::new(),
        diagnostics: findings.diagnostics,
    }
}

impl Parsed {
    fn with_capacity(policies: usize) -> Self {
        Self {
            policies: Vec::with_capacity(policies),
            diagnostics: Vec::new(),
        }
    }

    fn add(&mut self, (policy, diagnostics): (Option<ParsedPolicy>, Vec<Diagnostic>)) {
        self.policies.extend(policy);
        self.diagnostics.extend(diagnostics);
    }
}
