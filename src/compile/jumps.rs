//! Jumping code: a policy's condition as a list of tests, each with two ways on.
//!
//! It answers only where every value on its way is plain to see. Anything else, errors included, is left to
//! the tree of the condition, which says the same where both speak.

use crate::compile::nodes::NodeId;
use crate::compile::program::{Check, Constant, Expr, Probe};
use crate::model::Order;

/// Where a test leads once all is known: the policy applies.
pub(crate) const APPLIES: u16 = u16::MAX;
/// The policy does not apply.
pub(crate) const PASSES: u16 = u16::MAX - 1;
/// Longer code is not made.
const MAX_JUMPS: usize = 1_024;
/// Nodes above are left to the tree.
const MAX_NODE: NodeId = 1 << 24;

/// What is asked of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Ask {
    IsLess,
    IsLessOrEqual,
    IsNumber,
    IsText,
    IsTrue,
    IncludesText,
    /// What takes more than a cell and a constant.
    Unknown,
}

/// One test. A negated one has its ways exchanged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jump {
    /// The question in the highest byte, the node below.
    what: u32,
    pub(crate) yes: u16,
    pub(crate) no: u16,
    low: u32,
    high: u32,
}

impl Jump {
    fn new(ask: Ask, node: NodeId, constant: u64) -> Self {
        Self {
            what: (u32::from(ask as u8) << 24) | node,
            yes: APPLIES,
            no: PASSES,
            low: constant as u32,
            high: (constant >> 32) as u32,
        }
    }

    #[inline(always)]
    pub(crate) fn ask(self) -> Ask {
        match self.what >> 24 {
            0 => Ask::IsLess,
            1 => Ask::IsLessOrEqual,
            2 => Ask::IsNumber,
            3 => Ask::IsText,
            4 => Ask::IsTrue,
            5 => Ask::IncludesText,
            _ => Ask::Unknown,
        }
    }

    #[inline(always)]
    pub(crate) fn node(self) -> NodeId {
        self.what & (MAX_NODE - 1)
    }

    /// The number of a literal.
    #[inline(always)]
    pub(crate) fn text(self) -> usize {
        self.low as usize
    }

    #[inline(always)]
    pub(crate) fn number(self) -> f64 {
        f64::from_bits(u64::from(self.low) | (u64::from(self.high) << 32))
    }
}

/// The code of a policy's conditions; empty where it has none.
pub(crate) fn jumps(when: Option<&Expr>, unless: Option<&Expr>) -> Box<[Jump]> {
    let mut assembler = Assembler::default();
    match (when, unless) {
        (None, None) => {}
        (Some(when), None) => assembler.expr(when, Way::End(APPLIES), Way::End(PASSES)),
        (None, Some(unless)) => assembler.expr(unless, Way::End(PASSES), Way::End(APPLIES)),
        (Some(when), Some(unless)) => {
            let next = assembler.label();
            assembler.expr(when, Way::Label(next), Way::End(PASSES));
            assembler.bind(next);
            assembler.expr(unless, Way::End(PASSES), Way::End(APPLIES));
        }
    }
    assembler.finish()
}

#[derive(Clone, Copy)]
enum Way {
    End(u16),
    Label(usize),
}

#[derive(Default)]
struct Assembler {
    jumps: Vec<(Jump, Way, Way)>,
    /// Where each label is, once bound.
    labels: Vec<u16>,
}

impl Assembler {
    fn label(&mut self) -> usize {
        self.labels.push(PASSES);
        self.labels.len().saturating_sub(1)
    }

    fn bind(&mut self, label: usize) {
        let here = u16::try_from(self.jumps.len()).unwrap_or(PASSES);
        if let Some(place) = self.labels.get_mut(label) {
            *place = here;
        }
    }

    fn expr(&mut self, expr: &Expr, yes: Way, no: Way) {
        match expr {
            Expr::Not(child) => self.expr(child, no, yes),
            Expr::Probe(probe) => {
                let (jump, negated) = jump(probe);
                let (yes, no) = if negated { (no, yes) } else { (yes, no) };
                self.jumps.push((jump, yes, no));
            }
            Expr::All(children) => self.list(children, yes, no, true),
            Expr::Any(children) => self.list(children, yes, no, false),
        }
    }

    /// Members of which one decides when it is false, for `all`, or true.
    fn list(&mut self, children: &[Expr], yes: Way, no: Way, all: bool) {
        let Some((last, before)) = children.split_last() else {
            return;
        };
        for child in before {
            let next = self.label();
            if all {
                self.expr(child, Way::Label(next), no);
            } else {
                self.expr(child, yes, Way::Label(next));
            }
            self.bind(next);
        }
        self.expr(last, yes, no);
    }

    fn finish(self) -> Box<[Jump]> {
        if self.jumps.len() > MAX_JUMPS {
            return [Jump::new(Ask::Unknown, 0, 0)].into();
        }
        let labels = self.labels;
        let place = |way| match way {
            Way::End(end) => end,
            Way::Label(label) => labels.get(label).copied().unwrap_or(PASSES),
        };
        let jumps = self.jumps.into_iter();
        jumps
            .map(|(jump, yes, no)| Jump {
                yes: place(yes),
                no: place(no),
                ..jump
            })
            .collect()
    }
}

/// The test of a leaf, and whether it is negated.
fn jump(probe: &Probe) -> (Jump, bool) {
    let unknown = (Jump::new(Ask::Unknown, 0, 0), false);
    if probe.derivation.is_some() || probe.node >= MAX_NODE {
        return unknown;
    }
    let node = probe.node;
    match probe.check {
        Check::Compares { order, right } => {
            // What is not less is greater or equal: no NaN is compared.
            let (ask, negated) = match order {
                Order::Less => (Ask::IsLess, false),
                Order::LessOrEqual => (Ask::IsLessOrEqual, false),
                Order::Greater => (Ask::IsLessOrEqual, true),
                Order::GreaterOrEqual => (Ask::IsLess, true),
            };
            (Jump::new(ask, node, right.to_bits()), negated)
        }
        Check::Equals { negated, right } => match right {
            Constant::Bool(b) => (Jump::new(Ask::IsTrue, node, 0), negated == b),
            Constant::Number(n) => (Jump::new(Ask::IsNumber, node, n.to_bits()), negated),
            Constant::Text(id) => (Jump::new(Ask::IsText, node, u64::from(id)), negated),
        },
        Check::Includes(Constant::Text(id)) => {
            (Jump::new(Ask::IncludesText, node, u64::from(id)), false)
        }
        _ => unknown,
    }
}
