//! Programs: conditions with every path resolved to a node and every literal made ready.

use std::cmp::Ordering;

use crate::compile::nodes::{NodeId, Nodes, Step, fixed};
use crate::derive::{Glob, fold, parse_rfc3339};
use crate::model::{
    Address, Condition, Derivation, Inclusion, Leaf, List, Literal, MAX_CELLS, MAX_ELEMENTS,
    Operand, Order, PatternKind, Scalar, Test, sorted_set,
};
use crate::validate::folder;

/// A condition, compiled; the order of the source is kept.
#[derive(Debug)]
pub(crate) enum Expr {
    All(Box<[Expr]>),
    Any(Box<[Expr]>),
    Not(Box<Expr>),
    Probe(Box<Probe>),
}

/// A leaf, compiled.
#[derive(Debug)]
pub(crate) struct Probe {
    /// Its place among the policy's leaves, in document order.
    pub(crate) index: u32,
    /// The node it reads.
    pub(crate) node: NodeId,
    pub(crate) default: Option<Literal>,
    pub(crate) derivation: Option<Derivation>,
    /// Where the value that is tested is numbered and kept: the node, or what was derived of it.
    pub(crate) place: NodeId,
    /// The column of the array's elements, for tests of arrays.
    pub(crate) elements: NodeId,
    pub(crate) check: Check,
}

/// A literal, made ready to compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Constant {
    Bool(bool),
    Number(f64),
    /// The number of a string at the node it is compared at.
    Text(u32),
}

/// Literals of one kind.
#[derive(Debug)]
pub(crate) enum Constants {
    Bools {
        yes: bool,
        no: bool,
    },
    /// In ascending order.
    Numbers(Box<[f64]>),
    /// Literal numbers in ascending order.
    Texts(Box<[u32]>),
}

/// What a probe asks.
#[derive(Debug)]
pub(crate) enum Check {
    Equals {
        negated: bool,
        right: Constant,
    },
    EqualsField {
        negated: bool,
        right: NodeId,
    },
    Compares {
        order: Order,
        right: f64,
    },
    ComparesField {
        order: Order,
        right: NodeId,
    },
    In {
        negated: bool,
        right: Constants,
    },
    InField {
        negated: bool,
        right: NodeId,
    },
    Includes(Constant),
    IncludesField(NodeId),
    IncludesSome {
        inclusion: Inclusion,
        right: Constants,
    },
    Pattern {
        kind: PatternKind,
        patterns: Box<[Box<str>]>,
        ignore_case: bool,
    },
    Matches {
        globs: Box<[Glob]>,
        bytes: u64,
        ignore_case: bool,
    },
    Within(Box<[Box<str>]>),
    Exists(bool),
    Quantified {
        every: bool,
        body: Expr,
        leaves: usize,
    },
}

/// A node that a program reads: whether its value is needed, or only the way through it, and
/// whether strings are needed in full. In one number, since lists of these are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read(u32);

const VALUE: u32 = 2;
const BYTES: u32 = 1;

impl Read {
    /// The value of a node.
    pub(crate) fn value(node: NodeId, bytes: bool) -> Self {
        Self((node << 2) | VALUE | if bytes { BYTES } else { 0 })
    }

    /// The way through a node to others below.
    pub(crate) fn passage(node: NodeId) -> Self {
        Self(node << 2)
    }

