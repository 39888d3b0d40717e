//! Reports: an outcome in words, as callers get it.

use crate::compile::{Compiled, CompiledLimit, Snapshot};
use crate::eval::decide::Outcome;
use crate::eval::frame::{Frame, tag};
use crate::eval::memo::Memo;
use crate::eval::trouble::invalid_request;
use crate::eval::view::{Reader, View};
use crate::model::{ApprovalRequirement, Decision, Effect, Limit, LimitKind, Reason, Shadow};

const INVALID: &str = "The request is not as it must be, so nothing can be decided on it.";
const INVALID_REMEDY: &str =
    "Correct the field that `error` names; state `null` for an entity that there is none of.";

/// The decision that an outcome amounts to.
pub(crate) fn decision(snapshot: &Snapshot, frame: &Frame, outcome: &Outcome) -> Decision {
    let approvals = outcome.approvals.iter().filter_map(|&p| snapshot.policy(p));
    let limits = outcome.limits.iter().filter_map(|&(policy, index)| {
        let policy = snapshot.policy(policy)?;
        let limit = policy.limits.get(index as usize)?;
        Some(resolved(snapshot, frame, policy, index, limit))
    });
    Decision {
        effect: outcome.effect,
        code: outcome.code,
        mode: outcome.mode,
        reasons: reasons(snapshot, outcome),
        limits: limits.collect(),
        approvals: approvals.filter_map(approval).collect(),
        shadow: outcome
            .shadow
            .iter()
            .filter_map(|h| shadow(snapshot.policy(h.policy)?))
            .collect(),
        policy_set: snapshot.digest(owner(snapshot, frame)).to_owned(),
    }
}

/// Which owner's policies a request is under, besides the platform's.
fn owner(snapshot: &Snapshot, frame: &Frame) -> u32 {
    use crate::compile::fixed::TENANT_ID;
    let memo = Memo::default();
    let reader = Reader {
        snapshot,
        frame,
        memo: &memo,
    };
    let tenant = match reader.view(TENANT_ID, None) {
        Ok(View::Text(text)) => reader.text(text, TENANT_ID).ok(),
        _ => None,
    };
    snapshot.owner(tenant.as_deref())
}

fn reasons(snapshot: &Snapshot, outcome: &Outcome) -> Vec<Reason> {
    let count = outcome.invalid.map_or(outcome.hits.len(), |_| 1);
    (0..count)
        .filter_map(|index| reason_at(snapshot, outcome, index))
        .collect()
}

/// One reason: a policy that applies, with the error that made it; or the request's own fault.
pub(crate) fn reason_at(snapshot: &Snapshot, outcome: &Outcome, index: usize) -> Option<Reason> {
    if let Some(node) = outcome.invalid {
        return Some(Reason {
            policy_id: None,
            policy_name: None,
            effect: Effect::Deny,
            message: Some(INVALID.to_owned()),
            remedy: Some(INVALID_REMEDY.to_owned()),
            error: Some(invalid_request(snapshot, node)),
        });
    }
    let hit = outcome.hits.get(index)?;
    let policy = snapshot.policy(hit.policy)?;
    let error = hit.trouble.map(|trouble| trouble.fault(snapshot, policy));
    Some(Reason {
        error,
        ..plain_reason(policy)
    })
}

/// A policy that applies without an error.
pub(crate) fn plain_reason(policy: &Compiled) -> Reason {
    Reason {
        policy_id: Some(policy.id.to_string()),
        policy_name: Some(policy.name.to_string()),
        effect: policy.effect,
        message: policy.message.as_deref().map(str::to_owned),
        remedy: policy.remedy.as_deref().map(str::to_owned),
        error: None,
    }
}

/// What a policy in shadow would have done.
pub(crate) fn shadow(policy: &Compiled) -> Option<Shadow> {
    Some(Shadow {
        policy_id: policy.id.to_string(),
        effect: policy.effect,
    })
}

/// The approval that a policy asks for.
pub(crate) fn approval(policy: &Compiled) -> Option<ApprovalRequirement> {
    policy.approval.as_deref().cloned()
}

/// A limit without what depends on the request.
pub(crate) fn plain_limit(policy: &Compiled, index: u32, limit: &CompiledLimit) -> Limit {
    let rule = &limit.rule;
    Limit {
        policy_id: policy.id.to_string(),
        index,
        meter: rule.meter.clone(),
        kind: rule.kind,
        per: rule.per.clone(),
        key: Vec::new(),
        window: rule.window.clone(),
        max: rule.max,
        burst: (rule.kind == LimitKind::Rate).then(|| rule.burst.unwrap_or(rule.max)),
        amount: None,
        on_exceed: rule.on_exceed,
    }
}

fn resolved(
    snapshot: &Snapshot,
    frame: &Frame,
    policy: &Compiled,
    index: u32,
    limit: &CompiledLimit,
) -> Limit {
    let memo = Memo::default();
    let reader = Reader {
        snapshot,
        frame,
        memo: &memo,
    };
    let text = |node| match reader.view(node, None) {
        Ok(View::Text(text)) => reader
            .text(text, node)
            .map(|t| t.into_owned())
            .unwrap_or_default(),
        _ => String::new(),
    };
    let amount = |node| {
        let cell = frame.node(node);
        (cell.tag == tag::NUMBER).then(|| cell.number() + 0.0)
    };
    Limit {
        key: limit.key.iter().map(|&node| text(node)).collect(),
        amount: limit.amount.and_then(amount),
        ..plain_limit(policy, index, limit)
    }
}
