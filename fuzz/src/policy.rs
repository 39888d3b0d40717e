//! Policies of every scope, owner, effect and enforcement; and a catalogue.

use portcullis::Value;

use super::choices::Choices;
use super::condition::condition;
use super::pools::{ACTIONS, GLOBS};
use super::values::{last_of_each, object};

const SCOPES: [&str; 6] = ["global", "tool", "tenant", "app", "agent", "workflow"];
const EFFECTS: [&str; 4] = ["allow", "deny", "require_approval", "modify"];
/// UTF-8 and UTF-16 put some of these in different orders.
const IDS: [&str; 16] = [
    "a",
    "b",
    "c",
    "P",
    "p-1",
    "p-10",
    "p-2",
    "é",
    "～",
    "😀",
    "z",
    "!",
    "\u{e000}",
    "\u{10000}",
    "aa",
    "0",
];
const DURATIONS: [&str; 5] = ["24h", "500ms", "30s", "15m", "7d"];

pub(crate) fn policies(choices: &mut Choices<'_>) -> Value {
    let mut policies = vec![open("open", choices.byte())];
    for id in IDS.iter().take(choices.below(9)) {
        policies.push(policy(id, choices));
    }
    let first = choices.below(policies.len());
    policies.rotate_left(first);
    Value::Array(policies)
}

/// What permits all, most often: else most sets permit nothing, and one code is all that is seen.
fn open(id: &str, byte: u8) -> Value {
    let delegate = (192..224).contains(&byte);
    let rule = if delegate {
        object([("delegate", Value::Bool(true))])
    } else {
        object([])
    };
    let enforcement = if byte >= 224 { "shadow" } else { "enforce" };
    object([
        ("id", Value::from(id)),
        ("name", Value::from("open")),
        ("scope", Value::from("global")),
        ("effect", Value::from("allow")),
        ("rule_expr", rule),
        ("enforcement", Value::from(enforcement)),
    ])
}

