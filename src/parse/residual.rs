//! Reads residuals: what a server made for a browser, or what somebody says is one.

use crate::error::Diagnostic;
use crate::model::{
    MAX_JSON_DEPTH, Private, PrivatePart, RESIDUAL_FORM, Residual, ResidualPolicy, Value,
};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::Findings;
use super::members::{self, Object};
use super::rule::{most_bytes, nested_too_deep};
use super::text::{note_duplicates, read};
use super::values;

const KEYS: [&str; 9] = [
    "residual",
    "known",
    "unknown",
    "policy_set",
    "actions",
    "tool_definition",
    "withholds_definitions",
    "private",
    "policies",
];
const HELP: &str = "load what `residual` gave, as it is; make it anew where the versions differ";

/// Reads the text of a residual into a value.
///
/// # Errors
/// What is wrong with the text: `invalid_json`, `nested_too_deep`.
pub fn residual_value(text: &str) -> Result<Value, Vec<Diagnostic>> {
    read(text, &At::Residual)
}

/// Reads a residual, all but what its policies say, which is for those who load them. Without findings it is sound.
#[must_use]
pub fn parse_residual(mut value: Value) -> (Residual, Vec<Diagnostic>) {
    let mut reader = Reader {
        findings: Findings::default(),
        residual: Residual::default(),
    };
    let policies = match &mut value {
        Value::Object(members) => members.iter_mut().find(|(key, _)| key == "policies"),
        _ => None,
    };
    // Of what is there twice, one is found where keys are counted.
    let policies = policies.map(|(_, policies)| std::mem::take(policies));
    reader.read(&value);
    if let Some(policies) = policies {
        reader.policies(policies);
    }
    (reader.residual, reader.findings.diagnostics)
}

struct Reader {
    findings: Findings,
    residual: Residual,
}

impl Reader {
    fn read(&mut self, value: &Value) {
        let (at, findings) = (&At::Residual, &mut self.findings);
        let mut slots = [None; KEYS.len()];
        if members::members(value, &KEYS, &mut slots, at, findings) == Object::Not {
            return;
        }
        for (key, slot) in KEYS.iter().zip(&slots) {
            if slot.is_none() {
                members::missing_key(key, at, findings, HELP);
            }
        }
        let [
            form,
            known,
            unknown,
            policy_set,
            actions,
            tool_definition,
            withholds,
            private,
            _,
        ] = slots;
        let residual = &mut self.residual;
        if let Some(form) = form {
            residual.residual = read_form(form, &at.key("residual"), findings);
        }
        if let Some(known) = known {
            residual.known = read_known(known, &at.key("known"), findings);
        }
        if let Some(unknown) = unknown {
            residual.unknown = each(unknown, &at.key("unknown"), findings, values::path);
        }
        if let Some(set) = policy_set {
            residual.policy_set = text(set, &at.key("policy_set"), findings).unwrap_or_default();
        }
        if let Some(actions) = actions {
            residual.actions = each(actions, &at.key("actions"), findings, text);
        }
        if let Some(digest) = tool_definition.filter(|digest| **digest != Value::Null) {
            residual.tool_definition = text(digest, &at.key("tool_definition"), findings);
        }
        if let Some(withholds) = withholds {
            let withholds = values::boolean(withholds, &at.key("withholds_definitions"), findings);
            residual.withholds_definitions = withholds.unwrap_or(true);
        }
        if let Some(private) = private {
            residual.private = read_private(private, &at.key("private"), findings);
        }
    }

    fn policies(&mut self, policies: Value) {
        let at = At::Residual;
        let (at, findings) = (at.key("policies"), &mut self.findings);
        let Value::Array(elements) = policies else {
            findings.wrong_type(&at, "a list of policies", &policies, HELP);
            return;
        };
        for (i, element) in elements.into_iter().enumerate() {
            if let Some(policy) = read_policy(element, &at.index(i), findings) {
                self.residual.policies.push(policy);
            }
        }
    }
}

