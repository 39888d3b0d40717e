//! Grants: which of them hold for a request.

use crate::compile::{Compiled, Snapshot};
use crate::error::DigestError;
use crate::eval::Approved;
use crate::model::{Grant, Mode, Value};

/// The grants that bind this very request and policies as they are now. `is_of` tells whether a text is the digest of a
/// policy.
///
/// Whether a grant's mode covers the decided one is for the decision to tell.
pub(super) fn approved(
    snapshot: &Snapshot,
    grants: &[Grant],
    request_digest: &dyn Fn() -> Result<String, DigestError>,
    is_of: &dyn Fn(u32, &Compiled, &str) -> bool,
) -> Vec<Approved> {
    if grants.is_empty() {
        return Vec::new();
    }
    // A request that can't be digested was never approved.
    let Ok(digest) = request_digest() else {
        return Vec::new();
    };
    let holds = |grant: &Grant| {
        let number = snapshot.number(&grant.policy_id)?;
        let policy = snapshot.policy(number)?;
        let bound = is_of(number, policy, &grant.policy_digest) && digest == grant.request_digest;
        bound.then_some(Approved {
            policy: number,
            mode: grant.mode,
        })
    };
    grants.iter().filter_map(holds).collect()
}

/// Reads grants; what is none is left out, so it grants nothing.
#[must_use]
pub fn parse_grants(value: &Value) -> Vec<Grant> {
    let Value::Array(grants) = value else {
        return Vec::new();
    };
    grants.iter().filter_map(parse_grant).collect()
}

fn parse_grant(value: &Value) -> Option<Grant> {
    let text = |key| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Grant {
        policy_id: text("policy_id")?,
        policy_digest: text("policy_digest")?,
        request_digest: text("request_digest")?,
        mode: match text("mode")?.as_str() {
            "draft" => Mode::Draft,
            "auto" => Mode::Auto,
            _ => return None,
        },
    })
}
