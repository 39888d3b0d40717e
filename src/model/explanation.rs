//! Explanations: a decision with everything that led to it, and what would change it.

use serde::Serialize;

use super::{
    Code, Decision, DecisionEffect, Effect, Enforcement, ErrorCode, Fault, FieldName, Scope, Value,
};

/// For whom an explanation is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// The agent that asked: what to do next, and nothing that would help it around a policy.
    Agent,
    /// Who approves: what is asked, why, and how risky it is.
    Approver,
    /// Who writes policies: everything.
    Author,
}

/// What a condition came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum TruthValue {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It can't be told.
    Error,
}

/// A decision, explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Explanation {
    /// The decision, as it is given without an explanation.
    pub decision: Decision,
    /// What was asked.
    pub subject: Subject,
    /// The policies that cover the request, or can't tell: deny, require_approval, modify, allow,
    /// then by id. None where the request itself is amiss.
    pub policies: Vec<PolicyExplanation>,
    /// Enforced policies that would apply if one leaf came out otherwise. Where nothing permits the
    /// request the allows come first.
    pub near_misses: Vec<NearMiss>,
    /// One change of one field that gives another effect, verified by deciding again.
    pub smallest_change: Option<Change>,
    /// Whether the search for a change was given up at its bound, so that there may be a better one.
    pub search_capped: bool,
}

/// What a request asks for, and for whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Subject {
    /// The action.
    pub action: Option<String>,
    /// Id of the tenant.
    pub tenant: Option<String>,
    /// Id of the app.
    pub app: Option<String>,
    /// Id of the user.
    pub user: Option<String>,
    /// Id of the workflow.
    pub workflow: Option<String>,
    /// Id of the agent.
    pub agent: Option<String>,
    /// Id of the tool.
    pub tool: Option<String>,
    /// Id of the run.
    pub run: Option<String>,
    /// `tool.risk_level`.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub risk_level: Value,
    /// `tool.side_effects`.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub side_effects: Value,
    /// `input`, whole.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub input: Value,
}

/// What one policy came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct PolicyExplanation {
    /// The policy.
    pub policy_id: String,
    /// Its name.
    pub policy_name: String,
    /// Which entity it is about.
    pub scope: Scope,
    /// What it does where it applies.
    pub effect: Effect,
    /// Whether it decides.
    pub enforcement: Enforcement,
    /// Whether it covers the request: true or error.
    pub covers: TruthValue,
    /// Coverage, `when` and not `unless`, together.
    pub value: TruthValue,
    /// Whether it applies.
    pub applies: bool,
    /// The first error in it that counts.
    pub error: Option<Fault>,
    /// Its `when` and `unless`, as far as it has them.
    pub clauses: Vec<Clause>,
}

/// The kinds of clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ClauseKind {
    /// All children must hold.
    All,
    /// Any child must hold.
    Any,
    /// The child must not hold.
    Not,
    /// A leaf.
    Leaf,
    /// A leaf whose body must hold of some element.
    Some,
    /// A leaf whose body must hold of every element.
    Every,
}

/// A condition, or a part of one, and what it came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Clause {
    /// What it is.
    pub kind: ClauseKind,
    /// What it came to.
    pub value: TruthValue,
    /// JSON Pointer in the policy.
    pub pointer: String,
    /// Which element of the array this is about, in a body of `some` or `every`.
    pub element: Option<u32>,
    /// What a leaf read and asked; of `leaf`, `some` and `every`.
    pub leaf: Option<Box<LeafFacts>>,
    /// Its parts; of `some` and `every` the body once for each element that decided.
    pub children: Vec<Clause>,
    /// Elements that `children` does not show.
    pub omitted: u32,
}

/// What a leaf read, and what it asked of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct LeafFacts {
    /// The field it read; for an element its index is a name in the path.
    #[cfg_attr(feature = "types", ts(type = "string | string[]"))]
    pub field: FieldName,
    /// What it derived.
    #[serde(rename = "as")]
    pub derivation: Option<&'static str>,
    /// The operator's name in policies.
    pub operator: &'static str,
    /// Whether case was folded.
    pub ignore_case: bool,
    /// The literal, or `{"field", "value"}` where the right side is a field; `null` for `some` and
    /// `every`. A time is in milliseconds, a path normalised.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub expected: Value,
    /// What the request holds there; `null` where that is absent or was left out.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub actual: Value,
    /// Whether the value is absent.
    pub absent: bool,
    /// What the value is, in words, where `actual` can't hold it: it is over a cap, or no JSON.
    pub left_out: Option<&'static str>,
    /// The default, where it took the place of an absent value.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub default: Option<Value>,
    /// What `as` made of the value.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub derived: Option<Value>,
    /// Why it could not be told.
    pub error: Option<ErrorCode>,
    /// The field in error, where that is the right side.
    #[cfg_attr(feature = "types", ts(type = "string | string[] | null"))]
    pub error_field: Option<FieldName>,
}

/// A leaf that alone keeps a policy from applying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct NearMiss {
    /// The policy.
    pub policy_id: String,
    /// Its effect.
    pub effect: Effect,
    /// JSON Pointer of the leaf in the policy.
    pub pointer: String,
    /// The field that it reads.
    #[cfg_attr(feature = "types", ts(type = "string | string[]"))]
    pub field: FieldName,
    /// What the policy needs to apply, in words.
    pub needs: String,
}

/// One field's other value, and what would be decided with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Change {
    /// The field.
    #[cfg_attr(feature = "types", ts(type = "string | string[]"))]
    pub field: FieldName,
    /// What it holds; `null` where it is absent.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub from: Value,
    /// What it would hold.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub to: Value,
    /// The policy whose leaf suggests it.
    pub policy_id: String,
    /// JSON Pointer of that leaf in the policy.
    pub pointer: String,
    /// The effect of the decision with it.
    pub effect: DecisionEffect,
    /// The code of that decision.
    pub code: Code,
}