fn read_form(value: &Value, at: &At<'_>, findings: &mut Findings) -> u32 {
    let form = u64::from(RESIDUAL_FORM);
    if values::integer(value, form, form, at, findings).is_some() {
        RESIDUAL_FORM
    } else {
        0
    }
}

/// An object of plain JSON with a tenant that has an id.
fn read_known(value: &Value, at: &At<'_>, findings: &mut Findings) -> Value {
    if !matches!(value, Value::Object(_)) {
        findings.wrong_type(at, "an object", value, HELP);
        return Value::Null;
    }
    if most_bytes(value, MAX_JSON_DEPTH).is_none() {
        nested_too_deep(at, findings);
        return Value::Null;
    }
    note_duplicates(value, at, findings);
    if !is_plain(value) {
        let problem = "it holds what JSON can't say";
        findings.error(Code::WrongJsonType, at, &[problem], HELP);
    }
    if tenant_of(value).is_none() {
        members::missing_key("tenant", at, findings, HELP);
    }
    value.clone()
}

/// Whether JSON can say a value.
pub(crate) fn is_plain(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.iter().all(is_plain),
        Value::Object(members) => members.iter().all(|(_, member)| is_plain(member)),
        Value::Number(number) => number.is_finite(),
        Value::Unsupported | Value::Oversized(_) => false,
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// The tenant that a request or a part of one names.
pub(crate) fn tenant_of(request: &Value) -> Option<&str> {
    let id = request.get("tenant")?.get("id")?.as_str();
    id.filter(|id| !id.is_empty())
}

fn read_private(value: &Value, at: &At<'_>, findings: &mut Findings) -> Private {
    let mut slots = [None; 2];
    members::members(value, &["must", "may"], &mut slots, at, findings);
    let names = PrivatePart::ALL.map(|(name, _)| name);
    let mut parts = |key: &str, slot: Option<&Value>| {
        let Some(slot) = slot else {
            if matches!(value, Value::Object(_)) {
                members::missing_key(key, at, findings, HELP);
            }
            return Vec::new();
        };
        let part = |value: &Value, at: &At<'_>, findings: &mut Findings| {
            let number = values::word(value, &names, at, findings)?;
            PrivatePart::ALL.get(number).map(|(_, part)| *part)
        };
        each(slot, &at.key(key), findings, part)
    };
    let [must, may] = slots;
    Private {
        must: parts("must", must),
        may: parts("may", may),
    }
}

fn read_policy(mut value: Value, at: &At<'_>, findings: &mut Findings) -> Option<ResidualPolicy> {
    const KEYS: [&str; 3] = ["policy", "digest", "pointers"];
    let mut slots = [None; KEYS.len()];
    if members::members(&value, &KEYS, &mut slots, at, findings) == Object::Not {
        return None;
    }
    let [policy, digest, pointers] = slots;
    if policy.is_none() {
        members::missing_key("policy", at, findings, HELP);
    }
    let digest = digest.and_then(|d| text(d, &at.key("digest"), findings));
    let pointers = pointers.map(|p| each(p, &at.key("pointers"), findings, text));
    let Value::Object(members) = &mut value else {
        return None;
    };
    let policy = members.iter_mut().find(|(key, _)| key == "policy");
    Some(ResidualPolicy {
        policy: policy.map(|(_, policy)| std::mem::take(policy))?,
        digest,
        pointers: pointers.unwrap_or_default(),
    })
}

fn text(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<String> {
    values::text(value, at, findings).map(str::to_owned)
}

/// The elements of a list, which may be empty.
fn each<T>(
    value: &Value,
    at: &At<'_>,
    findings: &mut Findings,
    read: impl Fn(&Value, &At<'_>, &mut Findings) -> Option<T>,
) -> Vec<T> {
    let Value::Array(elements) = value else {
        findings.wrong_type(at, "a list", value, HELP);
        return Vec::new();
    };
    let each = elements.iter().enumerate();
    each.filter_map(|(i, element)| read(element, &at.index(i), findings))
        .collect()
}
