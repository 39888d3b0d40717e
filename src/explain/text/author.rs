//! What an author of policies is told: everything.

use crate::explain::escape::{plain, quoted, shown_value};
use crate::explain::text::{Lines, decision_words, effect_words, limit_words, mode_words};
use crate::explain::words;
use crate::model::{
    Change, Clause, ClauseKind, Code, Decision, Enforcement, Explanation, FieldName, LeafFacts,
    PolicyExplanation, TruthValue,
};

pub(super) fn text(explanation: &Explanation) -> String {
    let mut lines = Lines::default();
    let decision = &explanation.decision;
    lines.push(
        0,
        &[
            "Decision: ",
            decision_words(decision.effect),
            " (",
            code_words(decision.code),
            "), mode ",
            mode_words(decision.mode),
        ],
    );
    particulars(decision, &mut lines);
    lines.heading("Policies that cover the request");
    if explanation.policies.is_empty() {
        lines.push(1, &["none"]);
    }
    for policy in &explanation.policies {
        one_policy(policy, &mut lines);
    }
    lines.heading("Near misses");
    if explanation.near_misses.is_empty() {
        lines.push(1, &["none"]);
    }
    for near in &explanation.near_misses {
        let (id, pointer) = (quoted(&near.policy_id), plain(&near.pointer));
        let verb = effect_words(near.effect);
        lines.push(
            1,
            &[&id, " ", verb, " if ", &near.needs, "  (", &pointer, ")"],
        );
    }
    lines.heading("Smallest change");
    change(
        explanation.smallest_change.as_ref(),
        explanation.search_capped,
        &mut lines,
    );
    lines.0
}

fn particulars(decision: &Decision, lines: &mut Lines) {
    for reason in &decision.reasons {
        let id = reason
            .policy_id
            .as_deref()
            .map_or_else(|| "the request".to_owned(), quoted);
        lines.push(1, &["reason: ", &id, " ", effect_words(reason.effect)]);
        if let Some(message) = &reason.message {
            lines.push(2, &["message: ", &plain(message)]);
        }
        if let Some(remedy) = &reason.remedy {
            lines.push(2, &["remedy: ", &plain(remedy)]);
        }
        if let Some(error) = &reason.error {
            lines.push(2, &["error: ", &plain(&error.message)]);
        }
    }
    for limit in &decision.limits {
        lines.push(
            1,
            &[
                "limit: ",
                &limit_words(limit),
                " (",
                &quoted(&limit.policy_id),
                ")",
            ],
        );
    }
    lines.push(1, &["policy set: ", &decision.policy_set]);
}

fn code_words(code: Code) -> &'static str {
    match code {
        Code::Allowed => "allowed",
        Code::DeniedByPolicy => "denied_by_policy",
        Code::NoMatchingAllow => "no_matching_allow",
        Code::ApprovalRequired => "approval_required",
        Code::LimitExceeded => "limit_exceeded",
        Code::InvalidRequest => "invalid_request",
        Code::PoliciesUnavailable => "policies_unavailable",
        Code::EngineFailure => "engine_failure",
        Code::AskServer => "ask_server",
        Code::OutsideResidual => "outside_residual",
    }
}

fn one_policy(policy: &PolicyExplanation, lines: &mut Lines) {
    let applies = if policy.applies {
        "applies"
    } else {
        "does not apply"
    };
    let shadow = match policy.enforcement {
        Enforcement::Enforce => "",
        Enforcement::Shadow => ", in shadow",
    };
    lines.push(
        1,
        &[
            mark(policy.value),
            " ",
            &quoted(&policy.policy_name),
            " (",
            &quoted(&policy.policy_id),
            ") ",
            effect_words(policy.effect),
            shadow,
            ": ",
            applies,
        ],
    );
    if let Some(error) = &policy.error {
        lines.push(2, &["! ", &plain(&error.message)]);
    }
    for clause in &policy.clauses {
        let label = if clause.pointer.starts_with("/rule_expr/unless") {
            "unless "
        } else {
            "when "
        };
        one_clause(clause, label, 2, lines);
    }
}

fn mark(value: TruthValue) -> &'static str {
    match value {
        TruthValue::True => "✓",
        TruthValue::False => "✗",
        TruthValue::Error => "!",
    }
}

fn one_clause(clause: &Clause, label: &str, depth: usize, lines: &mut Lines) {
    let element = clause
        .element
        .map_or_else(String::new, |i| ["element ", &i.to_string(), ": "].concat());
    let what = match (&clause.leaf, clause.kind) {
        (Some(facts), kind) => leaf_words(facts, kind),
        (None, ClauseKind::All) => "all of".to_owned(),
        (None, ClauseKind::Any) => "any of".to_owned(),
        (None, _) => "not".to_owned(),
    };
    lines.push(depth, &[mark(clause.value), " ", label, &element, &what]);
    let below = depth.saturating_add(1);
    for child in &clause.children {
        one_clause(child, "", below, lines);
    }
    if clause.omitted > 0 {
        let count = clause.omitted.to_string();
        lines.push(below, &["… (", &count, " more elements left out)"]);
    }
}

/// What a leaf asks, and what it found.
fn leaf_words(facts: &LeafFacts, kind: ClauseKind) -> String {
    let mut out = words::leaf(facts, true);
    out.push_str(": ");
    match kind {
        ClauseKind::Leaf => {
            out.push_str("it is ");
            out.push_str(&words::actual(facts));
        }
        _ => out.push_str("by element"),
    }
    if let Some(value) = facts.expected.get("value") {
        out.push_str(", the other is ");
        out.push_str(&shown_value(value));
    }
    if let Some(code) = facts.error {
        out.push_str("; error: ");
        out.push_str(&field(facts.error_field.as_ref().unwrap_or(&facts.field)));
        out.push(' ');
        out.push_str(words::error(code));
    }
    out
}

fn field(name: &FieldName) -> String {
    let path = name.0.as_ref().map(ToString::to_string);
    ["`", &plain(&path.unwrap_or_default()), "`"].concat()
}

fn change(change: Option<&Change>, capped: bool, lines: &mut Lines) {
    match change {
        None => lines.push(1, &["none found"]),
        Some(change) => {
            let (from, to) = (shown_value(&change.from), shown_value(&change.to));
            let effect = decision_words(change.effect);
            let field = field(&change.field);
            lines.push(
                1,
                &[&field, " from ", &from, " to ", &to, " gives ", effect],
            );
            let (id, pointer) = (quoted(&change.policy_id), plain(&change.pointer));
            lines.push(1, &["suggested by ", &id, " at ", &pointer]);
        }
    }
    if capped {
        lines.push(1, &["the search was given up at its bound"]);
    }
}