    pub(crate) fn node(self) -> NodeId {
        self.0 >> 2
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn needs_value(self) -> bool {
        self.0 & VALUE != 0
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn needs_bytes(self) -> bool {
        self.0 & BYTES != 0
    }
}

/// What was read, each node once, in ascending order, with all that anyone needs of it.
pub(crate) fn merged(reads: impl Iterator<Item = Read>) -> Vec<Read> {
    let mut merged: Vec<Read> = Vec::new();
    for read in sorted_set(reads.map(|read| read.0).collect())
        .into_iter()
        .map(Read)
    {
        match merged.last_mut() {
            Some(last) if last.node() == read.node() => last.0 |= read.0,
            _ => merged.push(read),
        }
    }
    merged
}

/// A double in the order of all doubles. No literal is a NaN.
#[derive(PartialEq)]
struct Total(f64);

impl Eq for Total {}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compiles conditions of one policy, and gathers what they read.
pub(crate) struct Compiler<'a> {
    nodes: &'a mut Nodes,
    reads: Vec<Read>,
    leaves: u32,
    /// The elements of the quantifier around.
    element: NodeId,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(nodes: &'a mut Nodes) -> Self {
        Self {
            nodes,
            reads: Vec::new(),
            leaves: 0,
            element: fixed::ROOT,
        }
    }

    /// What was read, ancestors included, each node once, in ascending order.
    pub(crate) fn finish(self) -> Box<[Read]> {
        merged(self.reads.into_iter()).into()
    }

    /// Marks a node, and all on the way to it, as read.
    pub(crate) fn read(&mut self, node: NodeId, bytes: bool) {
        let reads = self.nodes.lineage(node).map(|at| {
            if at == node {
                Read::value(at, bytes)
            } else {
                Read::passage(at)
            }
        });
        self.reads.extend(reads);
    }

    /// Reads a path from the root.
    pub(crate) fn field(&mut self, path: &crate::model::Path, bytes: bool) -> NodeId {
        let node = self.nodes.path(fixed::ROOT, path);
        self.read(node, bytes);
        node
    }

    pub(crate) fn expr(&mut self, condition: &Condition) -> Expr {
        match condition {
            Condition::All(children) => Expr::All(children.iter().map(|c| self.expr(c)).collect()),
            Condition::Any(children) => Expr::Any(children.iter().map(|c| self.expr(c)).collect()),
            Condition::Not(child) => Expr::Not(Box::new(self.expr(child))),
            Condition::Leaf(leaf) => Expr::Probe(Box::new(self.probe(leaf))),
        }
    }

    fn probe(&mut self, leaf: &Leaf) -> Probe {
        let index = self.leaves;
        self.leaves = self.leaves.saturating_add(1);
        let node = match &leaf.address {
            Address::Field(path) => self.nodes.path(fixed::ROOT, path),
            Address::Element => self.element,
            Address::Item(path) => self.nodes.path(self.element, path),
        };
        // A path is normalised before it is asked to lie within another.
        let derivation = match (leaf.derivation, &leaf.test) {
            (None, Test::Within { .. }) => Some(Derivation::FilePath),
            (derivation, _) => derivation,
        };
        self.read(node, needs_bytes(derivation, &leaf.test));
        let place = match derivation {
            None => node,
            Some(Derivation::Keys) => self.nodes.child(node, Step::Keys),
            Some(d) => self.nodes.child(node, Step::Derived(d)),
        };
        let elements = match (derivation, &leaf.test) {
            (Some(Derivation::Keys), _) => place,
            (_, Test::Includes(_) | Test::IncludesSome { .. } | Test::Quantified { .. }) => {
                self.nodes.child(node, Step::Elements)
            }
            _ => node,
        };
        if elements != node {
            if !matches!(leaf.test, Test::Quantified { .. }) {
                self.nodes.allow_len(elements, MAX_ELEMENTS);
            }
            self.read(
                elements,
                matches!(leaf.test, Test::Includes(Operand::Field(_))),
            );
        }
        let check = self.check(leaf, place, elements);
        Probe {
            index,
            node,
            default: leaf.default.clone(),
            derivation,
            place,
            elements,
            check,
        }
    }

    fn check(&mut self, leaf: &Leaf, place: NodeId, elements: NodeId) -> Check {
        match &leaf.test {
            Test::Equals {
                negated,
                right: Operand::Literal(literal),
            } => Check::Equals {
                negated: *negated,
                right: self.constant(place, literal),
            },
            Test::Equals {
                negated,
                right: Operand::Field(path),
            } => Check::EqualsField {
                negated: *negated,
                right: self.field(path, true),
            },
            Test::Compares {
                order,
                right: Operand::Field(path),
            } => Check::ComparesField {
                order: *order,
                right: self.field(path, false),
            },
            Test::Compares {
                order,
                right: Operand::Literal(literal),
            } => Check::Compares {
                order: *order,
                right: milliseconds_or_number(literal),
            },
            Test::In {
                negated,
                list: List::Literals(literals),
            } => Check::In {
                negated: *negated,
                right: self.constants(place, literals),
            },
            Test::In {
                negated,
                list: List::Field(path),
            } => {
                let right = self.field(path, false);
                let elements = self.nodes.child(right, Step::Elements);
                self.nodes.allow_len(elements, MAX_ELEMENTS);
                self.read(elements, true);
                Check::InField {
                    negated: *negated,
                    right,
                }
            }
            Test::Includes(Operand::Literal(literal)) => {
                Check::Includes(self.constant(elements, literal))
            }
            Test::Includes(Operand::Field(path)) => Check::IncludesField(self.field(path, true)),
            Test::IncludesSome {
                inclusion,
                literals,
            } => {
                let right = self.constants(elements, literals);
                Check::IncludesSome {
                    inclusion: *inclusion,
                    right,
                }
            }
            Test::Pattern {
                kind: PatternKind::Matches,
                patterns,
                ignore_case,
                ..
            } => {
                let bytes = patterns.iter().map(|p| p.len() as u64).sum();
                let parse = if *ignore_case {
                    Glob::parse_folded
                } else {
                    Glob::parse
                };
                let globs = patterns.iter().filter_map(|p| parse(p).ok()).collect();
                Check::Matches {
                    globs,
                    bytes,
                    ignore_case: *ignore_case,
                }
            }
            Test::Pattern {
                kind,
                patterns,
                ignore_case,
                ..
            } => {
                let ready = |p: &String| {
                    if *ignore_case {
                        fold(p).into()
                    } else {
                        p.as_str().into()
                    }
                };
                let patterns = patterns.iter().map(ready).collect();
                Check::Pattern {
                    kind: *kind,
                    patterns,
                    ignore_case: *ignore_case,
                }
            }
            Test::Within { folders, .. } => {
                let folders = folders.iter().filter_map(|f| folder(f, leaf.derivation));
                Check::Within(folders.map(Into::into).collect())
            }
            Test::Exists(expected) => Check::Exists(*expected),
            Test::Quantified { every, body } => {
                let around = std::mem::replace(&mut self.element, elements);
                let before = self.leaves;
                let body = self.expr(body);
                self.element = around;
                let leaves = self.leaves.saturating_sub(before) as usize;
                let most = MAX_CELLS.checked_div(leaves).unwrap_or(MAX_ELEMENTS);
                self.nodes.allow_len(elements, most.min(MAX_ELEMENTS));
                Check::Quantified {
                    every: *every,
                    body,
                    leaves,
                }
            }
        }
    }

    fn constant(&mut self, place: NodeId, literal: &Scalar) -> Constant {
        match literal {
            Scalar::Bool(b) => Constant::Bool(*b),
            Scalar::Number(n) => Constant::Number(*n + 0.0),
            Scalar::String(s) => Constant::Text(self.nodes.intern(place, s)),
        }
    }

    fn constants(&mut self, place: NodeId, literals: &[Scalar]) -> Constants {
        let (mut yes, mut no) = (false, false);
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for literal in literals {
            match self.constant(place, literal) {
                Constant::Bool(b) => {
                    yes |= b;
                    no |= !b;
                }
                Constant::Number(n) => numbers.push(Total(n)),
                Constant::Text(id) => texts.push(id),
            }
        }
        if !texts.is_empty() {
            Constants::Texts(sorted_set(texts).into())
        } else if !numbers.is_empty() {
            Constants::Numbers(sorted_set(numbers).into_iter().map(|Total(n)| n).collect())
        } else {
            Constants::Bools { yes, no }
        }
    }
}

/// An RFC 3339 literal in milliseconds, a number as it is. Validation leaves nothing else.
fn milliseconds_or_number(literal: &Scalar) -> f64 {
    match literal {
        Scalar::Number(n) => *n + 0.0,
        Scalar::String(s) => parse_rfc3339(s).unwrap_or(f64::NAN),
        Scalar::Bool(_) => f64::NAN,
    }
}

/// Whether a leaf needs the bytes of the string it reads, not only which literal it is.
fn needs_bytes(derivation: Option<Derivation>, test: &Test) -> bool {
    derivation.is_some_and(|d| d != Derivation::Keys)
        || match test {
            Test::Equals { right, .. } => matches!(right, Operand::Field(_)),
            Test::In { list, .. } => matches!(list, List::Field(_)),
            Test::Pattern { .. } | Test::Within { .. } => true,
            Test::Compares { .. }
            | Test::Includes(_)
            | Test::IncludesSome { .. }
            | Test::Exists(_)
            | Test::Quantified { .. } => false,
        }
}
