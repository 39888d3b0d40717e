//! Deciding from frames that are encoded already, to measure the core alone.

use crate::compile::{BucketId, fixed};
use crate::engine::Engine;
use crate::eval::{Encoder, Frame, Scratch, Stated, decide, invalid, routes, tag};
use crate::model::Value;

impl Engine {
    /// Encodes requests once; the function that it gives decides the one at a place, any number of
    /// times, and answers how many policies apply. For benchmarks alone.
    #[doc(hidden)]
    pub fn packed(&self, requests: &[Value]) -> impl FnMut(usize) -> Option<usize> + use<'_> {
        let snapshot = &self.snapshot;
        let pack = |request| {
            let mut encoder = Encoder::new(&snapshot.nodes, request);
            let mut picks = Vec::new();
            routes(snapshot, request, &mut encoder, &mut picks);
            let frame = encoder.into_frame();
            let stated = stated(&frame).filter(|_| invalid(snapshot, &frame).is_none());
            (frame, picks, stated)
        };
        let packed: Vec<(Frame, Vec<BucketId>, Option<Stated>)> =
            requests.iter().map(pack).collect();
        let mut scratch = Scratch::default();
        move |place| {
            let (frame, picks, stated) = packed.get(place)?;
            decide(snapshot, frame, picks, &[], *stated, &mut scratch);
            Some(scratch.outcome.hits.len())
        }
    }
}

/// What JavaScript says beside the frame of a request of the common kind: which entities it has.
fn stated(frame: &Frame) -> Option<Stated> {
    let mut has = 0;
    for (bit, node) in (fixed::TENANT..=fixed::RUN).step_by(2).enumerate() {
        match frame.node(node).tag {
            tag::NULL => {}
            tag::OBJECT if frame.node(node.saturating_add(1)).is_text() => has |= 1 << bit,
            _ => return None,
        }
    }
    (has & 1 == 1).then_some(Stated(has))
}
