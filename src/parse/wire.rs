//! The shapes of what is parsed, for TypeScript and for editors. Nothing is read by them: the parser says what is right.

use schemars::JsonSchema;
use ts_rs::TS;

use crate::model::{
    Derivation, Effect, Enforcement, LimitKind, Mode, OnExceed, Per, Scope, Visibility,
};

/// A place in a request: names with dots between them, or a list of names where one has a dot.
#[derive(JsonSchema, TS)]
#[schemars(untagged)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum FieldPath {
    Dotted(String),
    Names(Vec<String>),
}

/// One literal.
#[derive(JsonSchema, TS)]
#[schemars(untagged)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum LiteralValue {
    Text(String),
    Number(f64),
    Bool(bool),
}

/// What takes the place of an absent value.
#[derive(JsonSchema, TS)]
#[schemars(untagged)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum DefaultValue {
    One(LiteralValue),
    List(Vec<LiteralValue>),
}

/// What a value is compared with: a literal, or another field.
#[derive(JsonSchema, TS)]
#[schemars(untagged, deny_unknown_fields)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Comparand {
    Literal(LiteralValue),
    Field { field: FieldPath },
}

/// What a number is compared with: a number, an RFC 3339 timestamp, or another field.
#[derive(JsonSchema, TS)]
#[schemars(untagged, deny_unknown_fields)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Bound {
    Number(f64),
    Timestamp(String),
    Field { field: FieldPath },
}

/// What a value is looked for in: literals of one type, or an array field.
#[derive(JsonSchema, TS)]
#[schemars(untagged, deny_unknown_fields)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Members {
    Literals(#[schemars(length(min = 1))] Vec<LiteralValue>),
    Field { field: FieldPath },
}

/// A pattern, or several of which any will do.
#[derive(JsonSchema, TS)]
#[schemars(untagged)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum OneOrMore {
    One(String),
    List(#[schemars(length(min = 1))] Vec<String>),
}

/// What a limit counts: a named meter, or the value of a field.
#[derive(JsonSchema, TS)]
#[schemars(untagged, deny_unknown_fields)]
#[ts(export, untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum MeterSpec {
    Named(String),
    Field { field: FieldPath },
}

/// Who may approve: at least one of these.
#[derive(JsonSchema, TS)]
#[schemars(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct ApproversRule {
    /// Holders of any of these roles.
    roles: Option<Vec<String>>,
    /// These users.
    users: Option<Vec<String>>,
    /// The user whose id this field holds.
    field: Option<FieldPath>,
}

/// A policy, as a row of `policies` and in files.
#[derive(JsonSchema, TS)]
#[schemars(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct Policy {
    /// Unique in the set.
    #[schemars(length(min = 1))]
    id: String,
    /// For people.
    #[schemars(length(min = 1))]
    name: String,
    /// For people, longer.
    description: Option<String>,
    /// Which entity it is about.
    scope: Scope,
    /// What it does where it applies.
    effect: Effect,
    /// Whom it covers, where it applies, and what that entails.
    rule_expr: RuleExpr,
    /// The owner; `null` is the platform.
    tenant_id: Option<String>,
    /// Default `true`.
    enabled: Option<bool>,
    /// Default `enforce`.
    enforcement: Option<Enforcement>,
    /// Default `private` for the platform's, `public` for a tenant's.
    visibility: Option<Visibility>,
    /// A column of the table; not read.
    #[schemars(with = "Option<serde_json::Value>")]
    #[ts(optional = nullable, type = "unknown")]
    created_at: Option<()>,
    /// A column of the table; not read.
    #[schemars(with = "Option<serde_json::Value>")]
    #[ts(optional = nullable, type = "unknown")]
    updated_at: Option<()>,
    /// A column of the table; not read.
    #[schemars(with = "Option<serde_json::Value>")]
    #[ts(optional = nullable, type = "unknown")]
    updated_by: Option<()>,
    /// A column of the table; not read.
    #[schemars(with = "Option<serde_json::Value>")]
    #[ts(optional = nullable, type = "unknown")]
    revision: Option<()>,
}

/// What a policy says.
#[derive(JsonSchema, TS)]
#[schemars(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct RuleExpr {
    /// Globs over ids at the scope; needed unless that is global, refused if it is.
    #[schemars(length(min = 1))]
    target: Option<Vec<String>>,
    /// The actions it covers; all if there are none.
    #[schemars(length(min = 1))]
    actions: Option<Vec<String>>,
    /// It applies where this holds…
    when: Option<Condition>,
    /// …and this does not.
    unless: Option<Condition>,
    /// Told to whoever is stopped.
    message: Option<String>,
    /// What they can do about it.
    remedy: Option<String>,
    /// Who must approve; of `require_approval` alone.
    approval: Option<ApprovalRule>,
    /// What it changes; of `modify` alone.
    then: Option<ThenRule>,
    /// Whether an allow of the platform needs one of the tenant beside it.
    delegate: Option<bool>,
}

/// Who must approve.
#[derive(JsonSchema, TS)]
#[schemars(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct ApprovalRule {
    /// By role, by user, or by a field that holds a user's id; at least one.
    approvers: ApproversRule,
    /// How many distinct people; default 1.
    #[schemars(range(min = 1))]
    quorum: Option<u32>,
    /// Whether the requester's own vote is refused; default `true`.
    exclude_requester: Option<bool>,
    /// How long the question stands; default `24h`.
    expires_in: Option<String>,
}

