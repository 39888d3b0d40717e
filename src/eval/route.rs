//! Routes: from the ids of a request to the buckets of policies that must be looked at.

use crate::compile::{BucketId, Constant, ENTITY_SCOPES, NodeId, Snapshot, Split, fixed};
use crate::eval::encode::Encoder;
use crate::eval::frame::{Cell, tag};
use crate::eval::memo::Memo;
use crate::eval::view::{Reader, View};
use crate::model::{Scope, Value};

/// Marks a picked bucket whose policies err in coverage.
pub(crate) const FAULT: u32 = 0x8000_0000;
/// Marks a pick that is no bucket but names its policies, which follow one another.
pub(crate) const RANGE: u32 = 0x4000_0000;
const RANGE_SHIFT: u32 = 24;
/// More policies are no range, nor are those with larger numbers.
const MAX_RANGE: u32 = 63;

/// A pick that names policies which follow one another; 0 where these don't.
#[cfg(target_arch = "wasm32")]
pub(crate) fn range(policies: &[u32]) -> u32 {
    let (Some(&first), Ok(len)) = (policies.first(), u32::try_from(policies.len())) else {
        return 0;
    };
    let follows = (first..)
        .zip(policies)
        .all(|(next, &policy)| next == policy);
    if !follows || len > MAX_RANGE || first >> RANGE_SHIFT != 0 {
        return 0;
    }
    RANGE | (len << RANGE_SHIFT) | first
}

/// The first policy of such a pick, and how many there are.
#[inline(always)]
pub(crate) fn range_of(pick: u32) -> (u32, u32) {
    (
        pick & ((1 << RANGE_SHIFT) - 1),
        (pick >> RANGE_SHIFT) & MAX_RANGE,
    )
}

/// The node of a scope's entity; its id is the next one.
pub(crate) fn entity(scope: Scope) -> NodeId {
    match scope {
        Scope::Global => fixed::ROOT,
        Scope::Tenant => fixed::TENANT,
        Scope::App => fixed::APP,
        Scope::Tool => fixed::TOOL,
        Scope::Workflow => fixed::WORKFLOW,
        Scope::Agent => fixed::AGENT,
    }
}

/// Reads a request as far as its policies need it; answers the buckets to look at.
pub(crate) fn routes(
    snapshot: &Snapshot,
    request: &Value,
    encoder: &mut Encoder<'_>,
    picks: &mut Vec<BucketId>,
) {
    let id = |entity: &str| {
        request
            .get(entity)
            .and_then(|e| e.get("id"))
            .and_then(Value::as_str)
    };
    let tenant = snapshot.owner(id("tenant"));
    let owners = if tenant == 0 {
        &[0][..]
    } else {
        &[0, tenant][..]
    };
    for &owner in owners {
        let Some(index) = snapshot.owner_index(owner) else {
            continue;
        };
        picks.extend(index.global);
        for (number, (&scope, filed)) in ENTITY_SCOPES.iter().zip(&index.scopes).enumerate() {
            let Some(all) = filed.all else { continue };
            let node = entity(scope);
            let (entity, id) = (
                encoder.frame().node(node),
                encoder.frame().node(node.saturating_add(1)),
            );
            match id_text(snapshot, encoder, node, entity, id) {
                Some(id) => snapshot.route(owner, number, id, picks),
                None if entity.tag == tag::NULL => {}
                None => picks.push(all | FAULT),
            }
        }
    }
    follow_splits(snapshot, encoder, picks);
    let action = u32::try_from(encoder.frame().node(fixed::ACTION).index()).unwrap_or(u32::MAX);
    for &pick in &*picks {
        let always = snapshot
            .buckets
            .get(pick & !FAULT)
            .map_or(&[][..], |b| &b.always);
        for policy in always.iter().filter_map(|&p| snapshot.policy(p)) {
            if policy.covers_action(action) {
                policy
                    .reads
                    .iter()
                    .for_each(|read| encoder.read(read.node()));
            }
        }
    }
}

/// The id of an entity, where it has one.
pub(crate) fn id_text<'a>(
    snapshot: &'a Snapshot,
    encoder: &'a Encoder<'_>,
    node: NodeId,
    entity: Cell,
    id: Cell,
) -> Option<&'a str> {
    if entity.tag != tag::OBJECT {
        return None;
    }
    match id.tag {
        tag::STRING => encoder.frame().text(id),
        tag::INTERNED => {
            let known = snapshot.nodes.get(node.saturating_add(1))?;
            known.literal(u32::try_from(id.index()).ok()?)
        }
        _ => None,
    }
}

/// Adds to each split bucket the part that the request's value belongs to.
fn follow_splits(snapshot: &Snapshot, encoder: &mut Encoder<'_>, picks: &mut Vec<BucketId>) {
    let mut at = 0_usize;
    while let Some(&pick) = picks.get(at) {
        at = at.saturating_add(1);
        let Some(split) = snapshot
            .buckets
            .get(pick & !FAULT)
            .and_then(|b| b.split.as_ref())
        else {
            continue;
        };
        let part = part_of_split(snapshot, encoder, split);
        picks.extend(part.map(|bucket| bucket | (pick & FAULT)));
    }
}

/// The part of a split bucket that the request's value belongs to.
pub(crate) fn part_of_split(
    snapshot: &Snapshot,
    encoder: &mut Encoder<'_>,
    split: &Split,
) -> Option<BucketId> {
    encoder.read(split.node);
    let memo = Memo::default();
    let reader = Reader {
        snapshot,
        frame: encoder.frame(),
        memo: &memo,
    };
    let value = reader
        .view(split.node, None)
        .ok()
        .filter(|v| v.kind() == Some(split.kind));
    match value {
        Some(View::Bool(b)) => split.child(Constant::Bool(b)),
        Some(View::Number(n)) => split.child(Constant::Number(n)),
        Some(View::Text(text)) => reader
            .literal_of(&text, split.node)
            .and_then(|literal| split.child(Constant::Text(literal))),
        _ => Some(split.rest),
    }
}
