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
    pub(super) fn new(nodes: &Nodes, request: &Value, prefixes: &[Path]) -> Self {
        let mut paths: Vec<Path> = Vec::new();
        for path in prefixes.iter().filter_map(|path| settled(request, path)) {
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

/// The path, cut at the first place on its way that is no object.
fn settled(request: &Value, path: &Path) -> Option<Path> {
    let mut at = request;
    for (depth, name) in (1_usize..).zip(path.segments()) {
        match at.get(name) {
            Some(below @ Value::Object(_)) => at = below,
            _ => {
                return Path::from_segments(path.segments().iter().take(depth).cloned().collect())
                    .ok();
            }
        }
    }
    Some(path.clone())
}