/// What a `modify` policy changes.
#[derive(JsonSchema, TS)]
#[schemars(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct ThenRule {
    /// The stricter mode.
    #[schemars(extend("enum" = ["draft", null]))]
    #[ts(optional, type = "\"draft\" | null")]
    mode: Option<Mode>,
    /// Limits that apply beside all others.
    #[schemars(length(min = 1))]
    limits: Option<Vec<LimitSpec>>,
}

/// A limit, as a policy states it.
#[derive(JsonSchema, TS)]
#[schemars(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct LimitSpec {
    /// What it counts: a named meter, or the value of a field.
    meter: MeterSpec,
    /// Whose counter it is.
    #[schemars(length(min = 1))]
    per: Vec<Per>,
    /// Default `budget`.
    kind: Option<LimitKind>,
    /// `1d` or `1mo` of a budget, a duration of a rate.
    window: Option<String>,
    /// The most there may be.
    #[schemars(with = "u64", range(max = 9_007_199_254_740_991_u64))]
    max: u32,
    /// How much may come at once; of rates.
    #[schemars(with = "Option<u64>", range(min = 1, max = 9_007_199_254_740_991_u64))]
    burst: Option<u32>,
    /// Default `deny`.
    on_exceed: Option<OnExceed>,
}

/// A condition: children together, or one leaf with one operator.
#[derive(JsonSchema, TS)]
#[schemars(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct Condition {
    /// Every one holds.
    #[schemars(length(min = 1))]
    all: Option<Vec<Condition>>,
    /// At least one holds.
    #[schemars(length(min = 1))]
    any: Option<Vec<Condition>>,
    /// It does not hold.
    not: Option<Box<Condition>>,
    /// The place that a leaf reads.
    field: Option<FieldPath>,
    /// Under a quantifier: a place in the element.
    item: Option<FieldPath>,
    /// What takes the place of an absent value.
    default: Option<DefaultValue>,
    /// What is made of the value before it is tested.
    #[schemars(rename = "as")]
    #[ts(rename = "as")]
    derivation: Option<Derivation>,
    /// For `starts_with`, `ends_with`, `contains` and `matches`.
    ignore_case: Option<bool>,
    /// Equal, of one type.
    eq: Option<Comparand>,
    /// Not equal, of one type.
    ne: Option<Comparand>,
    /// Less; a string is an RFC 3339 timestamp.
    lt: Option<Bound>,
    /// Less or equal.
    lte: Option<Bound>,
    /// Greater.
    gt: Option<Bound>,
    /// Greater or equal.
    gte: Option<Bound>,
    /// Among these.
    #[schemars(rename = "in")]
    #[ts(rename = "in")]
    among: Option<Members>,
    /// Not among these.
    not_in: Option<Members>,
    /// The array holds this.
    includes: Option<Comparand>,
    /// The array holds any of these.
    #[schemars(length(min = 1))]
    includes_any: Option<Vec<LiteralValue>>,
    /// The array holds all of these.
    #[schemars(length(min = 1))]
    includes_all: Option<Vec<LiteralValue>>,
    /// Begins with this, or with any of these.
    starts_with: Option<OneOrMore>,
    /// Ends with this, or with any of these.
    ends_with: Option<OneOrMore>,
    /// Holds this, or any of these.
    contains: Option<OneOrMore>,
    /// Matches this glob, or any of these.
    matches: Option<OneOrMore>,
    /// Lies in this folder, or in any of these.
    within: Option<OneOrMore>,
    /// Whether there is a value.
    exists: Option<bool>,
    /// For some element.
    some: Option<Box<Condition>>,
    /// For every element.
    every: Option<Box<Condition>>,
}

/// What a platform knows of its requests.
#[derive(TS)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct Catalogue {
    /// Actions beside the four built in.
    actions: Option<Vec<String>>,
    /// JSON Schemas of entities, by name.
    #[ts(optional = nullable, type = "Readonly<Record<string, object>>")]
    entities: Option<()>,
    /// Entries of an MCP `tools/list`, with `risk_level` and `side_effects`.
    tools: Option<Vec<CatalogueTool>>,
}

/// A tool. Keys of MCP that are not named here may be there.
#[derive(TS)]
#[ts(export, optional_fields = nullable)]
#[expect(dead_code, reason = "only its shape is used")]
struct CatalogueTool {
    /// Its id.
    name: String,
    /// For people.
    description: Option<String>,
    /// The JSON Schema of its arguments.
    #[ts(rename = "inputSchema", optional = nullable, type = "object")]
    input_schema: Option<()>,
    /// Hints, reviewed by whoever wrote the catalogue.
    #[ts(optional = nullable, type = "object")]
    annotations: Option<()>,
    /// How risky it is.
    risk_level: Option<String>,
    /// What it does to the world.
    side_effects: Option<Vec<String>>,
}

#[cfg(test)]
mod schema;

#[cfg(test)]
mod tests {
    use ts_rs::{Config, TS};

    use super::*;

    fn keys(declaration: &str, expected: &[&str]) {
        let lines = declaration
            .lines()
            .filter(|line| !line.trim_start().starts_with('*'));
        let named = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(key, _)| key);
        let mut named: Vec<&str> = named.map(|key| key.trim_end_matches('?')).collect();
        let mut expected = expected.to_vec();
        named.sort_unstable();
        expected.sort_unstable();
        assert_eq!(named, expected);
    }

    #[test]
    fn the_types_name_the_keys_that_are_parsed() {
        let config = Config::default();
        keys(&Policy::inline(&config), &crate::parse::policy::KEYS);
        keys(&LimitSpec::inline(&config), &crate::parse::limits::KEYS);
        keys(&Condition::inline(&config), &crate::parse::condition::KEYS);
    }
}
