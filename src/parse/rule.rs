//! Reads a rule: what a policy covers, when it applies, and what its effect carries.

use crate::digest;
use crate::model::{
    Approval, Condition, Effect, MAX_JSON_DEPTH, MAX_NODES, MAX_RULE_BYTES, Scope, Then, Value,
};

use super::approval::read_approval;
use super::codes::DiagnosticCode as Code;
use super::condition::Tree;
use super::cursor::At;
use super::findings::Findings;
use super::limits::read_then;
use super::members::{self, Object};
use super::values;

/// The keys of a rule.
pub(crate) const KEYS: [&str; 9] = [
    "target", "actions", "when", "unless", "message", "remedy", "approval", "then", "delegate",
];

/// What the row says that its rule must fit, where that is known.
pub(crate) struct Head {
    pub(crate) scope: Option<Scope>,
    pub(crate) effect: Option<Effect>,
}

/// A rule, as far as it could be read.
#[derive(Default)]
pub(crate) struct Rule {
    pub(crate) target: Vec<String>,
    pub(crate) actions: Option<Vec<String>>,
    pub(crate) when: Option<Condition>,
    pub(crate) unless: Option<Condition>,
    pub(crate) message: Option<String>,
    pub(crate) remedy: Option<String>,
    pub(crate) approval: Option<Approval>,
    pub(crate) then: Option<Then>,
    pub(crate) delegate: bool,
}

/// Reads a rule that stands at `at`.
pub(crate) fn read_rule(value: &Value, head: &Head, at: &At<'_>, findings: &mut Findings) -> Rule {
    let mut rule = Rule::default();
    if !fits(value, at, findings) {
        return rule;
    }
    let mut slots = [None; KEYS.len()];
    if members::optional_members(value, &KEYS, &mut slots, at, findings) == Object::Not {
        return rule;
    }
    let [
        target,
        actions,
        when,
        unless,
        message,
        remedy,
        approval,
        then,
        delegate,
    ] = slots;
    rule.target = read_target(target, head, at, findings);
    rule.actions = actions.and_then(|v| values::strings(v, &at.key("actions"), findings));
    let mut tree = Tree::new(findings);
    rule.when = when.map(|v| tree.read(v, &at.key("when")));
    rule.unless = unless.map(|v| tree.read(v, &at.key("unless")));
    let nodes = tree.nodes();
    if nodes > MAX_NODES {
        findings.over_cap(
            Code::TooManyConditions,
            at,
            "the rule",
            nodes,
            MAX_NODES,
            "conditions",
        );
    }
    rule.message = message
        .and_then(|v| values::filled(v, &at.key("message"), findings))
        .map(str::to_owned);
    rule.remedy = remedy
        .and_then(|v| values::filled(v, &at.key("remedy"), findings))
        .map(str::to_owned);
    if let Some(value) = of_effect(
        approval,
        "approval",
        Effect::RequireApproval,
        head,
        at,
        findings,
    ) {
        rule.approval = read_approval(value, &at.key("approval"), findings);
    }
    if let Some(value) = of_effect(then, "then", Effect::Modify, head, at, findings) {
        rule.then = read_then(value, &at.key("then"), findings);
    }
    if let Some(value) = of_effect(delegate, "delegate", Effect::Allow, head, at, findings) {
        rule.delegate = values::boolean(value, &at.key("delegate"), findings).unwrap_or(false);
    }
    rule
}

/// Whether the rule is within its caps in bytes and depth.
fn fits(value: &Value, at: &At<'_>, findings: &mut Findings) -> bool {
    match bytes_of(value) {
        None => nested_too_deep(at, findings),
        Some(used) if used <= MAX_RULE_BYTES => return true,
        Some(used) => findings.over_cap(
            Code::RuleTooLarge,
            at,
            "the rule",
            used,
            MAX_RULE_BYTES,
            "bytes of canonical JSON",
        ),
    }
    false
}

/// Whether a rule is within its caps.
pub(crate) fn is_small(rule: &Value) -> bool {
    bytes_of(rule).is_some_and(|used| used <= MAX_RULE_BYTES)
}

/// The bytes of a rule, exact where they may be over the cap; `None` where it nests too deep.
fn bytes_of(rule: &Value) -> Option<usize> {
    // The array of policies and the policy are two levels around it.
    let most = most_bytes(rule, MAX_JSON_DEPTH.saturating_sub(2))?;
    Some(if most <= MAX_RULE_BYTES {
        most
    } else {
        digest::canonical(rule).len()
    })
}

/// Notes JSON that nests too deep.
pub(crate) fn nested_too_deep(at: &At<'_>, findings: &mut Findings) {
    findings.error(
        Code::NestedTooDeep,
        at,
        &[
            "the JSON has more than ",
            &MAX_JSON_DEPTH.to_string(),
            " levels of nesting, and ",
            &MAX_JSON_DEPTH.to_string(),
            " are allowed",
        ],
        "flatten it",
    );
}

/// A quick upper bound of the value's length as JSON; `None` where it nests too deep.
pub(crate) fn most_bytes(value: &Value, depth: usize) -> Option<usize> {
    /// The longest escape of one byte, and the longest number.
    const ESCAPE: usize = 6;
    const NUMBER: usize = 26;
    let text = |s: &str| s.len().saturating_mul(ESCAPE).saturating_add(3);
    let mut total = 2_usize;
    match value {
        Value::String(s) => total = text(s),
        Value::Array(elements) => {
            let depth = depth.checked_sub(1)?;
            for element in elements {
                total = total
                    .saturating_add(most_bytes(element, depth)?)
                    .saturating_add(1);
            }
        }
        Value::Object(members) => {
            let depth = depth.checked_sub(1)?;
            for (key, member) in members {
                total = total
                    .saturating_add(text(key))
                    .saturating_add(most_bytes(member, depth)?)
                    .saturating_add(1);
            }
        }
        _ => total = NUMBER,
    }
    Some(total)
}

fn read_target(
    value: Option<&Value>,
    head: &Head,
    at: &At<'_>,
    findings: &mut Findings,
) -> Vec<String> {
    match (value, head.scope) {
        (Some(_), Some(Scope::Global)) => {
            let why = "a global policy covers every request; choose another scope, or leave it out";
            members::misplaced_key("target", at, why, findings);
            Vec::new()
        }
        (Some(value), _) => values::strings(value, &at.key("target"), findings).unwrap_or_default(),
        (None, Some(Scope::Global) | None) => Vec::new(),
        (None, Some(_)) => {
            let help = "list the ids that it covers at its scope; `[\"*\"]` is all of them";
            members::missing_key("target", at, findings, help);
            Vec::new()
        }
    }
}

/// The value of a key that belongs to one effect: required there (but `delegate`), refused elsewhere.
fn of_effect<'v>(
    value: Option<&'v Value>,
    key: &str,
    effect: Effect,
    head: &Head,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<&'v Value> {
    if head.effect.is_none_or(|own| own == effect) {
        if value.is_none() && head.effect.is_some() && effect != Effect::Allow {
            let help = if effect == Effect::Modify {
                "say what it changes: `{\"mode\": \"draft\"}`, or limits"
            } else {
                "say who approves: `{\"approvers\": {\"roles\": [\"admin\"]}}`"
            };
            members::missing_key(key, at, findings, help);
        }
        return value;
    }
    if value.is_some() {
        let why = match effect {
            Effect::Allow => "it belongs to the effect `allow`",
            Effect::Modify => "it belongs to the effect `modify`",
            _ => "it belongs to the effect `require_approval`",
        };
        members::misplaced_key(key, at, why, findings);
    }
    None
}
