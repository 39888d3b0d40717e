//! What an agent is told.

use crate::explain::escape::plain;
use crate::explain::text::Lines;
use crate::model::{Code, DecisionEffect, Effect, ErrorCode, Explanation, Fault, Mode, Reason};

pub(super) fn text(explanation: &Explanation) -> String {
    let decision = &explanation.decision;
    let mut lines = Lines::default();
    lines.push(0, &[verdict(decision.effect, decision.code)]);
    if decision.effect != DecisionEffect::Deny && decision.mode == Mode::Draft {
        lines.push(0, &["Only in draft mode: nothing may take effect yet."]);
    }
    let mut any_remedy = false;
    let mut said: Vec<(&str, &str)> = Vec::new();
    for reason in decision
        .reasons
        .iter()
        .filter(|r| matters(decision.code, r))
    {
        let message = reason.message.as_deref().unwrap_or("");
        let remedy = reason.remedy.as_deref().unwrap_or("");
        any_remedy |= !remedy.is_empty();
        let fault = reason.error.as_ref().and_then(correctable);
        if said.contains(&(message, remedy)) && fault.is_none() {
            continue;
        }
        said.push((message, remedy));
        if message.is_empty() {
            lines.push(0, &["- ", default_message(reason.effect)]);
        } else {
            lines.push(0, &["- ", &plain(message)]);
        }
        if let Some(fault) = fault {
            lines.push(1, &["What to correct: ", &plain(&fault)]);
        }
        if !remedy.is_empty() {
            lines.push(1, &["What helps: ", &plain(remedy)]);
        }
    }
    lines.push(
        0,
        &["Next: ", next(decision.effect, decision.code, any_remedy)],
    );
    lines.0
}

fn verdict(effect: DecisionEffect, code: Code) -> &'static str {
    match (effect, code) {
        (DecisionEffect::Allow, _) => "Allowed.",
        (DecisionEffect::RequireApproval, _) => "Paused: people must approve this first.",
        (DecisionEffect::Deny, Code::NoMatchingAllow) => "Denied: nothing permits this.",
        (DecisionEffect::Deny, Code::InvalidRequest) => "Denied: the request is not well formed.",
        (DecisionEffect::Deny, Code::LimitExceeded) => "Denied: a limit is spent.",
        (DecisionEffect::Deny, Code::PoliciesUnavailable | Code::EngineFailure) => {
            "Denied: this can't be decided just now."
        }
        (DecisionEffect::Deny, _) => "Denied by policy.",
    }
}

/// Whether a reason is one for the decision as it came out.
fn matters(code: Code, reason: &Reason) -> bool {
    match code {
        Code::DeniedByPolicy => reason.effect == Effect::Deny || counts_as_deny(reason),
        Code::ApprovalRequired => {
            matches!(reason.effect, Effect::RequireApproval | Effect::Modify)
        }
        Code::Allowed => reason.effect == Effect::Modify,
        Code::NoMatchingAllow => false,
        _ => true,
    }
}

/// A limit or an approval that can't be resolved for this request denies it.
fn counts_as_deny(reason: &Reason) -> bool {
    let pointer = reason.error.as_ref().and_then(|e| e.pointer.as_deref());
    pointer
        .is_some_and(|p| p.starts_with("/rule_expr/then/") || p.starts_with("/rule_expr/approval/"))
}

/// What the agent can put right itself: its own arguments, and a request that is not well formed.
fn correctable(fault: &Fault) -> Option<String> {
    let path = fault.field.0.as_ref();
    let is_own = path.is_some_and(|path| path.head() == "input");
    match fault.code {
        ErrorCode::InvalidRequest => Some(fault.message.clone()),
        _ if is_own => Some(fault.message.clone()),
        _ => None,
    }
}

fn default_message(effect: Effect) -> &'static str {
    match effect {
        Effect::Deny => "A policy does not allow this.",
        Effect::RequireApproval => "A policy asks for approval.",
        Effect::Modify => "A policy limits how this may be done.",
        Effect::Allow => "A policy allows this.",
    }
}

fn next(effect: DecisionEffect, code: Code, any_remedy: bool) -> &'static str {
    match (effect, code) {
        (DecisionEffect::Allow, _) => "go ahead.",
        (DecisionEffect::RequireApproval, _) => {
            "wait for the decision. Do not repeat the call, change it or look for another way."
        }
        (_, Code::InvalidRequest) => "correct the request, then ask again.",
        (_, Code::PoliciesUnavailable | Code::EngineFailure) => "ask again later.",
        (_, Code::LimitExceeded) => "stop, or ask again when the limit has room.",
        _ if any_remedy => {
            "follow what helps, or tell the user that this was not allowed. Do not repeat the call as it is."
        }
        _ => "tell the user that this was not allowed. Do not repeat the call as it is.",
    }
}
