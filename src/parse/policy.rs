//! Reads the row around a rule.

use crate::model::{
    Effect, Enforcement, MAX_JSON_DEPTH, MAX_NAME_BYTES, Policy, Scope, Value, Visibility,
};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::Findings;
use super::members::{self, Object};
use super::rule::{Head, Rule, most_bytes, nested_too_deep, read_rule};
use super::text::note_duplicates;
use super::values;

/// The keys of a row; the last four are bookkeeping, which the engine does not read.
pub(crate) const KEYS: [&str; 14] = [
    "id",
    "name",
    "description",
    "scope",
    "effect",
    "rule_expr",
    "tenant_id",
    "enabled",
    "enforcement",
    "visibility",
    "created_at",
    "updated_at",
    "updated_by",
    "revision",
];
const BOOKKEEPING: usize = 10;
/// The scopes, with their names.
pub(crate) const SCOPES: [(&str, Scope); 6] = [
    ("global", Scope::Global),
    ("tenant", Scope::Tenant),
    ("app", Scope::App),
    ("tool", Scope::Tool),
    ("workflow", Scope::Workflow),
    ("agent", Scope::Agent),
];
/// The effects, with their names.
pub(crate) const EFFECTS: [(&str, Effect); 4] = [
    ("allow", Effect::Allow),
    ("deny", Effect::Deny),
    ("require_approval", Effect::RequireApproval),
    ("modify", Effect::Modify),
];

/// Reads a row. What could be read comes back even where something is wrong, so that later stages
/// can say the rest; nothing comes back where its scope or effect is unknown.
pub(crate) fn read_policy(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Policy> {
    let mut slots = [None; KEYS.len()];
    if members::optional_members(value, &KEYS, &mut slots, at, findings) == Object::Not {
        return None;
    }
    let [
        id,
        name,
        description,
        scope,
        effect,
        rule_expr,
        tenant_id,
        enabled,
        enforcement,
        visibility,
        bookkeeping @ ..,
    ] = slots;
    for (value, key) in bookkeeping.iter().zip(KEYS.iter().skip(BOOKKEEPING)) {
        if let Some(value) = value {
            read_past(value, &at.key(key), findings);
        }
    }
    let id = label(id, "id", at, findings);
    let name = label(name, "name", at, findings);
    let description = description
        .and_then(|v| values::text(v, &at.key("description"), findings))
        .map(str::to_owned);
    let scope = required_word(scope, "scope", &SCOPES.map(|s| s.0), at, findings)
        .and_then(|i| SCOPES.get(i))
        .map(|(_, scope)| *scope);
    let effect = required_word(effect, "effect", &EFFECTS.map(|e| e.0), at, findings)
        .and_then(|i| EFFECTS.get(i))
        .map(|(_, effect)| *effect);
    let tenant_id = tenant_id
        .and_then(|v| values::filled(v, &at.key("tenant_id"), findings))
        .map(str::to_owned);
    let enabled =
        enabled.is_none_or(|v| values::boolean(v, &at.key("enabled"), findings).unwrap_or(true));
    let enforcement = match choice(
        enforcement,
        "enforcement",
        &["enforce", "shadow"],
        at,
        findings,
    ) {
        Some(1) => Enforcement::Shadow,
        _ => Enforcement::Enforce,
    };
    let visibility = match choice(
        visibility,
        "visibility",
        &["private", "public"],
        at,
        findings,
    ) {
        Some(0) => Visibility::Private,
        Some(_) => Visibility::Public,
        None if tenant_id.is_some() => Visibility::Public,
        None => Visibility::Private,
    };
    let Some(rule_expr) = rule_expr else {
        members::missing_key(
            "rule_expr",
            at,
            findings,
            "`{}` is the rule that always applies",
        );
        return None;
    };
    let head = Head { scope, effect };
    let rule: Rule = read_rule(rule_expr, &head, &at.key("rule_expr"), findings);
    Some(Policy {
        id,
        name,
        description,
        scope: scope?,
        effect: effect?,
        tenant_id,
        enabled,
        enforcement,
        visibility,
        target: rule.target,
        actions: rule.actions,
        when: rule.when,
        unless: rule.unless,
        message: rule.message,
        remedy: rule.remedy,
        approval: rule.approval,
        then: rule.then,
        delegate: rule.delegate,
        // Copied or taken by whoever has the row.
        rule_expr: Value::Null,
    })
}

/// What the engine does not read must still be sound JSON.
fn read_past(value: &Value, at: &At<'_>, findings: &mut Findings) {
    if most_bytes(value, MAX_JSON_DEPTH.saturating_sub(2)).is_none() {
        nested_too_deep(at, findings);
    } else {
        note_duplicates(value, at, findings);
    }
}

/// An id or a name: required, not empty, capped.
fn label(value: Option<&Value>, key: &str, at: &At<'_>, findings: &mut Findings) -> String {
    let Some(value) = value else {
        members::missing_key(key, at, findings, "every policy has one");
        return String::new();
    };
    let at = at.key(key);
    let Some(text) = values::filled(value, &at, findings) else {
        return String::new();
    };
    if text.len() > MAX_NAME_BYTES {
        findings.over_cap(
            Code::TextTooLong,
            &at,
            key,
            text.len(),
            MAX_NAME_BYTES,
            "bytes",
        );
        return String::new();
    }
    text.to_owned()
}

fn required_word(
    value: Option<&Value>,
    key: &str,
    known: &[&'static str],
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<usize> {
    if value.is_none() {
        let help = ["one of: ", &known.join(", ")].concat();
        members::missing_key(key, at, findings, &help);
    }
    choice(value, key, known, at, findings)
}

fn choice(
    value: Option<&Value>,
    key: &str,
    known: &[&'static str],
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<usize> {
    values::word(value?, known, &at.key(key), findings)
}
