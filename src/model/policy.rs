//! Policies: the row, its rule, and what its effect carries.

use serde::{Deserialize, Serialize};

use super::{Condition, Path, Value};

/// What a policy does where it applies. In the order in which decisions list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Refuses.
    Deny,
    /// Asks people.
    RequireApproval,
    /// Lowers the mode, adds limits.
    Modify,
    /// Permits.
    Allow,
}

/// Which entity of the request a policy is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every request.
    Global,
    /// Requests of the tenants that `target` names.
    Tenant,
    /// Requests through these apps.
    App,
    /// Requests for these tools.
    Tool,
    /// Requests in these workflows.
    Workflow,
    /// Requests by these agents.
    Agent,
}

/// Whether a policy decides or only reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// It decides.
    Enforce,
    /// It is evaluated and reported, and never decides.
    Shadow,
}

/// Who may see a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// It may go into a bundle for a frontend.
    Public,
    /// It stays on the server.
    Private,
}

/// In which mode a run goes; `draft` is the stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing takes effect before a person looks at it.
    Draft,
    /// Effects are real.
    Auto,
}

/// A policy, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Unique in the set.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people, longer.
    pub description: Option<String>,
    /// Which entity it is about.
    pub scope: Scope,
    /// What it does where it applies.
    pub effect: Effect,
    /// The owner; `None` is the platform.
    pub tenant_id: Option<String>,
    /// A disabled policy is validated and otherwise ignored.
    pub enabled: bool,
    /// Whether it decides.
    pub enforcement: Enforcement,
    /// Who may see it.
    pub visibility: Visibility,
    /// Globs over ids at its scope; empty for a global policy.
    pub target: Vec<String>,
    /// The actions it covers; `None` is all.
    pub actions: Option<Vec<String>>,
    /// It applies where this holds…
    pub when: Option<Condition>,
    /// …and this does not.
    pub unless: Option<Condition>,
    /// Told to whoever is stopped.
    pub message: Option<String>,
    /// What they can do about it.
    pub remedy: Option<String>,
    /// Who must approve; of `require_approval` policies.
    pub approval: Option<Approval>,
    /// What it changes; of `modify` policies.
    pub then: Option<Then>,
    /// Whether an allow of the platform needs one of the tenant beside it.
    pub delegate: bool,
    /// The rule as it was written, for digests and printing.
    pub rule_expr: Value,
}

/// Who approves, how many, and for how long the question stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Roles, any of whose holders may vote.
    pub roles: Vec<String>,
    /// Users who may vote.
    pub users: Vec<String>,
    /// A field that holds the id of a user who may vote.
    pub field: Option<Path>,
    /// How many distinct people must approve.
    pub quorum: u32,
    /// Whether the requester's own vote is refused.
    pub exclude_requester: bool,
    /// How long the question stands: a duration such as `24h`.
    pub expires_in: String,
}

/// What a `modify` policy changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Then {
    /// Whether the mode becomes `draft`.
    pub draft: bool,
    /// The limits that apply.
    pub limits: Vec<LimitRule>,
}

/// What a limit counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Meter {
    /// A named meter: `cost_cents`, `llm_calls`, …
    Named(String),
    /// The value of a field of the request, a non-negative integer.
    Field {
        /// Which field.
        field: Path,
    },
}

/// The kinds of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// So much in all, or in a calendar window in UTC.
    Budget,
    /// So much in a duration: GCRA with a burst.
    Rate,
    /// So many at once.
    Concurrent,
}

/// Whose counter a limit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The root run.
    Run,
    /// The tenant.
    Tenant,
    /// The user.
    User,
    /// The app.
    App,
    /// The agent.
    Agent,
    /// The tool.
    Tool,
    /// The workflow.
    Workflow,
}

/// What happens past a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum OnExceed {
    /// The call is refused.
    Deny,
    /// The call asks people.
    RequireApproval,
}

/// A limit, as its policy states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRule {
    /// What it counts.
    pub meter: Meter,
    /// Whose counter.
    pub per: Vec<Per>,
    /// Of which kind.
    pub kind: LimitKind,
    /// `1d` or `1mo` for a budget, a duration for a rate.
    pub window: Option<String>,
    /// The most there may be.
    pub max: u64,
    /// How much may come at once, for a rate.
    pub burst: Option<u64>,
    /// What happens past it.
    pub on_exceed: OnExceed,
}
