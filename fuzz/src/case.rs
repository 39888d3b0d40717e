//! A set of policies that loads, and what is asked of it.

use portcullis::model::{Grant, Mode};
use portcullis::{Engine, Value};

use super::choices::Choices;
use super::policy::{catalogue, policies};
use super::request::request;

pub(crate) struct Case {
    pub(crate) policies: Value,
    pub(crate) catalogue: Option<Value>,
    pub(crate) engine: Engine,
    pub(crate) requests: Vec<Value>,
}

impl Case {
    pub(crate) fn new(choices: &mut Choices<'_>) -> Option<Self> {
        let catalogue = catalogue(choices);
        let (policies, engine) = load(policies(choices), catalogue.as_ref())?;
        let requests = choices.times(1, 3).map(|_| request(choices)).collect();
        Some(Self {
            policies,
            catalogue,
            engine,
            requests,
        })
    }
}

/// Loads a set without the policies that are refused: each stands or falls by itself, or for its id.
pub(crate) fn load(policies: Value, catalogue: Option<&Value>) -> Option<(Value, Engine)> {
    let refused = match Engine::load(policies.clone(), catalogue) {
        Ok(engine) => return Some((policies, engine)),
        Err(error) => error,
    };
    let Value::Array(mut elements) = policies else {
        return None;
    };
    let places = refused
        .diagnostics()
        .iter()
        .filter(|d| d.severity == portcullis::error::Severity::Error);
    let mut places: Vec<usize> = places
        .filter_map(|d| d.pointer.split('/').nth(1)?.parse().ok())
        .collect();
    places.sort_unstable();
    places.dedup();
    assert!(
        !places.is_empty(),
        "{refused}: it refuses a set and no policy of it"
    );
    for place in places.into_iter().rev() {
        elements.remove(place);
    }
    let policies = Value::Array(elements);
    let engine = Engine::load(policies.clone(), catalogue)
        .unwrap_or_else(|error| panic!("what is left does not load: {error}"));
    Some((policies, engine))
}

/// Grants for what a request would need, each valid or stale.
pub(crate) fn grants(engine: &Engine, request: &Value, choices: &mut Choices<'_>) -> Vec<Grant> {
    let decision = engine.decide(request);
    let digest = engine.request_digest(request).unwrap_or_default();
    let grant = |approval: portcullis::model::ApprovalRequirement| {
        let byte = choices.byte();
        let stale = |bits: u8, text: String| {
            if byte & 7 == bits {
                format!("{text}0")
            } else {
                text
            }
        };
        Grant {
            policy_id: stale(7, approval.policy_id),
            policy_digest: stale(6, approval.policy_digest),
            request_digest: stale(5, digest.clone()),
            mode: if byte & 8 == 0 {
                decision.mode
            } else {
                Mode::Auto
            },
        }
    };
    decision.approvals.clone().into_iter().map(grant).collect()
}
