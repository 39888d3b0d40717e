//! The fields that are not known.

use super::outlook::Cell;
use super::overlay::{Overlay, difference};
use crate::compile::{NodeId, Nodes, Step, fixed};
use crate::model::{Path, Value};

/// What makes a request invalid if it is not as it must be.
const VALIDITY: [NodeId; 10] = [
    fixed::ACTION,
    fixed::NOW,
    fixed::TENANT_ID,
    fixed::APP_ID,
    fixed::USER_ID,
    fixed::WORKFLOW_ID,
    fixed::AGENT_ID,
    fixed::TOOL_ID,
    fixed::RUN_ID,
    fixed::RUN_MODE,
];

/// Unknown fields, each with all below it.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) paths: Vec<Path>,
    /// By node, whether it is one of them or below one.
    lacking: Vec<bool>,
    /// Whether a value of them can make a request invalid.
    pub(super) may_invalidate: bool,
    /// Whether any is one that is read of every request.
    pub(super) is_of_fixed: bool,
    /// The objects that they lie in.
    around: Vec<NodeId>,
}

impl Unknown {
    /// A field that lies in no object of the request makes all of that place unknown.
    ///
    /// `member` finds a top-level member of the request.
    pub(super) fn new<'v>(
        nodes: &Nodes,
        prefixes: &[Path],
        member: impl Fn(&str) -> Option<&'v Value>,
    ) -> Self {
        let mut paths: Vec<Path> = Vec::new();
        for path in prefixes
            .iter()
            .filter_map(|path| settled(member(path.head()), path))
        {
            if paths.iter().any(|known| is_at_or_below(&path, known)) {
                continue;
            }
            paths.retain(|known| !is_at_or_below(known, &path));
            paths.push(path);
        }
        let mut unknown = Self {
            paths,
            lacking: vec![false; nodes.len()],
            may_invalidate: false,
            is_of_fixed: false,
            around: Vec::new(),
        };
        for path in &unknown.paths {
            let (mut around, mut at) = (None, Some(fixed::ROOT));
            for name in path.segments() {
                around = at;
                at = at.and_then(|parent| nodes.member_of(parent, name));
            }
            unknown.around.extend(around);
            if let Some(lacking) = at.and_then(|at| unknown.lacking.get_mut(at as usize)) {
                *lacking = true;
            }
        }
        if unknown.lacking.contains(&true) {
            unknown.spread(nodes);
        }
        unknown.is_of_fixed = (fixed::ROOT..=fixed::RUN_ROOT_ID).any(|at| unknown.covers(at));
        unknown.may_invalidate = VALIDITY.into_iter().any(|node| unknown.covers(node));
        unknown
    }

    /// All is unknown but the members that are given, and in these the given fields are.
    pub(super) fn but_for(nodes: &Nodes, known: &Value, prefixes: &[Path]) -> Self {
        let is_given = |path: &&Path| known.get(path.head()).is_some();
        let within = prefixes.iter().filter(is_given).cloned();
        let others = (0..NodeId::try_from(nodes.len()).unwrap_or(NodeId::MAX)).filter_map(|at| {
            let node = nodes.get(at).filter(|node| node.parent == fixed::ROOT)?;
            match &node.step {
                Step::Member(name) if known.get(name).is_none() => {
                    Path::from_segments(vec![name.clone()]).ok()
                }
                _ => None,
            }
        });
        let all: Vec<Path> = within.chain(others).collect();
        let mut unknown = Self::new(nodes, &all, |name| known.get(name));
        unknown.paths.retain(|path| is_given(&path));
        unknown
    }

    /// The cell of a request outside of what a residual is for. Where an unknown value may lead there, a deny is possible.
    pub(super) fn hold_against<'v>(
        &mut self,
        overlay: Option<&Overlay<'_>>,
        member: &dyn Fn(&str) -> Option<&'v Value>,
    ) -> Option<Cell> {
        let overlay = overlay?;
        let is_known = |path: &Path| overlay.known.get(path.head()).is_some();
        self.may_invalidate |= self.paths.iter().any(is_known);
        difference(overlay, &self.paths, member).map(|_| Cell::OUTSIDE)
    }

    /// Parents have smaller numbers than what is below them.
    fn spread(&mut self, nodes: &Nodes) {
        for at in 0..self.lacking.len() {
            let id = NodeId::try_from(at).unwrap_or(NodeId::MAX);
            let around = nodes.get(id).is_some_and(|node| self.covers(node.parent));
            if let Some(lacking) = self.lacking.get_mut(at) {
                *lacking |= around;
            }
        }
    }

    /// Whether the value at a node may be any.
    pub(super) fn covers(&self, node: NodeId) -> bool {
        self.lacking.get(node as usize).is_some_and(|lacks| *lacks)
    }

    /// Whether some members of the object at a node are unknown.
    pub(super) fn lies_in(&self, node: NodeId) -> bool {
        self.around.contains(&node)
    }
}

fn is_at_or_below(path: &Path, prefix: &Path) -> bool {
    path.segments().starts_with(prefix.segments())
}

/// The path, cut at the first place on its way that is no object; `at` is what stands at its head.
fn settled(mut at: Option<&Value>, path: &Path) -> Option<Path> {
    let mut names = Vec::new();
    for name in path.segments() {
        if !names.is_empty() {
            at = at.and_then(|around| around.get(name));
        }
        names.push(name.clone());
        if !matches!(at, Some(Value::Object(_))) {
            break;
        }
    }
    Path::from_segments(names).ok()
}
