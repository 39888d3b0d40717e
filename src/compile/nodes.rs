//! Nodes: the places in a request that policies read.
//!
//! A node is a parent and a step from it. Parents have smaller numbers than their children, so a
//! list of nodes in ascending order can be read from the root outwards, each property once.

use crate::model::Names;
use crate::model::{Derivation, Path};

/// The number of a node.
pub(crate) type NodeId = u32;

/// How a node is reached from its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The request itself.
    Root,
    /// A member of an object; of each element, where the parent is a column.
    Member(Box<str>),
    /// The elements of an array: a column.
    Elements,
    /// The member names of an object: a column.
    Keys,
    /// What `as` makes of the parent. Known to the core alone.
    Derived(Derivation),
}

impl Step {
    /// What tells it from the other steps from the same parent.
    fn key(&self) -> Key<'_> {
        match self {
            Self::Root => (0, ""),
            Self::Member(name) => (MEMBER, name),
            Self::Elements => ELEMENTS,
            Self::Keys => (3, ""),
            Self::Derived(derivation) => (4, derivation.name()),
        }
    }
}

/// A kind of step, and its name.
type Key<'a> = (u8, &'a str);
const MEMBER: u8 = 1;
const ELEMENTS: Key<'_> = (2, "");

/// A place in a request.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: NodeId,
    pub(crate) step: Step,
    /// Whether it holds one value for each element of an array.
    pub(crate) column: bool,
    /// Of elements and keys: in a longer array nobody looks at any of them.
    pub(crate) max_len: u32,
    /// The strings it is compared with, and their numbers.
    literals: Vec<Box<str>>,
    literal_ids: Names,
    /// In the order of their steps.
    children: Vec<NodeId>,
}

/// Above so many literals a node's strings are compared in the core.
pub(crate) const MAX_INTERNED: usize = 256;

/// The fixed nodes, in the order of [`FIXED`].
pub(crate) mod fixed {
    use super::NodeId;
    pub(crate) const ROOT: NodeId = 0;
    pub(crate) const ACTION: NodeId = 1;
    pub(crate) const NOW: NodeId = 2;
    pub(crate) const TENANT: NodeId = 3;
    pub(crate) const TENANT_ID: NodeId = 4;
    pub(crate) const APP: NodeId = 5;
    pub(crate) const APP_ID: NodeId = 6;
    pub(crate) const USER: NodeId = 7;
    pub(crate) const USER_ID: NodeId = 8;
    pub(crate) const WORKFLOW: NodeId = 9;
    pub(crate) const WORKFLOW_ID: NodeId = 10;
    pub(crate) const AGENT: NodeId = 11;
    pub(crate) const AGENT_ID: NodeId = 12;
    pub(crate) const TOOL: NodeId = 13;
    pub(crate) const TOOL_ID: NodeId = 14;
    pub(crate) const RUN: NodeId = 15;
    pub(crate) const RUN_ID: NodeId = 16;
    pub(crate) const RUN_MODE: NodeId = 17;
    pub(crate) const RUN_ROOT_ID: NodeId = 18;
}

/// Every request has these read, in this order: (parent, name).
const FIXED: [(NodeId, &str); 18] = [
    (0, "action"),
    (0, "now"),
    (0, "tenant"),
    (3, "id"),
    (0, "app"),
    (5, "id"),
    (0, "user"),
    (7, "id"),
    (0, "workflow"),
    (9, "id"),
    (0, "agent"),
    (11, "id"),
    (0, "tool"),
    (13, "id"),
    (0, "run"),
    (15, "id"),
    (15, "mode"),
    (15, "root_id"),
];

/// The names of the modes, interned at `run.mode` in this order.
pub(crate) const MODES: [&str; 2] = ["draft", "auto"];

/// All nodes of a policy set.
#[derive(Debug)]
pub(crate) struct Nodes {
    nodes: Vec<Node>,
}

