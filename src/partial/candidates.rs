//! The policies that may cover a request, found by what is known of its ids.

use super::truths::Truths;
use super::unknown::Unknown;
use crate::compile::{BucketId, Compiled, ENTITY_SCOPES, Snapshot, fixed, role};
use crate::derive::Glob;
use crate::eval::{Encoder, FAULT, entity, id_text, own_entity, part_of_split, tag};
use crate::model::{Scope, sorted};

/// A policy that may cover a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) number: u32,
    /// Whether owner, action and target cover the request.
    pub(super) covers: Truths,
    /// Which of these three are not known.
    pub(super) open: Open,
}

/// The parts of coverage that are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) tenant: bool,
    pub(super) target: bool,
    pub(super) action: bool,
}

/// Buckets that were reached, and how their policies cover the request.
struct Reached {
    bucket: BucketId,
    owner: u32,
    errs: bool,
    is_open: bool,
}

/// The candidates, in the order of decisions, with all that they read.
pub(super) fn candidates(
    snapshot: &Snapshot,
    unknown: &Unknown,
    encoder: &mut Encoder<'_>,
) -> Vec<Candidate> {
    let lacks = |node| unknown.covers(node);
    let action_open = lacks(fixed::ACTION);
    let tenant_open = lacks(fixed::TENANT_ID);
    let action = u32::try_from(encoder.frame().node(fixed::ACTION).index()).unwrap_or(u32::MAX);
    let own = (!action_open).then(|| own_entity(encoder.frame()));
    let mut found: Vec<(u32, u32, usize)> = Vec::with_capacity(32);
    let reached = reached(snapshot, unknown, encoder);
    for (at, reached) in reached.iter().enumerate() {
        for bucket in parts(snapshot, unknown, encoder, reached.bucket) {
            let always = snapshot.buckets.get(bucket).map_or(&[][..], |b| &b.always);
            for &number in always {
                found.push((snapshot.rank(number), number, at));
            }
        }
    }
    let mut found = sorted(found);
    // Several of its targets may match.
    found.dedup_by_key(|(_, number, _)| *number);
    let mut candidates = Vec::with_capacity(found.len());
    for (_, number, at) in found {
        let (Some(policy), Some(reached)) = (snapshot.policy(number), reached.get(at)) else {
            continue;
        };
        if !action_open && !policy.covers_action(action) {
            continue;
        }
        let open = Open {
            tenant: tenant_open && reached.owner != 0,
            target: reached.is_open,
            action: action_open && policy.role & role::SELECTIVE != 0,
        };
        let covers = if reached.errs {
            Truths::ERROR
        } else if reached.is_open {
            by_any_id(policy, own)
        } else {
            Truths::TRUE
        };
        let either = |open: bool| if open { Truths::NO_ERROR } else { Truths::TRUE };
        let covers = covers.and(either(open.tenant)).and(either(open.action));
        for read in &policy.reads {
            encoder.read(read.node());
        }
        candidates.push(Candidate {
            number,
            covers,
            open,
        });
    }
    candidates
}

/// The buckets of all owners and scopes that may matter.
fn reached(snapshot: &Snapshot, unknown: &Unknown, encoder: &Encoder<'_>) -> Vec<Reached> {
    let lacks = |node| unknown.covers(node);
    let frame = encoder.frame();
    let (entity_cell, id) = (frame.node(fixed::TENANT), frame.node(fixed::TENANT_ID));
    let tenant = id_text(snapshot, encoder, fixed::TENANT, entity_cell, id);
    let tenant = snapshot.owner(tenant.as_deref());
    let owners: Vec<u32> = if lacks(fixed::TENANT_ID) {
        (0..u32::try_from(snapshot.owners()).unwrap_or(u32::MAX)).collect()
    } else if tenant == 0 {
        vec![0]
    } else {
        vec![0, tenant]
    };
    let mut reached = Vec::with_capacity(8);
    let mut routed = Vec::with_capacity(8);
    for owner in owners {
        let Some(index) = snapshot.owner_index(owner) else {
            continue;
        };
        let mut reach = |bucket: BucketId, is_open| {
            reached.push(Reached {
                bucket: bucket & !FAULT,
                owner,
                errs: bucket & FAULT != 0,
                is_open,
            });
        };
        if let Some(global) = index.global {
            reach(global, false);
        }
        for (number, (&scope, filed)) in ENTITY_SCOPES.iter().zip(&index.scopes).enumerate() {
            let Some(all) = filed.all else { continue };
            let node = entity(scope);
            let id_node = node.saturating_add(1);
            if lacks(id_node) {
                reach(all, true);
                continue;
            }
            let frame = encoder.frame();
            let (entity, id) = (frame.node(node), frame.node(id_node));
            match id_text(snapshot, encoder, node, entity, id) {
                Some(id) => {
                    snapshot.route(owner, number, &id, &mut routed);
                    routed.drain(..).for_each(|bucket| reach(bucket, false));
                }
                None if entity.tag == tag::NULL => {}
                None => reach(all | FAULT, false),
            }
        }
    }
    reached
}

/// A bucket, and the part of it that the request's value leads to: every part where that is unknown.
fn parts(
    snapshot: &Snapshot,
    unknown: &Unknown,
    encoder: &mut Encoder<'_>,
    bucket: BucketId,
) -> impl Iterator<Item = BucketId> {
    let split = snapshot.buckets.get(bucket).and_then(|b| b.split.as_ref());
    let part = split.and_then(|split| {
        if unknown.covers(split.node) {
            return Some(split.rest);
        }
        part_of_split(snapshot, encoder, split)
    });
    std::iter::once(bucket).chain(part)
}

/// Whether a policy covers an id that may be any. An entity of the action itself is always there.
fn by_any_id(policy: &Compiled, own: Option<u32>) -> Truths {
    let node = entity(policy.scope);
    let is_there = own == Some(node) || policy.scope == Scope::Tenant;
    let is_everything = |target: &str| Glob::parse(target).is_ok_and(|glob| glob.is_everything());
    match (
        is_there,
        policy.target.iter().any(|target| is_everything(target)),
    ) {
        (true, true) => Truths::TRUE,
        (true, false) => Truths::NO_ERROR,
        (false, _) => Truths::ANY,
    }
}