pub(crate) fn policy(id: &str, choices: &mut Choices<'_>) -> Value {
    let effect = choices.pick(&EFFECTS);
    let scope = if choices.chance(100) {
        choices.pick(&SCOPES)
    } else {
        "global"
    };
    let owner = match choices.byte() {
        0..=159 => None,
        160..=231 => Some("acme"),
        _ => Some("globex"),
    };
    let mut row = vec![
        ("id", Value::from(id)),
        ("name", Value::from("a policy")),
        ("scope", Value::from(scope)),
        ("effect", Value::from(effect)),
        ("rule_expr", rule(scope, effect, owner, choices)),
        ("tenant_id", owner.map_or(Value::Null, Value::from)),
    ];
    // One byte for what is mostly as it is by default.
    match choices.byte() {
        0..=199 => {}
        200..=229 => row.push(("enforcement", Value::from("shadow"))),
        230..=239 => row.push(("enabled", Value::Bool(false))),
        240..=247 => row.push(("description", Value::from("ä 😀"))),
        _ => row.push(("visibility", Value::from("public"))),
    }
    last_of_each(
        row.into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

fn rule(scope: &str, effect: &str, owner: Option<&str>, choices: &mut Choices<'_>) -> Value {
    let parts = choices.byte();
    let mut rule = Vec::new();
    let mut put = |key: &str, value| rule.push((key.to_owned(), value));
    if scope != "global" {
        put("target", some_of(&GLOBS, choices));
    }
    if parts & 0b0000_0011 != 0b11 {
        put("when", condition(choices));
    }
    if parts & 0b0001_1100 == 0b0001_1100 {
        put("unless", condition(choices));
    }
    if parts & 0b1110_0000 == 0b1110_0000 {
        put("actions", some_of(&ACTIONS, choices));
        put(
            "message",
            Value::from(choices.pick(&["Ask first.", "größer \"quoted\" \u{2028}"])),
        );
        put("remedy", Value::from("Run in draft mode."));
    }
    match effect {
        "allow" if owner.is_none() && choices.chance(60) => put("delegate", Value::Bool(true)),
        "require_approval" => put("approval", approval(choices)),
        "modify" => put("then", then(choices)),
        _ => {}
    }
    Value::Object(rule)
}

fn some_of(all: &[&str], choices: &mut Choices<'_>) -> Value {
    let mut some: Vec<Value> = Vec::new();
    for _ in choices.times(1, 3) {
        let one = Value::from(choices.pick(all));
        if !some.contains(&one) {
            some.push(one);
        }
    }
    Value::Array(some)
}

fn approval(choices: &mut Choices<'_>) -> Value {
    let byte = choices.byte();
    let approvers = match byte & 3 {
        0 => object([("roles", Value::Array(vec![Value::from("dba")]))]),
        1 => object([(
            "users",
            Value::Array(vec![Value::from("u7"), Value::from("u8")]),
        )]),
        2 => object([("field", Value::from("user.manager_id"))]),
        _ => object([(
            "field",
            Value::Array(vec![Value::from("user"), Value::from("line.manager")]),
        )]),
    };
    let mut approval = vec![("approvers".to_owned(), approvers)];
    if byte & 4 != 0 {
        approval.push(("exclude_requester".to_owned(), Value::Bool(byte & 8 != 0)));
    }
    if byte & 16 != 0 {
        approval.push(("quorum".to_owned(), Value::Number(2.0)));
        approval.push((
            "expires_in".to_owned(),
            Value::from(choices.pick(&DURATIONS)),
        ));
    }
    Value::Object(approval)
}

fn then(choices: &mut Choices<'_>) -> Value {
    let byte = choices.byte();
    let mut then = Vec::new();
    if byte & 3 != 1 {
        then.push(("mode".to_owned(), Value::from("draft")));
    }
    if byte & 3 != 0 {
        let limits = choices.times(1, 2).map(|_| limit(choices)).collect();
        then.push(("limits".to_owned(), Value::Array(limits)));
    }
    Value::Object(then)
}

fn limit(choices: &mut Choices<'_>) -> Value {
    let field = |path: &str| object([("field", Value::from(path))]);
    let meter = match choices.below(8) {
        0 => Value::from("cost_cents"),
        1 => field("run.cost_cents"),
        2 => field("input.n"),
        3 => field("input.text"),
        4 => object([(
            "field",
            Value::Array(vec![Value::from("input"), Value::from("")]),
        )]),
        5 => Value::from("my meter"),
        _ => Value::from("tool_calls"),
    };
    let pers = ["tenant", "run", "user", "tool", "agent", "app", "workflow"];
    let mut limit = vec![
        ("meter", meter),
        ("per", some_of(&pers, choices)),
        ("max", Value::Number(10.0)),
    ];
    match choices.below(6) {
        0 => {}
        1 => limit.push(("window", Value::from("1d"))),
        2 => limit.extend([
            ("kind", Value::from("rate")),
            ("window", Value::from(choices.pick(&DURATIONS))),
        ]),
        3 => limit.extend([
            ("kind", Value::from("rate")),
            ("window", Value::from("15m")),
            ("burst", Value::Number(3.0)),
        ]),
        4 => limit.push(("kind", Value::from("concurrent"))),
        _ => limit.extend([
            ("window", Value::from("1mo")),
            ("on_exceed", Value::from("require_approval")),
        ]),
    }
    Value::Object(
        limit
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// None, one that declares an action and tools, or one that also types fields.
pub(crate) fn catalogue(choices: &mut Choices<'_>) -> Option<Value> {
    let text = match choices.byte() {
        0..=159 => return None,
        160..=219 => {
            r#"{"actions": ["export"], "tools": [{"name": "search", "risk_level": "high"}, {"name": "s"}]}"#
        }
        _ => {
            r#"{"actions": ["export"], "entities": {"user": {"type": "object", "properties": {"role": {"type": "string"},
            "roles": {"type": "array", "items": {"enum": ["a", "admin", "dba"]}}}}}, "tools": [{"name": "search", "inputSchema":
            {"type": "object", "properties": {"text": {"type": "string"}, "n": {"type": "number"}, "flag": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}}, "other": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}},
            {"name": "stripe.refund"}]}"#
        }
    };
    Value::from_json(text).ok()
}
