//! The cases of `decide/*.json`, as `README.md` says that they are written.

use std::fs;
use std::path::Path;

use portcullis::Value;

/// So that files that are not found don't pass for cases that hold.
const LEAST: usize = 300;
/// Problems that are told.
const MOST: usize = 50;

pub(crate) struct Case {
    /// Its file and what it is about.
    pub(crate) title: String,
    pub(crate) policies: Value,
    pub(crate) catalogue: Option<Value>,
    pub(crate) request: Value,
    pub(crate) grants: Option<Value>,
    pub(crate) expect: Value,
}

/// What a check finds wrong with each case; fails if that is anything.
pub(crate) fn check_each(check: impl Fn(&Case) -> Vec<String>) {
    let mut count = 0_usize;
    let problems = files().into_iter().flat_map(|(file, text)| {
        let document = Value::from_json(&text).unwrap();
        let defaults = expand(document.get("defaults").unwrap_or(&Value::Null));
        let cases = elements(document.get("cases")).iter();
        let cases = cases.map(|case| read(&file, &expand(case), &defaults));
        cases.collect::<Vec<_>>()
    });
    let problems = problems.flat_map(|case| {
        count = count.saturating_add(1);
        let found = check(&case).into_iter();
        found
            .map(|problem| format!("{}: {problem}", case.title))
            .collect::<Vec<_>>()
    });
    let problems: Vec<String> = problems.take(MOST).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count >= LEAST, "there are but {count} cases");
}

fn read(file: &str, case: &Value, defaults: &Value) -> Case {
    Case {
        title: format!("{file}: {}", text_of(case.get("description"))),
        policies: policies(defaults.get("policies"), case.get("policies")),
        catalogue: case.get("catalogue").cloned(),
        request: merged(defaults.get("request"), case.get("request")),
        grants: case.get("grants").cloned(),
        expect: case.get("expect").cloned().unwrap(),
    }
}

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/decide");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The default policies, each with the top-level keys of the case's policy of its id, then the case's others.
fn policies(defaults: Option<&Value>, case: Option<&Value>) -> Value {
    let (defaults, case) = (elements(defaults), elements(case));
    let of_id = |id: Option<&Value>| case.iter().find(|policy| policy.get("id") == id);
    let is_default = |policy: &Value| defaults.iter().any(|d| d.get("id") == policy.get("id"));
    let known = defaults
        .iter()
        .map(|policy| merged(Some(policy), of_id(policy.get("id"))));
    let others = case.iter().filter(|policy| !is_default(policy)).cloned();
    // What a default leaves to its cases, and a case does not take up, is no policy of that case.
    let complete = |policy: &Value| policy.get("rule_expr").is_some();
    Value::Array(known.filter(complete).chain(others).collect())
}

/// `over` replaces `under`; of two objects it replaces the members that it names.
fn merged(under: Option<&Value>, over: Option<&Value>) -> Value {
    let (Some(Value::Object(under)), Some(Value::Object(over))) = (under, over) else {
        return over.or(under).cloned().unwrap_or_default();
    };
    let kept = under
        .iter()
        .filter(|(key, _)| !over.iter().any(|(k, _)| k == key));
    let given = over.iter().filter(|(_, v)| v.get("$missing").is_none());
    Value::Object(kept.chain(given).cloned().collect())
}

/// The value that a short notation stands for.
fn expand(value: &Value) -> Value {
    match value {
        Value::Array(elements) => Value::Array(elements.iter().map(expand).collect()),
        Value::Object(members) => {
            if let [(key, arguments)] = members.as_slice()
                && let Some(expanded) = generated(key, arguments)
            {
                return expanded;
            }
            Value::Object(
                members
                    .iter()
                    .map(|(k, v)| (k.clone(), expand(v)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn generated(key: &str, arguments: &Value) -> Option<Value> {
    let parts = elements(Some(arguments));
    Some(match (key, parts) {
        ("$repeat", [text, times]) => Value::String(text_of(Some(text)).repeat(count(times))),
        ("$fill", [value, times]) => Value::Array(vec![expand(value); count(times)]),
        ("$nest", [value, times]) => {
            (0..count(times)).fold(expand(value), |inner, _| Value::Array(vec![inner]))
        }
        ("$members", [prefix, times]) => members(text_of(Some(&expand(prefix))), count(times)),
        ("$series", [template, times]) => Value::Array(
            (0..count(times))
                .map(|i| expand(&numbered(template, i)))
                .collect(),
        ),
        ("$concat", parts) => joined(&parts.iter().map(expand).collect::<Vec<_>>()),
        _ => return None,
    })
}

fn members(prefix: &str, times: usize) -> Value {
    let name = |i| format!("{prefix}{i:05}");
    Value::Object((0..times).map(|i| (name(i), Value::Number(0.0))).collect())
}

/// One string of strings, or one array of arrays.
fn joined(parts: &[Value]) -> Value {
    if parts.iter().all(|part| part.as_str().is_some()) {
        return Value::String(parts.iter().filter_map(Value::as_str).collect());
    }
    let arrays = parts.iter().map(|part| elements(Some(part)));
    Value::Array(arrays.flatten().cloned().collect())
}

fn numbered(template: &Value, index: usize) -> Value {
    match template {
        Value::String(text) => Value::String(text.replace("##", &format!("{index:02}"))),
        Value::Array(elements) => {
            Value::Array(elements.iter().map(|e| numbered(e, index)).collect())
        }
        Value::Object(_) if template.get("$index").is_some() => {
            Value::Number(f64::from(u32::try_from(index).unwrap()))
        }
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, member)| (key.clone(), numbered(member, index)))
                .collect(),
        ),
        other => other.clone(),
    }
}

pub(crate) fn elements(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(elements)) => elements,
        _ => &[],
    }
}

fn text_of(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap()
}

fn count(value: &Value) -> usize {
    serde_json::to_string(value).unwrap().parse().unwrap()
}
