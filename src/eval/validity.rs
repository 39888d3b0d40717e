//! Validity: what must hold of a request before any policy is asked.

use crate::compile::{NodeId, Snapshot, fixed};
use crate::eval::encode::Encoder;
use crate::eval::frame::{Cell, Frame, tag};
use crate::eval::trouble::path_of;
use crate::model::{MAX_TIME_MS, Value};

/// The entities of a request of the common kind, as its encoder found them: those with a bit are
/// objects with a string id, the tenant's not empty; the others are `null`. In the order of nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stated(pub(crate) u32);

impl Stated {
    fn has(self, entity: NodeId) -> bool {
        let place = entity.saturating_sub(fixed::TENANT) >> 1;
        self.0.checked_shr(place).is_some_and(|bits| bits & 1 == 1)
    }
}

/// The field that makes a request invalid, if any does.
pub(crate) fn invalid_field(snapshot: &Snapshot, request: &Value) -> Option<String> {
    let frame = Encoder::new(&snapshot.nodes, request).into_frame();
    let path = path_of(snapshot, invalid(snapshot, &frame)?, None);
    Some(path.map_or_else(|| "the request".to_owned(), |path| path.to_string()))
}

/// The first thing that makes a request invalid, if anything does.
pub(crate) fn invalid(snapshot: &Snapshot, frame: &Frame) -> Option<NodeId> {
    if frame.node(fixed::ROOT).tag != tag::OBJECT {
        return Some(fixed::ROOT);
    }
    invalid_action_or_time(snapshot, frame)
        .or_else(|| invalid_entity(snapshot, frame, own_entity(frame)))
}

/// The first thing that makes a request invalid whatever its action is, if anything does.
pub(crate) fn invalid_under_any_action(snapshot: &Snapshot, frame: &Frame) -> Option<NodeId> {
    if frame.node(fixed::ROOT).tag != tag::OBJECT {
        return Some(fixed::ROOT);
    }
    invalid_time(frame).or_else(|| invalid_entity(snapshot, frame, fixed::ROOT))
}

/// What is amiss with the entities, of which one may have to be there.
fn invalid_entity(snapshot: &Snapshot, frame: &Frame, own: NodeId) -> Option<NodeId> {
    let tenant_id = frame.node(fixed::TENANT_ID);
    if frame.node(fixed::TENANT).tag != tag::OBJECT
        || !tenant_id.is_text()
        || is_empty(snapshot, tenant_id)
    {
        return Some(fixed::TENANT_ID);
    }
    let entities = [
        fixed::APP,
        fixed::USER,
        fixed::WORKFLOW,
        fixed::AGENT,
        fixed::TOOL,
        fixed::RUN,
    ];
    for node in entities {
        let id_node = node.saturating_add(1);
        let (is_object, id) = (frame.node(node).tag == tag::OBJECT, frame.node(id_node));
        let ok = match (is_object, node == own) {
            (true, true) => id.is_text(),
            (false, true) => false,
            (true, false) => id.is_text() || id.is_absent(),
            (false, false) => true,
        };
        if !ok {
            return Some(id_node);
        }
    }
    invalid_mode(frame)
}

/// The same for a request of the common kind, of which fewer cells are written.
pub(crate) fn invalid_though_common(
    snapshot: &Snapshot,
    frame: &Frame,
    stated: Stated,
) -> Option<NodeId> {
    if let Some(node) = invalid_action_or_time(snapshot, frame) {
        return Some(node);
    }
    let own = own_entity(frame);
    if own != fixed::ROOT && !stated.has(own) {
        return Some(own.saturating_add(1));
    }
    invalid_mode(frame)
}

#[inline(always)]
fn invalid_action_or_time(snapshot: &Snapshot, frame: &Frame) -> Option<NodeId> {
    let action = frame.node(fixed::ACTION);
    if action.tag != tag::INTERNED || action.index() >= snapshot.actions.len() {
        return Some(fixed::ACTION);
    }
    invalid_time(frame)
}

#[inline(always)]
fn invalid_time(frame: &Frame) -> Option<NodeId> {
    let now = frame.node(fixed::NOW);
    // A NaN is neither whole nor within.
    let whole = now.number().fract() == 0.0 && now.number().abs() <= MAX_TIME_MS;
    (now.tag != tag::NUMBER || !whole).then_some(fixed::NOW)
}

/// The entity that an action is about; the root for an action without one.
#[inline(always)]
pub(crate) fn own_entity(frame: &Frame) -> NodeId {
    match frame.node(fixed::ACTION).index() {
        0 => fixed::WORKFLOW,
        1 => fixed::TOOL,
        2 => fixed::AGENT,
        _ => fixed::ROOT,
    }
}

#[inline(always)]
fn invalid_mode(frame: &Frame) -> Option<NodeId> {
    let mode = frame.node(fixed::RUN_MODE);
    let known = mode.is_absent() || (mode.tag == tag::INTERNED && mode.index() <= 1);
    (frame.node(fixed::RUN).tag == tag::OBJECT && !known).then_some(fixed::RUN_MODE)
}

fn is_empty(snapshot: &Snapshot, id: Cell) -> bool {
    match id.tag {
        tag::INTERNED => {
            let literal = u32::try_from(id.index()).unwrap_or(u32::MAX);
            let known = snapshot
                .nodes
                .get(fixed::TENANT_ID)
                .and_then(|n| n.literal(literal));
            known.is_none_or(str::is_empty)
        }
        _ => id.len == 0,
    }
}
