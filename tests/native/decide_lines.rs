//! Decides line by line, natively, so that tests in other languages can compare.
//!
//! A line in is `{"policies": […], "catalogue"?, "requests": […], "grants"?: […], "digests"?: true}`, where the
//! grants at an index are those for the request at that index, a list or `null`. A line out is the array of
//! decisions; with `digests` it is `{"decisions": […], "digests": […]}`, where a request that has no digest has
//! `null`. With `"known": [[…], …]` instead, lists of members of requests, it is `{"previews": […], "residuals": [[…], …]}`: the
//! preview of each request with nothing unknown, and a residual for each list, `null` where there can be none. A set that does not load gives `{"diagnostics": […]}`.
#![expect(
    clippy::expect_used,
    reason = "a program for tests, that answers on standard output"
)]

use std::io::{BufRead, Write, stdin, stdout};

use portcullis::model::{Preview, Residual};
use portcullis::{Decision, Engine, Value, parse_grants};
use serde::Serialize;

#[derive(Serialize)]
struct WithDigests {
    decisions: Vec<Decision>,
    digests: Vec<Option<String>>,
}

fn main() {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let line = line.expect("standard input is UTF-8");
        let case = Value::from_json(&line).expect("each line is JSON");
        writeln!(out, "{}", answer(&case)).expect("standard output is open");
        out.flush().expect("standard output is open");
    }
}

/// A preview of each request, and of each its residuals.
#[derive(Serialize)]
struct Parts {
    previews: Vec<Preview>,
    residuals: Vec<Vec<Option<Residual>>>,
}

fn parts(engine: &Engine, requests: &[Value], known: &[Value]) -> Parts {
    let residual = |request: &Value, names: &Value| {
        let names = elements(Some(names)).iter().filter_map(Value::as_str);
        let members = names.filter_map(|name| Some((name.to_owned(), request.get(name)?.clone())));
        engine.residual(&Value::Object(members.collect()), &[]).ok()
    };
    let residuals = |request| known.iter().map(|names| residual(request, names)).collect();
    Parts {
        previews: requests.iter().map(|r| engine.preview(r, &[])).collect(),
        residuals: requests.iter().map(residuals).collect(),
    }
}

fn answer(case: &Value) -> String {
    let policies = case.get("policies").cloned().unwrap_or_default();
    let engine = match Engine::load(policies, case.get("catalogue")) {
        Ok(engine) => engine,
        Err(error) => return json(&serde_json::json!({ "diagnostics": error.diagnostics() })),
    };
    let requests = elements(case.get("requests"));
    if let Some(known) = case.get("known") {
        return json(&parts(&engine, requests, elements(Some(known))));
    }
    let decisions = requests.iter().enumerate().map(|(index, request)| {
        let grants = elements(case.get("grants")).get(index);
        let grants = grants.map_or_else(Vec::new, parse_grants);
        engine.decide_granted(request, &grants)
    });
    let decisions: Vec<Decision> = decisions.collect();
    if case.get("digests") != Some(&Value::Bool(true)) {
        return json(&decisions);
    }
    let digests = requests.iter().map(|r| engine.request_digest(r).ok());
    json(&WithDigests {
        decisions,
        digests: digests.collect(),
    })
}

fn elements(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(elements)) => elements,
        _ => &[],
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is decided is JSON")
}
