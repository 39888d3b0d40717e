//! Reads who must approve.

use crate::model::{Approval, Value, sorted_set};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::duration::duration;
use super::findings::Findings;
use super::members::{self, Object};
use super::values;

pub(crate) const KEYS: [&str; 4] = ["approvers", "quorum", "exclude_requester", "expires_in"];
const APPROVERS: [&str; 3] = ["roles", "users", "field"];

/// Reads an `approval`.
pub(crate) fn read_approval(
    value: &Value,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<Approval> {
    let mut slots = [None; KEYS.len()];
    if members::optional_members(value, &KEYS, &mut slots, at, findings) == Object::Not {
        return None;
    }
    let [approvers, quorum, exclude_requester, expires_in] = slots;
    let mut approval = Approval {
        roles: Vec::new(),
        users: Vec::new(),
        field: None,
        quorum: 1,
        exclude_requester: true,
        expires_in: "24h".to_owned(),
    };
    match approvers {
        Some(value) => read_approvers(value, &at.key("approvers"), &mut approval, findings),
        None => members::missing_key(
            "approvers",
            at,
            findings,
            "say who approves: roles, users or a field",
        ),
    }
    if let Some(value) = quorum {
        let at = at.key("quorum");
        let quorum = values::integer(value, 1, u64::from(u32::MAX), &at, findings);
        approval.quorum = quorum.and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
        warn_of_quorum(&approval, &at, findings);
    }
    if let Some(value) = exclude_requester {
        approval.exclude_requester =
            values::boolean(value, &at.key("exclude_requester"), findings).unwrap_or(true);
    }
    if let Some(value) = expires_in
        && let Some(text) = duration(value, &at.key("expires_in"), findings)
    {
        approval.expires_in = text;
    }
    Some(approval)
}

fn read_approvers(value: &Value, at: &At<'_>, approval: &mut Approval, findings: &mut Findings) {
    let mut slots = [None; APPROVERS.len()];
    let before = findings.errors;
    if members::optional_members(value, &APPROVERS, &mut slots, at, findings) == Object::Not {
        return;
    }
    let [roles, users, field] = slots;
    approval.roles = people(roles, &at.key("roles"), findings);
    approval.users = people(users, &at.key("users"), findings);
    approval.field = field.and_then(|v| values::path(v, &at.key("field"), findings));
    let nobody = approval.roles.is_empty() && approval.users.is_empty() && approval.field.is_none();
    if nobody && findings.errors == before {
        findings.error(
            Code::EmptyApprovers,
            at,
            &["nobody could approve"],
            "name at least one role, user or field",
        );
    }
}

/// A list of roles or users; an empty one is the same as none.
fn people(value: Option<&Value>, at: &At<'_>, findings: &mut Findings) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::Array(elements)) if elements.is_empty() => Vec::new(),
        Some(value) => values::strings(value, at, findings).unwrap_or_default(),
    }
}

fn warn_of_quorum(approval: &Approval, at: &At<'_>, findings: &mut Findings) {
    let users = sorted_set(approval.users.iter().map(String::as_str).collect());
    let people = users
        .len()
        .saturating_add(usize::from(approval.field.is_some()));
    let quorum = usize::try_from(approval.quorum).unwrap_or(usize::MAX);
    if approval.roles.is_empty() && people > 0 && quorum > people {
        findings.warning(
            Code::UnreachableQuorum,
            at,
            &[
                "the quorum is ",
                &quorum.to_string(),
                ", and at most ",
                &people.to_string(),
                " are named",
            ],
            "name more people or a role, or lower the quorum",
        );
    }
}
