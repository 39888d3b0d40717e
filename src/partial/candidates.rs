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

/// A bucket that was reached, and how its policies cover the request.
#[derive(Clone, Copy)]
pub(super) struct Reached {
    bucket: BucketId,
    owner: u32,
    errs: bool,
    is_open: bool,
}

impl Reached {
    /// Whether owner and target cover the request for certain.
    pub(super) fn covers(self) -> bool {
        !self.errs && !self.is_open
    }
}

/// Finds policies that may cover a request. What it is made of serves the next request.
#[derive(Default)]
pub(super) struct Finder {
    reached: Vec<Reached>,
    routed: Vec<BucketId>,
}

/// The candidates, in the order of decisions, with all that they read and that is known.
pub(super) fn candidates(
    snapshot: &Snapshot,
    unknown: &Unknown,
    encoder: &mut Encoder<'_>,
) -> Vec<Candidate> {
    let mut found: Vec<(u32, u32, usize)> = Vec::with_capacity(32);
    let mut reached: Vec<Reached> = Vec::new();
    let mut last = None;
    Finder::default().each(snapshot, unknown, encoder, &mut |_, number, by| {
        if last != Some(by.bucket) {
            last = Some(by.bucket);
            reached.push(by);
        }
        found.push((
            snapshot.rank(number),
            number,
            reached.len().saturating_sub(1),
        ));
    });
    let mut found = sorted(found);
    // Several of its targets may match.
    found.dedup_by_key(|(_, number, _)| *number);
    let candidates = found.into_iter().filter_map(|(_, number, at)| {
        let by = reached.get(at)?;
        let candidate = candidate(snapshot, unknown, encoder, number, *by)?;
        read(snapshot.policy(number)?, unknown, encoder);
        Some(candidate)
    });
    candidates.collect()
}

/// A policy of a bucket that was reached, where it may cover the request.
pub(super) fn candidate(
    snapshot: &Snapshot,
    unknown: &Unknown,
    encoder: &Encoder<'_>,
    number: u32,
    by: Reached,
) -> Option<Candidate> {
    let policy = snapshot.policy(number)?;
    let action_open = unknown.covers(fixed::ACTION);
    let action = u32::try_from(encoder.frame().node(fixed::ACTION).index()).unwrap_or(u32::MAX);
    if !action_open && !policy.covers_action(action) {
        return None;
    }
    let open = Open {
        tenant: by.owner != 0 && unknown.covers(fixed::TENANT_ID),
        target: by.is_open,
        action: action_open && policy.role & role::SELECTIVE != 0,
    };
    let covers = if by.errs {
        Truths::ERROR
    } else if by.is_open {
        by_any_id(policy, (!action_open).then(|| own_entity(encoder.frame())))
    } else {
        Truths::TRUE
    };
    let either = |open: bool| if open { Truths::NO_ERROR } else { Truths::TRUE };
    let covers = covers.and(either(open.tenant)).and(either(open.action));
    Some(Candidate {
        number,
        covers,
        open,
    })
}

/// Reads what a policy reads and is known.
pub(super) fn read(policy: &Compiled, unknown: &Unknown, encoder: &mut Encoder<'_>) {
    for node in policy.reads.iter().map(|read| read.node()) {
        if !unknown.covers(node) {
            encoder.read(node);
        }
    }
}

/// Called with the number of a policy.
type Visit<'f, 'v> = &'f mut dyn FnMut(&mut Encoder<'v>, u32, Reached);

impl Finder {
    /// Visits each policy that may cover a request by its owner and its ids; several times where several targets match.
    pub(super) fn each<'v>(
        &mut self,
        snapshot: &Snapshot,
        unknown: &Unknown,
        encoder: &mut Encoder<'v>,
        visit: Visit<'_, 'v>,
    ) {
        let frame = encoder.frame();
        let (tenant, id) = (frame.node(fixed::TENANT), frame.node(fixed::TENANT_ID));
        let tenant = snapshot.owner(id_text(snapshot, encoder, fixed::TENANT, tenant, id));
        self.reached.clear();
        if unknown.covers(fixed::TENANT_ID) {
            for owner in 0..u32::try_from(snapshot.owners()).unwrap_or(u32::MAX) {
                self.reach(snapshot, unknown, encoder, owner);
            }
        } else {
            self.reach(snapshot, unknown, encoder, 0);
            if tenant != 0 {
                self.reach(snapshot, unknown, encoder, tenant);
            }
        }
        for &by in &self.reached {
            let part = part(snapshot, unknown, encoder, by.bucket);
            for bucket in std::iter::once(by.bucket).chain(part) {
                let always = snapshot.buckets.get(bucket).map_or(&[][..], |b| &b.always);
                for &number in always {
                    visit(encoder, number, by);
                }
            }
        }
    }

    /// The buckets of an owner at all scopes that may matter.
    fn reach(&mut self, snapshot: &Snapshot, unknown: &Unknown, encoder: &Encoder<'_>, owner: u32) {
        let Some(index) = snapshot.owner_index(owner) else {
            return;
        };
        let (reached, routed) = (&mut self.reached, &mut self.routed);
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
            if unknown.covers(id_node) {
                reach(all, true);
                continue;
            }
            let frame = encoder.frame();
            let (entity, id) = (frame.node(node), frame.node(id_node));
            match id_text(snapshot, encoder, node, entity, id) {
                Some(id) => {
                    snapshot.route(owner, number, id, routed);
                    routed.drain(..).for_each(|bucket| reach(bucket, false));
                }
                None if entity.tag == tag::NULL => {}
                None => reach(all | FAULT, false),
            }
        }
    }
}

/// The part of a bucket that the request's value leads to: every part where that is unknown.
fn part(
    snapshot: &Snapshot,
    unknown: &Unknown,
    encoder: &mut Encoder<'_>,
    bucket: BucketId,
) -> Option<BucketId> {
    let split = snapshot.buckets.get(bucket)?.split.as_ref()?;
    if unknown.covers(split.node) {
        return Some(split.rest);
    }
    part_of_split(snapshot, encoder, split)
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
