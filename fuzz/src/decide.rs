//! Loading, deciding, explaining and digesting, on whatever there is.

use portcullis::model::{Code, Grant, Reader};
use portcullis::{Engine, Value, parse_grants};

use super::case::{Case, grants};
use super::choices::Choices;

/// Takes a structured case, or, behind a `#`, texts with NULs between them: policies, a request, grants, a catalogue.
pub fn check(data: &[u8]) {
    match data.split_first() {
        Some((b'#', texts)) => check_texts(texts),
        _ => check_case(data),
    }
}

fn check_texts(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut texts = text.split('\0');
    let policies = texts.next().unwrap_or_default();
    let mut value = || {
        texts
            .next()
            .and_then(|text| Value::from_json_with_duplicates(text).ok())
    };
    let (request, grants, catalogue) = (value(), value(), value());
    let Ok(policies) = Value::from_json_with_duplicates(policies) else {
        return;
    };
    if let Ok(engine) = Engine::load(policies, catalogue.as_ref()) {
        let grants = grants.as_ref().map(parse_grants).unwrap_or_default();
        check_request(&engine, &request.unwrap_or_default(), &grants);
    }
}

fn check_case(data: &[u8]) {
    let mut choices = Choices::new(data);
    let Some(case) = Case::new(&mut choices) else {
        return;
    };
    for request in &case.requests {
        let grants = grants(&case.engine, request, &mut choices);
        check_request(&case.engine, request, &grants);
    }
}

fn check_request(engine: &Engine, request: &Value, grants: &[Grant]) {
    let decision = engine.decide_granted(request, grants);
    assert_eq!(engine.decide_granted(request, grants), decision);
    let digest = engine.request_digest(request);
    assert!(decision.code != Code::InvalidRequest || digest.is_err());
    let explanation = engine.explain(request, grants);
    assert_eq!(explanation.decision, decision);
    for reader in [Reader::Agent, Reader::Approver, Reader::Author] {
        assert!(!explanation.text(reader).is_empty());
    }
    if let Some(change) = &explanation.smallest_change {
        let differs = (change.effect, change.code) != (decision.effect, decision.code);
        assert!(differs, "{change:?} changes nothing");
    }
}
