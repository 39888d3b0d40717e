//! The index against a scan of all policies, and an engine that was changed against one that was loaded so.

use portcullis::{Engine, Value};

use super::case::load;
use super::choices::Choices;
use super::policy::policy;
use super::pools::{ACTIONS, GLOBS, IDS};
use super::request::request;
use super::values::{object, set, value};
use super::vocabulary::Kind;

/// Takes blocks of policies that are alike, requests, and policies to replace and remove.
pub fn check(data: &[u8]) {
    let mut choices = Choices::new(data);
    let mut policies = Vec::new();
    for block in choices.times(1, 6) {
        add_block(block, &mut policies, &mut choices);
    }
    let Some((Value::Array(mut policies), mut engine)) = load(Value::Array(policies), None) else {
        return;
    };
    let requests: Vec<Value> = choices.times(1, 4).map(|_| asked(&mut choices)).collect();
    compare(&engine, &engine, &requests);
    for _ in choices.times(0, 6) {
        change(&mut engine, &mut policies, &mut choices);
    }
    let fresh = Engine::load(Value::Array(policies), None).expect("each policy has been loaded");
    assert_eq!(engine.len(), fresh.len());
    assert_eq!(engine.digest(), fresh.digest());
    compare(&engine, &fresh, &requests);
}

fn compare(engine: &Engine, fresh: &Engine, requests: &[Value]) {
    for request in requests {
        let decision = engine.decide(request);
        assert_eq!(engine.decide_by_scan(request, &[]), decision);
        assert_eq!(fresh.decide(request), decision);
    }
}

/// One policy many times, each with another literal or target: what the index splits.
fn add_block(block: usize, policies: &mut Vec<Value>, choices: &mut Choices<'_>) {
    let template = policy("", choices);
    let way = choices.byte();
    let (first, step) = (choices.below(256), choices.below(8));
    for n in 0..=choices.below(48) {
        let at = first + n * step;
        let mut policy = template.clone();
        set(
            &mut policy,
            &["id"],
            Value::from(format!("{block}-{n}").as_str()),
        );
        split(&mut policy, way, at);
        policies.push(policy);
    }
}

fn split(policy: &mut Value, way: u8, at: usize) {
    let id = Value::from(IDS[at % IDS.len()]);
    let equal = |field: &str, literal| object([("field", Value::from(field)), ("eq", literal)]);
    let condition = match way % 8 {
        0 => equal("input.text", id),
        1 => equal("tool.id", id),
        2 => equal(
            "input.n",
            Value::Number(f64::from(u8::try_from(at % 8).unwrap_or_default())),
        ),
        3 => object([(
            "all",
            Value::Array(vec![
                equal("user.role", id),
                equal("input.flag", Value::Bool(at.is_multiple_of(2))),
            ]),
        )]),
        4 => object([
            ("field", Value::from("input.text")),
            ("in", Value::Array(vec![id, Value::from("a")])),
        ]),
        5 => equal("action", Value::from(ACTIONS[at % 4])),
        6 => {
            let glob = Value::Array(vec![Value::from(GLOBS[at % GLOBS.len()])]);
            set(policy, &["scope"], Value::from("tool"));
            return set(policy, &["rule_expr", "target"], glob);
        }
        _ => {
            let owner = ["acme", "globex", "s", "r1"][at % 4];
            return set(policy, &["tenant_id"], Value::from(owner));
        }
    };
    set(policy, &["rule_expr", "when"], condition);
}

/// A request with values that blocks are split by.
fn asked(choices: &mut Choices<'_>) -> Value {
    let mut request = request(choices);
    let entity = |id: &str| object([("id", Value::from(id))]);
    let byte = choices.byte();
    if byte & 1 == 1 {
        set(
            &mut request,
            &["input", "text"],
            Value::from(choices.pick(&IDS)),
        );
    }
    if byte & 2 == 2 {
        set(&mut request, &["tool"], entity(choices.pick(&IDS)));
    }
    if byte & 4 == 4 {
        set(&mut request, &["tenant"], entity(choices.pick(&IDS)));
    }
    if byte & 8 == 8 {
        set(&mut request, &["input", "n"], value(Kind::Number, choices));
    }
    request
}

fn change(engine: &mut Engine, policies: &mut Vec<Value>, choices: &mut Choices<'_>) {
    let id = format!("{}-{}", choices.below(6), choices.below(48));
    let known = policies
        .iter()
        .position(|policy| policy.get("id").and_then(Value::as_str) == Some(&id));
    if choices.chance(128) {
        assert_eq!(engine.remove(&id), known.is_some());
        known.map(|at| policies.remove(at));
        return;
    }
    let mut policy = policy(&id, choices);
    let way = choices.byte();
    if way >= 64 {
        split(&mut policy, way, choices.below(256));
    }
    let before = engine.digest().to_owned();
    if engine.replace(&policy).is_err() {
        assert_eq!(engine.digest(), before);
        return;
    }
    known.map(|at| policies.remove(at));
    policies.push(policy);
}
