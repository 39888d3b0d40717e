//! Deciding by a scan of all policies, to hold the index against.

use crate::compile::{Compiled, fixed};
use crate::derive::Glob;
use crate::engine::Engine;
use crate::eval::{
    Encoder, Hit, Memo, Outcome, Reader, Truth, conclude, condition, coverage_trouble, decision,
    entity, invalid, tag,
};
use crate::model::{Decision, Effect, Grant, Scope, Value};
use crate::parse::scope_name;

impl Engine {
    /// Decides without the index: every policy's coverage and conditions are evaluated. For tests alone.
    #[doc(hidden)]
    #[must_use]
    pub fn decide_by_scan(&self, request: &Value, grants: &[Grant]) -> Decision {
        let snapshot = &self.snapshot;
        let mut encoder = Encoder::new(&snapshot.nodes, request);
        let policies = (0_u32..).map_while(|rank| Some((rank, snapshot.ranked(rank)?)));
        for (_, (_, policy)) in policies.clone() {
            for read in &policy.reads {
                encoder.read(read.node());
            }
        }
        let mut memo = Memo::default();
        memo.reset(snapshot.nodes.len());
        let reader = Reader {
            snapshot,
            frame: encoder.frame(),
            memo: &memo,
        };
        let mut outcome = Outcome {
            invalid: invalid(snapshot, reader.frame),
            ..Outcome::default()
        };
        if outcome.invalid.is_none() {
            for (rank, (number, policy)) in policies {
                let value = match covers(reader, request, policy) {
                    Ok(false) => continue,
                    coverage => condition(reader, policy, coverage),
                };
                let trouble = match value {
                    Ok(false) => continue,
                    Ok(true) => None,
                    Err(_) if policy.effect == Effect::Allow => continue,
                    Err(trouble) => Some(trouble),
                };
                let hits = if policy.shadow {
                    &mut outcome.shadow
                } else {
                    &mut outcome.hits
                };
                hits.push(Hit {
                    rank,
                    policy: number,
                    trouble,
                });
            }
            conclude(reader, &self.approved(request, grants), &mut outcome);
        }
        decision(snapshot, reader.frame, &outcome)
    }
}

/// Owner, action, scope and target, as a coverage.
fn covers(reader: Reader<'_>, request: &Value, policy: &Compiled) -> Truth {
    let id = |entity: &str| request.get(entity)?.get("id")?.as_str();
    let owned = policy.tenant_id.is_none() || policy.tenant_id.as_deref() == id("tenant");
    let action = u32::try_from(reader.frame.node(fixed::ACTION).index()).unwrap_or(u32::MAX);
    if !owned || !policy.covers_action(action) {
        return Ok(false);
    }
    let name = scope_name(policy.scope);
    match (policy.scope, id(name)) {
        (Scope::Global, _) => Ok(true),
        (_, Some(id)) => Ok(policy
            .target
            .iter()
            .any(|target| Glob::parse(target).is_ok_and(|glob| glob.matches(id)))),
        (scope, None) if reader.frame.node(entity(scope)).tag == tag::NULL => Ok(false),
        _ => Err(coverage_trouble(reader.frame, policy)),
    }
}