impl Nodes {
    /// The fixed nodes, with the names of actions and modes interned.
    pub(crate) fn new(actions: &[String]) -> Self {
        let mut nodes = Self { nodes: Vec::new() };
        nodes.push(0, Step::Root, false);
        for (parent, name) in FIXED {
            nodes.member(parent, name);
        }
        for action in actions {
            nodes.intern(fixed::ACTION, action);
        }
        for mode in MODES {
            nodes.intern(fixed::RUN_MODE, mode);
        }
        nodes
    }

    fn push(&mut self, parent: NodeId, step: Step, column: bool) -> NodeId {
        let id = NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX);
        self.nodes.push(Node {
            parent,
            step,
            column,
            max_len: 0,
            literals: Vec::new(),
            literal_ids: Names::default(),
            children: Vec::new(),
        });
        id
    }

    /// Where among the children of a node the one of a step is, or belongs.
    fn find(&self, parent: NodeId, key: Key<'_>) -> Result<NodeId, usize> {
        let children = self.get(parent).map_or(&[][..], |node| &node.children);
        let at = children.binary_search_by(|&child| {
            let step = self.get(child).map_or(&Step::Root, |node| &node.step);
            step.key().cmp(&key)
        })?;
        children.get(at).copied().ok_or(at)
    }

    /// The node one step from another; made if it is new.
    pub(crate) fn child(&mut self, parent: NodeId, step: Step) -> NodeId {
        match self.find(parent, step.key()) {
            Ok(child) => child,
            Err(at) => self.insert(parent, step, at),
        }
    }

    fn insert(&mut self, parent: NodeId, step: Step, at: usize) -> NodeId {
        let column = matches!(step, Step::Elements | Step::Keys)
            || self.get(parent).is_some_and(|p| p.column);
        let id = self.push(parent, step, column);
        if let Some(parent) = self.nodes.get_mut(parent as usize) {
            parent.children.insert(at, id);
        }
        id
    }

    fn member(&mut self, parent: NodeId, name: &str) -> NodeId {
        match self.find(parent, (MEMBER, name)) {
            Ok(child) => child,
            Err(at) => self.insert(parent, Step::Member(name.into()), at),
        }
    }

    /// The node of a member, where any policy reads it or what is below.
    pub(crate) fn member_of(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        self.find(parent, (MEMBER, name)).ok()
    }

    /// The node of a path from another node.
    pub(crate) fn path(&mut self, from: NodeId, path: &Path) -> NodeId {
        path.segments()
            .iter()
            .fold(from, |at, name| self.member(at, name))
    }

    #[inline(always)]
    pub(crate) fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node of an array's elements, where any policy reads them.
    pub(crate) fn elements_of(&self, id: NodeId) -> Option<NodeId> {
        self.find(id, ELEMENTS).ok()
    }

    /// The node and its ancestors but the root, innermost first.
    pub(crate) fn lineage(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), |&at| self.get(at).map(|n| n.parent))
            .take_while(|&at| at != fixed::ROOT)
    }

    /// Notes that arrays of up to so many elements are looked at.
    pub(crate) fn allow_len(&mut self, id: NodeId, len: usize) {
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.max_len = node.max_len.max(u32::try_from(len).unwrap_or(u32::MAX));
        }
    }

    /// The number of a string literal at a node; made if it is new.
    pub(crate) fn intern(&mut self, id: NodeId, text: &str) -> u32 {
        let Some(node) = self.nodes.get_mut(id as usize) else {
            return u32::MAX;
        };
        if let Some(&literal) = node.literal_ids.get(text) {
            return literal;
        }
        let literal = u32::try_from(node.literals.len()).unwrap_or(u32::MAX);
        node.literals.push(text.into());
        node.literal_ids.insert(text.into(), literal);
        literal
    }
}

impl Node {
    /// The number of a string among this node's literals.
    pub(crate) fn literal_id(&self, text: &str) -> Option<u32> {
        self.literal_ids.get(text).copied()
    }

    /// The literal of a number.
    pub(crate) fn literal(&self, id: u32) -> Option<&str> {
        self.literals.get(id as usize).map(|s| &**s)
    }

    /// The literals, where they are few enough for the encoder to number strings by them.
    pub(crate) fn interned(&self) -> Option<&[Box<str>]> {
        (self.literals.len() <= MAX_INTERNED).then_some(&self.literals)
    }
}
