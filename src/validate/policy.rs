//! Validates one policy.

use crate::derive::Glob;
use crate::error::Diagnostic;
use crate::model::{Address, Effect, Meter, Policy, Scope as PolicyScope, Tool};
use crate::parse::{
    At, DiagnosticCode as Code, Findings, ParsedPolicy, did_you_mean, quote, sort_in_document_order,
};

use super::fields::Checker;
use super::guards;
use super::kinds::Kinds;
use super::lookup::Scope;
use super::vocabulary::Vocabulary;

/// A policy in which nothing is wrong. Only validation makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidPolicy(Policy);

impl ValidPolicy {
    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0
    }

    /// The policy, taken.
    #[must_use]
    pub fn into_policy(self) -> Policy {
        self.0
    }
}

/// Validates a policy by itself; that its id is its own is for an [`IdRegistry`](super::IdRegistry) to tell.
///
/// The findings are those of this stage, in document order.
#[must_use]
pub fn validate_policy(
    parsed: ParsedPolicy,
    vocabulary: &Vocabulary<'_>,
) -> (Option<ValidPolicy>, Vec<Diagnostic>) {
    let mut findings = findings_about(&parsed, vocabulary);
    sort_in_document_order(
        &mut findings.diagnostics,
        Some(&parsed.readable().rule_expr),
    );
    (valid(parsed, &findings), findings.diagnostics)
}

/// The policy, if nothing is wrong with it.
pub(crate) fn valid(parsed: ParsedPolicy, findings: &Findings) -> Option<ValidPolicy> {
    parsed
        .into_policy()
        .filter(|_| findings.errors == 0)
        .map(ValidPolicy)
}

/// What this stage finds, in the order in which it looks.
pub(crate) fn findings_about(parsed: &ParsedPolicy, vocabulary: &Vocabulary<'_>) -> Findings {
    let policy = parsed.readable();
    let mut findings = Findings::about(&policy.id);
    let row = At::Policies.index(parsed.index());
    let at = row.key("rule_expr");
    check_actions(policy, vocabulary, &at, &mut findings);
    if policy.delegate && policy.tenant_id.is_some() {
        findings.error(
            Code::DelegateByTenant,
            &at.key("delegate"),
            &["a tenant's policy can't delegate"],
            "only a policy of the platform, without `tenant_id`, shares out what it opens",
        );
    }
    let covers_calls = match &policy.actions {
        None => true,
        Some(actions) => actions.iter().any(|action| action == "tool_call"),
    };
    let covered = check_target(policy, vocabulary, &at, &mut findings);
    let scope = Scope {
        vocabulary,
        tools: if covers_calls { covered } else { Vec::new() },
        tools_only: policy.scope == PolicyScope::Tool
            || policy
                .actions
                .as_ref()
                .is_some_and(|actions| actions.iter().all(|action| action == "tool_call")),
    };
    let mut checker = Checker {
        scope: &scope,
        findings: &mut findings,
    };
    if let Some(when) = &policy.when {
        checker.condition(when, &at.key("when"), None);
    }
    if let Some(unless) = &policy.unless {
        checker.condition(unless, &at.key("unless"), None);
    }
    check_effect_fields(policy, &mut checker, &at);
    match policy.effect {
        Effect::Allow => guards::warn_of_empty_lists(policy, &at, &mut findings),
        Effect::Deny => guards::warn_of_lacking_tools(policy, &scope, &at, &mut findings),
        _ => {}
    }
    findings
}

fn check_actions(
    policy: &Policy,
    vocabulary: &Vocabulary<'_>,
    at: &At<'_>,
    findings: &mut Findings,
) {
    let at = at.key("actions");
    for (i, action) in policy.actions.iter().flatten().enumerate() {
        if !vocabulary.actions.contains(&action.as_str()) {
            let otherwise = [
                "known: ",
                &vocabulary.actions.join(", "),
                "; others are declared in a catalogue",
            ]
            .concat();
            let help = did_you_mean(action, &mut vocabulary.actions.iter().copied(), &otherwise);
            findings.error(
                Code::UnknownAction,
                &at.index(i),
                &["unknown action ", &quote(action)],
                &help,
            );
        }
    }
}

/// The tools that a policy may cover; notes patterns that are no globs, or match none of the tools.
fn check_target<'v>(
    policy: &Policy,
    vocabulary: &Vocabulary<'v>,
    at: &At<'_>,
    findings: &mut Findings,
) -> Vec<&'v Tool> {
    let of_tools = policy.scope == PolicyScope::Tool;
    let mut covered: Vec<bool> = vec![!of_tools; vocabulary.tools.len()];
    let at = at.key("target");
    let mut unmatched = Vec::new();
    for (i, pattern) in policy.target.iter().enumerate() {
        let Ok(glob) = Glob::parse(pattern) else {
            invalid_glob(&at.index(i), findings);
            continue;
        };
        if !of_tools || vocabulary.tools.is_empty() {
            continue;
        }
        let mut matched = false;
        for (tool, covered) in vocabulary.tools.iter().zip(&mut covered) {
            if glob.matches(&tool.name) {
                matched = true;
                *covered = true;
            }
        }
        if !matched {
            unmatched.push(i);
        }
    }
    let nothing = !unmatched.is_empty() && unmatched.len() == policy.target.len();
    if nothing {
        let first = policy.target.first().map_or("", String::as_str);
        let help = near_tool(first, vocabulary);
        findings.error(
            Code::TargetMatchesNothing,
            &at,
            &[
                "the target matches none of the ",
                &vocabulary.tools.len().to_string(),
                " tools",
            ],
            &help,
        );
    }
    for i in unmatched.into_iter().filter(|_| !nothing) {
        let pattern = policy.target.get(i).map_or("", String::as_str);
        findings.warning(
            Code::UnmatchedTarget,
            &at.index(i),
            &[&quote(pattern), " matches no tool"],
            &near_tool(pattern, vocabulary),
        );
    }
    let tools = vocabulary.tools.iter().zip(covered);
    tools
        .filter(|(_, covered)| *covered)
        .map(|(tool, _)| tool)
        .collect()
}

fn near_tool(pattern: &str, vocabulary: &Vocabulary<'_>) -> String {
    let mut names = vocabulary.tools.iter().map(|tool| tool.name.as_str());
    did_you_mean(
        pattern,
        &mut names,
        "use the name of a tool of the catalogue",
    )
}

/// Notes a pattern that is no glob.
pub(crate) fn invalid_glob(at: &At<'_>, findings: &mut Findings) {
    findings.error(
        Code::InvalidGlob,
        at,
        &["the pattern ends in a lone `\\`"],
        "write `\\\\` for the character itself",
    );
}

/// The fields that an approval or a limit reads.
fn check_effect_fields(policy: &Policy, checker: &mut Checker<'_, '_>, at: &At<'_>) {
    if let Some(field) = policy
        .approval
        .as_ref()
        .and_then(|approval| approval.field.as_ref())
    {
        let approval = at.key("approval");
        let approvers = approval.key("approvers");
        let address = Address::Field(field.clone());
        checker.reads(&address, Kinds::STRING, &approvers.key("field"));
    }
    let then = at.key("then");
    let limits = then.key("limits");
    for (i, limit) in policy.then.iter().flat_map(|then| &then.limits).enumerate() {
        if let Meter::Field { field } = &limit.meter {
            let limit = limits.index(i);
            let meter = limit.key("meter");
            let address = Address::Field(field.clone());
            checker.reads(&address, Kinds::NUMBER, &meter.key("field"));
        }
    }
}
