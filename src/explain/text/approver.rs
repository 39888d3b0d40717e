//! What an approver is told: what is asked, why, and how risky it is.

use crate::explain::escape::{plain, quoted, shown_value};
use crate::explain::text::{Lines, decision_words, effect_words, limit_words, mode_words};
use crate::explain::words::{self, id};
use crate::model::{
    ApprovalRequirement, Clause, ClauseKind, DecisionEffect, Effect, Enforcement, Explanation,
    PolicyExplanation, Reason, TruthValue, Value,
};

/// So many members of the input are listed.
const MAX_MEMBERS: usize = 100;
/// So many clauses of a policy are listed.
const MAX_CLAUSES: usize = 20;

pub(super) fn text(explanation: &Explanation) -> String {
    let mut lines = Lines::default();
    what(explanation, &mut lines);
    why(explanation, &mut lines);
    risk(explanation, &mut lines);
    lines.0
}

fn what(explanation: &Explanation, lines: &mut Lines) {
    let subject = &explanation.subject;
    let asked = match explanation.decision.effect {
        DecisionEffect::RequireApproval => "Approval is asked for.",
        DecisionEffect::Allow => "No approval is needed: this is allowed.",
        DecisionEffect::Deny => "This is denied; an approval would not change that.",
    };
    lines.push(0, &[asked]);
    lines.heading("What");
    let rows = [
        ("action: ", &subject.action),
        ("tool: ", &subject.tool),
        ("workflow: ", &subject.workflow),
        ("agent: ", &subject.agent),
        ("user: ", &subject.user),
        ("app: ", &subject.app),
        ("run: ", &subject.run),
        ("tenant: ", &subject.tenant),
    ];
    for (label, value) in rows {
        lines.push(1, &[label, &id(value.as_deref())]);
    }
    match &subject.input {
        Value::Object(members) if !members.is_empty() => {
            lines.push(1, &["input:"]);
            for (name, value) in members.iter().take(MAX_MEMBERS) {
                lines.push(2, &[&quoted(name), ": ", &shown_value(value)]);
            }
            more(
                lines,
                2,
                members.len().saturating_sub(MAX_MEMBERS),
                "members",
            );
        }
        Value::Null => lines.push(1, &["input: none"]),
        input => lines.push(1, &["input: ", &shown_value(input)]),
    }
}

fn more(lines: &mut Lines, depth: usize, count: usize, of: &str) {
    if count > 0 {
        lines.push(
            depth,
            &["… (", &count.to_string(), " more ", of, " left out)"],
        );
    }
}

fn why(explanation: &Explanation, lines: &mut Lines) {
    lines.heading("Why");
    let asks = explanation.decision.effect == DecisionEffect::RequireApproval;
    let mut any = false;
    for reason in &explanation.decision.reasons {
        if reason.effect == Effect::RequireApproval || (!asks && reason.effect == Effect::Deny) {
            any = true;
            one_reason(explanation, reason, lines);
        }
    }
    if !any {
        let code = &explanation.decision.reasons;
        let nothing = match explanation.decision.effect {
            DecisionEffect::Allow => "no policy asks for approval",
            _ if code.iter().any(|r| r.error.is_some()) => {
                "a policy can't be resolved for this request"
            }
            _ => "no policy permits it",
        };
        lines.push(1, &["- ", nothing]);
    }
}

fn one_reason(explanation: &Explanation, reason: &Reason, lines: &mut Lines) {
    let name = reason
        .policy_name
        .as_deref()
        .unwrap_or("the request itself");
    let verb = effect_words(reason.effect);
    lines.push(1, &["- ", &quoted(name), " ", verb]);
    if let Some(message) = &reason.message {
        lines.push(2, &["message: ", &plain(message)]);
    }
    if let Some(remedy) = &reason.remedy {
        lines.push(2, &["remedy: ", &plain(remedy)]);
    }
    if let Some(error) = &reason.error {
        lines.push(
            2,
            &[
                "it applies because it could not be told: ",
                &plain(&error.message),
            ],
        );
    }
    let policy = |p: &&PolicyExplanation| Some(&p.policy_id) == reason.policy_id.as_ref();
    if let Some(policy) = explanation.policies.iter().find(policy) {
        because(policy, lines);
    }
    let approval = |a: &&ApprovalRequirement| Some(&a.policy_id) == reason.policy_id.as_ref();
    if let Some(approval) = explanation.decision.approvals.iter().find(approval) {
        lines.push(2, &[&approval_words(approval)]);
    }
}

