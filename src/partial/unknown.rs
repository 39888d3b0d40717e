//! The fields that are not known.

use crate::compile::{NodeId, Nodes, fixed};
use crate::model::{Path, Value};

/// Unknown fields, each with all below it.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) paths: Vec<Path>,
    /// The nodes of those that any policy reads at or below.
    roots: Vec<NodeId>,
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
            roots: Vec::new(),
            around: Vec::new(),
        };
        for path in &unknown.paths {
            let mut at = Some(fixed::ROOT);
            for name in path.segments() {
                unknown.around.extend(at);
                at = at.and_then(|parent| nodes.member_of(parent, name));
            }
            unknown.roots.extend(at);
        }
        unknown
    }

    /// Whether anything is unknown of which a value may be read.
    pub(super) fn covers(&self, nodes: &Nodes, node: NodeId) -> bool {
        !self.roots.is_empty() && nodes.lineage(node).any(|at| self.roots.contains(&at))
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
