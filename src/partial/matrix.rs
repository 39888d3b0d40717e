//! Many previews of requests that differ in a few members: what these have in common is read once.

use super::candidates::{Finder, Reached, candidate, read};
use super::outcome::{Outcome, outcome};
use super::outlook::{Cell, Outlook};
use super::overlay::Overlay;
use super::plain::plain as plainly;
use super::truths::Truths;
use super::unknown::Unknown;
use super::{asked, invalid_cell, known};
use crate::compile::{NodeId, Nodes, Snapshot, fixed, role};
use crate::eval::{Encoder, Memo};
use crate::model::{Path, Value};

/// A member of the request that varies.
struct Varied<'v> {
    name: &'v str,
    values: &'v [Value],
    /// Its node, where any policy reads it or what is below, and all nodes below that.
    node: Option<NodeId>,
    below: Vec<NodeId>,
}

impl<'v> Varied<'v> {
    fn new(nodes: &Nodes, (name, values): &'v (String, Vec<Value>)) -> Self {
        let node = nodes.member_of(fixed::ROOT, name);
        let all = 0..NodeId::try_from(nodes.len()).unwrap_or(NodeId::MAX);
        let is_below =
            |at: &NodeId| node.is_some_and(|n| *at != n && nodes.lineage(*at).any(|a| a == n));
        Self {
            name,
            values,
            node,
            below: all.filter(is_below).collect(),
        }
    }
}

struct Matrix<'v> {
    snapshot: &'v Snapshot,
    request: &'v Value,
    prefixes: &'v [Path],
    /// What is unknown, where no member that varies has a say in that.
    unknown: Option<Unknown>,
    overlay: Option<&'v Overlay<'v>>,
    /// The members that have a value by now.
    chosen: Vec<(&'v str, &'v Value)>,
    finder: Finder,
    memo: Memo,
    cells: Vec<Cell>,
}

/// Previews a request with each value of each list at the member that it is for, without policies: all combinations,
/// those of the last list next to one another.
pub(crate) fn preview_many(
    snapshot: &Snapshot,
    request: &Value,
    prefixes: &[Path],
    vary: &[(String, Vec<Value>)],
    overlay: Option<&Overlay<'_>>,
) -> Vec<Cell> {
    let nodes = &snapshot.nodes;
    let varies = |path: &Path| vary.iter().any(|(name, _)| name == path.head());
    let unknown = (!prefixes.iter().any(varies))
        .then(|| Unknown::new(nodes, prefixes, |name| request.get(name)));
    let mut matrix = Matrix {
        snapshot,
        request,
        prefixes,
        unknown,
        overlay,
        chosen: Vec::new(),
        finder: Finder::default(),
        memo: Memo::default(),
        cells: Vec::new(),
    };
    let vary: Vec<Varied<'_>> = vary.iter().map(|list| Varied::new(nodes, list)).collect();
    let mut encoder = Encoder::new(nodes, request);
    let all: Vec<NodeId> = (0..NodeId::try_from(nodes.len()).unwrap_or(NodeId::MAX)).collect();
    matrix.read(&mut encoder, &all);
    matrix.fill(&encoder, &vary);
    matrix.cells
}

impl<'v> Matrix<'v> {
    fn fill(&mut self, encoder: &Encoder<'v>, vary: &[Varied<'v>]) {
        let mut encoder = encoder.clone();
        let Some((varied, others)) = vary.split_first() else {
            return self.add(&mut encoder);
        };
        let mark = encoder.mark();
        for value in varied.values {
            if let Some(node) = varied.node {
                encoder.rewind(mark);
                encoder.put(node, &varied.below, value);
                self.read(&mut encoder, &varied.below);
            }
            self.chosen.push((varied.name, value));
            if others.is_empty() && self.unknown.is_some() {
                self.add(&mut encoder);
            } else if others.is_empty() {
                // What it reads is of this cell: going back to the mark would leave places whose bytes are gone.
                self.add(&mut encoder.clone());
            } else {
                self.fill(&encoder, others);
            }
            self.chosen.pop();
        }
    }

    /// Reads all that is known, so that nothing is read later.
    fn read(&self, encoder: &mut Encoder<'v>, nodes: &[NodeId]) {
        if let Some(unknown) = &self.unknown {
            for &node in nodes.iter().filter(|node| !unknown.covers(**node)) {
                encoder.read(node);
            }
        }
    }

    fn add(&mut self, encoder: &mut Encoder<'v>) {
        let member = |name: &str| {
            let chosen = self.chosen.iter().find(|(known, _)| *known == name);
            chosen.map_or_else(|| self.request.get(name), |(_, value)| Some(*value))
        };
        let mut own = match &self.unknown {
            Some(_) => None,
            None => Some(Unknown::new(&self.snapshot.nodes, self.prefixes, member)),
        };
        let plain = own.is_none();
        let Some(unknown) = own.as_mut().or(self.unknown.as_mut()) else {
            return;
        };
        if let Some(outside) = unknown.hold_against(self.overlay, &member) {
            return self.cells.push(outside);
        }
        // What is unknown in each cell alone is not read beforehand.
        let plain = plain && !unknown.is_of_fixed;
        let (finder, memo) = (&mut self.finder, &mut self.memo);
        let outlook = Outlook::new(unknown.may_invalidate, self.overlay);
        let cell = cell(
            self.snapshot,
            encoder,
            (unknown, plain),
            outlook,
            (finder, memo),
        );
        self.cells.push(cell);
    }
}

/// One cell. In which order policies are looked at, and how often, makes no difference to it. `plain` is whether the cells of
/// a frame that hold something are all known.
fn cell(
    snapshot: &Snapshot,
    encoder: &mut Encoder<'_>,
    (unknown, plain): (&Unknown, bool),
    mut outlook: Outlook,
    (finder, memo): (&mut Finder, &mut Memo),
) -> Cell {
    if let Some(cell) = invalid_cell(snapshot, encoder.frame(), unknown) {
        return cell;
    }
    memo.reset(snapshot.nodes.len());
    let mut visit = |encoder: &mut Encoder<'_>, number, by: Reached| {
        let Some(head) = snapshot.hot.head(number) else {
            return;
        };
        // Most policies need no look at their trees, and those that don't apply none at what they ask for.
        if plain && by.covers() && head.role & role::SELECTIVE == 0 {
            let jumps = snapshot.hot.code(head);
            let truth = plainly(snapshot, jumps, encoder.frame(), unknown);
            let asks = head.role & (role::ASKS | role::LIMITS) != 0;
            if let Some(truth) = truth.filter(|truth| !asks || *truth == Truths::FALSE) {
                return outlook.add(head.role, Outcome::of(truth));
            }
        }
        let candidate = candidate(snapshot, unknown, encoder, number, by);
        if let (Some(candidate), Some(policy)) = (candidate, snapshot.policy(number)) {
            if !plain {
                read(policy, unknown, encoder);
            }
            let known = known(snapshot, encoder, memo, unknown);
            outlook.add(policy.role, outcome(known, policy, candidate));
        }
    };
    finder.each(snapshot, unknown, encoder, &mut visit);
    outlook.cell(asked(known(snapshot, encoder, memo, unknown)))
}
