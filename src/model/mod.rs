//! The nouns of the system: values, policies, catalogues, decisions. Data and its invariants; no rules.

mod caps;
mod catalogue;
mod condition;
pub(crate) mod decimal;
mod decision;
mod explanation;
mod json;
mod names;
mod path;
mod pointer;
mod policy;
mod preview;
mod residual;
mod sorted;
mod value;

pub use caps::*;
pub use catalogue::{BUILT_IN_ACTIONS, Catalogue, Kind, Shape, Tool};
pub use condition::{
    Address, Condition, Derivation, Inclusion, Leaf, List, Literal, Operand, Order, PatternKind,
    Scalar, ScalarKind, Test,
};
pub use decision::{
    ApprovalRequirement, Approvers, Code, Decision, DecisionEffect, ErrorCode, Fault, FieldName,
    Grant, Limit, Reason, Shadow,
};
pub use explanation::{
    Change, Clause, ClauseKind, Explanation, LeafFacts, NearMiss, PolicyExplanation, Reader,
    Subject, TruthValue,
};
pub use json::JsonError;
pub(crate) use names::Names;
pub use path::{Path, PathError};
pub use pointer::Pointer;
pub use policy::{
    Approval, Effect, Enforcement, LimitKind, LimitRule, Meter, Mode, OnExceed, Per, Policy, Scope,
    Then, Visibility,
};
pub use preview::{PolicyPreview, Preview, PreviewCell, PreviewOutcome};
pub use residual::{Private, PrivatePart, RESIDUAL_FORM, Residual, ResidualPolicy};
pub(crate) use sorted::{sorted, sorted_set};
pub use value::{Oversized, Value};
