//! Decisions: what a request may do, and why.

use serde::{Serialize, Serializer};

use super::{Effect, LimitKind, Meter, Mode, OnExceed, Path};

/// What a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum DecisionEffect {
    /// Go ahead, in the decided mode and within the limits.
    Allow,
    /// Stop.
    Deny,
    /// Pause until people approve.
    RequireApproval,
}

/// Why, in one stable word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// An allow applies and nothing stands against it.
    Allowed,
    /// A deny applies, or a limit or an approval that can't be resolved for this request.
    DeniedByPolicy,
    /// Nothing permits it; the default is closed.
    NoMatchingAllow,
    /// People must approve first.
    ApprovalRequired,
    /// A limit is spent.
    LimitExceeded,
    /// The request itself is amiss.
    InvalidRequest,
    /// The policies can't be read.
    PoliciesUnavailable,
    /// The engine failed and is being rebuilt.
    EngineFailure,
    /// A policy that a residual does not hold may decide this.
    AskServer,
    /// The request differs in what was known when the residual was made.
    OutsideResidual,
}

/// Why a condition could not be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The value is absent.
    Missing,
    /// The value, or an ancestor of it, is of another type.
    WrongType,
    /// The value can't be expressed in I-JSON.
    Unsupported,
    /// A string is over its cap.
    TooLong,
    /// An array is over its cap.
    TooMany,
    /// The test would take more steps than the budget.
    TooCostly,
    /// `as` can't make anything of the value.
    Underivable,
    /// The request itself is amiss.
    InvalidRequest,
}

/// An error of one leaf, or of coverage. It names fields and never holds their values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Fault {
    /// What went wrong.
    pub code: ErrorCode,
    /// The field that was read.
    #[cfg_attr(feature = "types", ts(type = "string | string[]"))]
    pub field: FieldName,
    /// JSON Pointer, in the policy, of what read it; `null` where no policy did.
    pub pointer: Option<String>,
    /// The same in words.
    pub message: String,
}

/// The field of a fault: a path, or nothing where the root itself is amiss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName(pub Option<Path>);

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(path) => path.serialize(serializer),
            None => serializer.serialize_str(""),
        }
    }
}

/// One policy that applies, or the request's own fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Reason {
    /// The policy; `null` where the request itself is amiss.
    pub policy_id: Option<String>,
    /// Its name.
    pub policy_name: Option<String>,
    /// Its effect.
    pub effect: Effect,
    /// What it tells whoever is stopped.
    pub message: Option<String>,
    /// What they can do.
    pub remedy: Option<String>,
    /// The error that made it apply, if it was one.
    pub error: Option<Fault>,
}

/// A limit, resolved for one request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Limit {
    /// The policy that states it.
    pub policy_id: String,
    /// Its place in that policy's list.
    pub index: u32,
    /// What it counts.
    #[cfg_attr(feature = "types", ts(type = "string | { field: string | string[] }"))]
    pub meter: Meter,
    /// Of which kind.
    pub kind: LimitKind,
    /// Whose counter: names of entities…
    pub per: Vec<super::Per>,
    /// …and their ids, in the same order.
    pub key: Vec<String>,
    /// `1d` or `1mo` for a budget, a duration for a rate, else `null`.
    pub window: Option<String>,
    /// The most there may be.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub max: u64,
    /// How much may come at once; of rates.
    #[cfg_attr(feature = "types", ts(type = "number | null"))]
    pub burst: Option<u64>,
    /// How much this request takes; of field meters.
    #[cfg_attr(feature = "types", ts(type = "number | null"))]
    #[serde(serialize_with = "serialize_amount")]
    pub amount: Option<f64>,
    /// What happens past it.
    pub on_exceed: OnExceed,
}

/// A whole number: validation of the amount leaves no other.
#[expect(clippy::cast_possible_truncation, reason = "whole, and within 2^53")]
fn serialize_amount<S: Serializer>(amount: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    amount.map(|n| n as i64).serialize(serializer)
}

/// Who may approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Approvers {
    /// Holders of any of these roles.
    pub roles: Vec<String>,
    /// These users.
    pub users: Vec<String>,
    /// The user whose id this field holds.
    #[cfg_attr(feature = "types", ts(type = "string | string[] | null"))]
    pub field: Option<Path>,
}

/// An approval that the request needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct ApprovalRequirement {
    /// The policy that asks.
    pub policy_id: String,
    /// Its digest: a grant binds it.
    pub policy_digest: String,
    /// Who may approve.
    pub approvers: Approvers,
    /// How many distinct people must.
    pub quorum: u32,
    /// Whether the requester's own vote is refused.
    pub exclude_requester: bool,
    /// How long the question stands.
    pub expires_in: String,
}

/// A policy in shadow that would have applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Shadow {
    /// The policy.
    pub policy_id: String,
    /// What it would have done.
    pub effect: Effect,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Decision {
    /// What it may do.
    pub effect: DecisionEffect,
    /// Why, in one word.
    pub code: Code,
    /// In which mode it may be done.
    pub mode: Mode,
    /// The policies that apply: deny, require_approval, modify, allow, then by id.
    pub reasons: Vec<Reason>,
    /// The limits to reserve before it goes ahead; none where it is denied.
    pub limits: Vec<Limit>,
    /// The approvals that are still missing; none where it is denied.
    pub approvals: Vec<ApprovalRequirement>,
    /// Policies in shadow that would have applied.
    pub shadow: Vec<Shadow>,
    /// Digest of the platform's and the tenant's policies.
    pub policy_set: String,
}

/// An approval that was given, bound to what was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Grant {
    /// The policy that asked.
    pub policy_id: String,
    /// Its digest at that time.
    pub policy_digest: String,
    /// The digest of the request that was approved.
    pub request_digest: String,
    /// The mode that was approved.
    pub mode: Mode,
}
