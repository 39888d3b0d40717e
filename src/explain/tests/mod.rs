//! Explanations of whole policy sets.

mod changes;
mod decisions;
mod texts;
mod trees;

use crate::compile::Snapshot;
use crate::explain::explain;
use crate::model::{Clause, Explanation, Value};
use crate::parse::parse_policies;
use crate::validate::validate;

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

/// A policy from its effect and its rule; global, of the platform.
fn policy(id: &str, effect: &str, rule: &str) -> String {
    format!(
        r#"{{"id":"{id}","name":"{id}-name","scope":"global","effect":"{effect}","rule_expr":{rule}}}"#
    )
}

fn load(policies: &[String]) -> Snapshot {
    let parsed = parse_policies(&json(&format!("[{}]", policies.join(","))));
    let valid = validate(parsed, None).into_result().unwrap();
    let mut snapshot = Snapshot::new(None);
    for policy in valid.into_policies() {
        snapshot.put(policy);
    }
    snapshot.seal();
    snapshot
}

/// A tool call with this input.
fn call(input: &str) -> Value {
    json(&format!(
        r#"{{"action":"tool_call","now":1795375800000,"tenant":{{"id":"acme"}},
            "app":{{"id":"console"}},"user":{{"id":"u1","roles":["developer"]}},"workflow":null,
            "agent":null,"tool":{{"id":"db_write","risk_level":"high"}},
            "run":{{"id":"r1","root_id":"r1","mode":"auto"}},"input":{input}}}"#
    ))
}

fn explained(policies: &[String], request: &Value) -> Explanation {
    explain(&load(policies), request, &[])
}

/// The first clause of a policy.
fn clause<'e>(explanation: &'e Explanation, id: &str) -> &'e Clause {
    let policy = explanation.policies.iter().find(|p| p.policy_id == id);
    &policy.unwrap().clauses[0]
}
