//! Previews: what may become of a request of which a part is not known yet.

use serde::Serialize;

use super::{Decision, DecisionEffect, Effect, Mode, Path, Value};

/// What may become of a request, whatever stands in the unknown fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Preview {
    /// The effects that a decision may have: none that can be reached is missing.
    pub effects: Vec<DecisionEffect>,
    /// The modes that a decision may have.
    pub modes: Vec<Mode>,
    /// The decision, where nothing unknown can change it.
    pub decision: Option<Decision>,
    /// Whether a value of an unknown field makes the request invalid, which denies it.
    pub may_be_invalid: bool,
    /// The enforced policies that apply or may: deny, require_approval, modify, allow, then by id.
    pub policies: Vec<PolicyPreview>,
    /// The fields that were taken to be unknown, with all below them.
    #[cfg_attr(feature = "types", ts(type = "(string | string[])[]"))]
    pub unknown: Vec<Path>,
}

/// Whether a policy applies for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum PreviewOutcome {
    /// Whatever stands in the unknown fields, it applies.
    Applies,
    /// It depends on the unknown fields.
    MayApply,
}

/// What one policy may come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct PolicyPreview {
    /// The policy.
    pub policy_id: String,
    /// Its name.
    pub policy_name: String,
    /// What it does where it applies.
    pub effect: Effect,
    /// Whether it applies for certain.
    pub outcome: PreviewOutcome,
    /// The ids that it covers at its scope, where the id is not known; else `null`.
    pub target: Option<Vec<String>>,
    /// The actions that it covers, where the action is not known; else `null`.
    pub actions: Option<Vec<String>>,
    /// The tenant that it binds, where the tenant is not known; else `null`.
    pub tenant_id: Option<String>,
    /// What is left of its condition once what is known is folded away; `null` where nothing is left.
    /// Errors count in it as they do in the policy: it restricts, it does not permit.
    #[cfg_attr(
        feature = "types",
        ts(type = "import(\"./Condition.js\").Condition | null")
    )]
    pub condition: Option<Value>,
    /// What it does, and when, in words.
    pub words: String,
}

/// A preview without its policies: one cell of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct PreviewCell {
    /// The effects that a decision may have: none that can be reached is missing.
    pub effects: Vec<DecisionEffect>,
    /// The modes that a decision may have.
    pub modes: Vec<Mode>,
    /// Whether nothing unknown can change the decision.
    pub settled: bool,
    /// Whether a value of an unknown field makes the request invalid, which denies it.
    pub may_be_invalid: bool,
}
