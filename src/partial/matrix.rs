//! Many previews of requests that differ in a few members: what these have in common is read once.

use super::survey;
use super::unknown::Unknown;
use crate::compile::{NodeId, Nodes, Snapshot, fixed};
use crate::eval::{Encoder, Memo};
use crate::model::{Path, PreviewCell, Value};

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
    /// The members that have a value by now.
    chosen: Vec<(&'v str, &'v Value)>,
    memo: Memo,
    cells: Vec<PreviewCell>,
}

/// Previews a request with each value of each list at the member that it is for, without policies: all combinations,
/// those of the last list next to one another.
pub(crate) fn preview_many(
    snapshot: &Snapshot,
    request: &Value,
    prefixes: &[Path],
    vary: &[(String, Vec<Value>)],
) -> Vec<PreviewCell> {
    let nodes = &snapshot.nodes;
    let varies = |path: &Path| vary.iter().any(|(name, _)| name == path.head());
    let unknown = (!prefixes.iter().any(varies))
        .then(|| Unknown::new(nodes, prefixes, |name| request.get(name)));
    let mut matrix = Matrix {
        snapshot,
        request,
        prefixes,
        unknown,
        chosen: Vec::new(),
        memo: Memo::default(),
        cells: Vec::new(),
    };
    let vary: Vec<Varied<'_>> = vary.iter().map(|list| Varied::new(nodes, list)).collect();
    matrix.fill(&mut Encoder::new(nodes, request), &vary);
    matrix.cells
}

impl<'v> Matrix<'v> {
    fn fill(&mut self, encoder: &mut Encoder<'v>, vary: &[Varied<'v>]) {
        let Some((varied, others)) = vary.split_first() else {
            return self.cell(encoder);
        };
        // What is read of one value takes room until the list is through.
        let mut encoder = encoder.clone();
        for value in varied.values {
            if let Some(node) = varied.node {
                encoder.put(node, &varied.below, value);
            }
            self.chosen.push((varied.name, value));
            self.fill(&mut encoder, others);
            self.chosen.pop();
        }
    }

    fn cell(&mut self, encoder: &mut Encoder<'v>) {
        let member = |name: &str| {
            let chosen = self.chosen.iter().find(|(known, _)| *known == name);
            chosen.map_or_else(|| self.request.get(name), |(_, value)| Some(*value))
        };
        let own = match &self.unknown {
            Some(_) => None,
            None => Some(Unknown::new(&self.snapshot.nodes, self.prefixes, member)),
        };
        let Some(unknown) = own.as_ref().or(self.unknown.as_ref()) else {
            return;
        };
        let cell = survey(
            self.snapshot,
            encoder,
            unknown,
            &mut self.memo,
            &mut |_, _, _| {},
        );
        self.cells.push(cell);
    }
}
