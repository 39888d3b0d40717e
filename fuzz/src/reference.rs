//! The engine against the reference evaluator, which answers in a process of its own.

use portcullis::Value;
use portcullis::digest::digest_of;
use portcullis::model::Mode;
use serde_json::{Value as Json, json};

use super::case::{Case, grants};
use super::choices::Choices;

/// A set, its requests and their grants, as `tests/native/decide_lines.rs` takes them; and what the engine answers.
pub struct Question {
    /// One line of JSON.
    pub line: String,
    /// The engine's, without prose.
    pub answer: Json,
}

/// What the bytes ask; nothing where they make no set that loads.
#[must_use]
pub fn question(data: &[u8]) -> Option<Question> {
    let mut choices = Choices::new(data);
    let case = Case::new(&mut choices)?;
    let (mut decisions, mut digests, mut all_grants) = (Vec::new(), Vec::new(), Vec::new());
    for request in &case.requests {
        let grants = grants(&case.engine, request, &mut choices);
        let decision = case.engine.decide_granted(request, &grants);
        decisions.push(serde_json::to_value(decision).expect("a decision is JSON"));
        digests.push(case.engine.request_digest(request).ok());
        let granted = grants.iter().map(|grant| {
            json!({
                "policy_id": grant.policy_id, "policy_digest": grant.policy_digest, "request_digest": grant.request_digest,
                "mode": if grant.mode == Mode::Draft { "draft" } else { "auto" },
            })
        });
        all_grants.push(granted.collect::<Json>());
    }
    let line = json!({
        "policies": case.policies, "catalogue": case.catalogue, "requests": case.requests, "grants": all_grants, "digests": true,
    });
    let answer = json!({"decisions": decisions, "digests": digests});
    Some(Question {
        line: line.to_string(),
        answer: without_prose(&answer.to_string()),
    })
}

/// A digest of an answer without prose.
#[must_use]
pub fn digest(answer: &Json) -> String {
    let digest = digest_of(&Value::from(answer.clone())).text();
    // A file of these is committed, and 64 bits tell two answers apart.
    digest
        .trim_start_matches("sha256:")
        .chars()
        .take(16)
        .collect()
}

/// An answer without what the reference does not write.
///
/// # Panics
/// If the text is no answer.
#[must_use]
pub fn without_prose(answer: &str) -> Json {
    let mut answer: Json = serde_json::from_str(answer).expect("an answer is JSON");
    let decisions = answer["decisions"].as_array_mut().into_iter().flatten();
    decisions.for_each(drop_prose);
    answer
}

/// Leaves out what the reference does not write: the messages of errors, and what is said of an invalid request.
fn drop_prose(decision: &mut Json) {
    for reason in decision["reasons"].as_array_mut().into_iter().flatten() {
        let about_request = reason["policy_id"].is_null();
        if let Some(error) = reason["error"].as_object_mut() {
            error.remove("message");
        }
        if let Some(reason) = reason.as_object_mut().filter(|_| about_request) {
            reason.remove("message");
            reason.remove("remedy");
        }
    }
}