/// The clauses that made a policy apply.
fn because(policy: &PolicyExplanation, lines: &mut Lines) {
    if policy.clauses.is_empty() {
        lines.push(2, &["it applies to everything that it covers"]);
        return;
    }
    let mut support = Vec::new();
    for clause in &policy.clauses {
        gather(clause, &mut support);
    }
    for clause in support.iter().take(MAX_CLAUSES) {
        let Some(facts) = &clause.leaf else { continue };
        let mut line = match clause.value {
            TruthValue::Error => {
                let mut line = String::from("it can't be told whether ");
                line.push_str(&words::leaf(facts, true));
                line
            }
            value => words::leaf(facts, value == TruthValue::True),
        };
        if clause.kind == ClauseKind::Leaf {
            line.push_str(" (it is ");
            line.push_str(&words::actual(facts));
            line.push(')');
        }
        lines.push(2, &["because ", &line]);
    }
    more(
        lines,
        2,
        support.len().saturating_sub(MAX_CLAUSES),
        "clauses",
    );
}

/// The leaves that made a clause come to what it is.
fn gather<'a>(clause: &'a Clause, support: &mut Vec<&'a Clause>) {
    match clause.kind {
        ClauseKind::Leaf => support.push(clause),
        ClauseKind::Some | ClauseKind::Every => {
            support.push(clause);
            for child in &clause.children {
                gather(child, support);
            }
        }
        ClauseKind::Not => clause.children.iter().for_each(|c| gather(c, support)),
        ClauseKind::All | ClauseKind::Any => {
            let decisive = clause.children.iter().filter(|c| c.value == clause.value);
            decisive.for_each(|c| gather(c, support));
        }
    }
}

fn approval_words(approval: &ApprovalRequirement) -> String {
    let mut out = String::from("needs ");
    out.push_str(&approval.quorum.to_string());
    out.push_str(if approval.quorum == 1 {
        " approval"
    } else {
        " approvals"
    });
    let approvers = &approval.approvers;
    let mut list = |label: &str, names: &[String]| {
        for name in names {
            out.push_str(label);
            out.push_str(&quoted(name));
        }
    };
    list(", by role ", &approvers.roles);
    list(", by user ", &approvers.users);
    if let Some(field) = &approvers.field {
        out.push_str(", by whom `");
        out.push_str(&plain(&field.to_string()));
        out.push_str("` names");
    }
    if approval.exclude_requester {
        out.push_str(", not by the requester");
    }
    out.push_str("; expires in ");
    out.push_str(&plain(&approval.expires_in));
    out
}

fn risk(explanation: &Explanation, lines: &mut Lines) {
    let (subject, decision) = (&explanation.subject, &explanation.decision);
    lines.heading("How risky");
    let stated = |value: &Value| match value {
        Value::Null => "not stated".to_owned(),
        value => shown_value(value),
    };
    lines.push(1, &["risk level: ", &stated(&subject.risk_level)]);
    lines.push(1, &["side effects: ", &stated(&subject.side_effects)]);
    lines.push(1, &["mode: ", mode_words(decision.mode)]);
    for limit in &decision.limits {
        lines.push(1, &["limit: ", &limit_words(limit)]);
    }
    let others = explanation.policies.iter().filter(|p| {
        p.applies && p.enforcement == Enforcement::Enforce && p.effect != Effect::RequireApproval
    });
    for policy in others {
        let verb = effect_words(policy.effect);
        lines.push(
            1,
            &["also applies: ", &quoted(&policy.policy_name), " ", verb],
        );
    }
    for shadow in explanation
        .policies
        .iter()
        .filter(|p| p.applies && p.enforcement == Enforcement::Shadow)
    {
        let verb = effect_words(shadow.effect);
        let name = quoted(&shadow.policy_name);
        lines.push(1, &["in shadow, not deciding: ", &name, " ", verb]);
    }
    lines.push(1, &["decision: ", decision_words(decision.effect)]);
}
