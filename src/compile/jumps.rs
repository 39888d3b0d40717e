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
    pub(crate) fn new(ask: Ask, node: NodeId, constant: u64) -> Self {
        Self {
            what: (u32::from(ask as u8) << 24) | node,
            yes: APPLIES,
            no: PASSES,
            low: constant as u32,
            high: (constant >> 32) as u32,
        }
    }

    /// Any, for tests, with where it leads.
    #[cfg(test)]
    pub(crate) fn to(yes: u16) -> Self {
        let any = Self::new(Ask::IsTrue, 1, 0);
        Self { yes, ..any }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_read_as_it_was_written() {
        let asks = [
            Ask::IsLess,
            Ask::IsLessOrEqual,
            Ask::IsNumber,
            Ask::IsText,
            Ask::IsTrue,
            Ask::IncludesText,
            Ask::Unknown,
        ];
        for ask in asks {
            for node in [0, 1, 0x00a5_5a0f, MAX_NODE - 1] {
                let jump = Jump::new(ask, node, (-12.75_f64).to_bits());
                assert_eq!((jump.ask(), jump.node()), (ask, node));
                assert_eq!(jump.number().to_bits(), (-12.75_f64).to_bits());
                assert_eq!(Jump::new(ask, node, 0x1_0000_0007).text(), 7);
            }
        }
    }

    fn probe(node: NodeId, check: Check) -> Probe {
        Probe {
            index: 0,
            node,
            default: None,
            derivation: None,
            place: node,
            elements: 0,
            check,
        }
    }

    fn less_than(node: NodeId, right: f64) -> Expr {
        let order = Order::Less;
        Expr::Probe(Box::new(probe(node, Check::Compares { order, right })))
    }

    #[test]
    fn long_code_is_left_to_the_tree() {
        let all = |count: usize| {
            let children: Vec<Expr> = (0..count).map(|_| less_than(30, 1.0)).collect();
            jumps(Some(&Expr::All(children.into())), None)
        };
        assert_eq!(all(MAX_JUMPS).len(), MAX_JUMPS);
        let beyond = all(MAX_JUMPS + 1);
        assert_eq!(beyond.len(), 1);
        assert_eq!(beyond[0].ask(), Ask::Unknown);
    }

    #[test]
    fn nodes_beyond_what_a_jump_can_name_are_left_to_the_tree() {
        let ask = |node| jumps(Some(&less_than(node, 1.0)), None)[0].ask();
        assert_eq!(ask(MAX_NODE - 1), Ask::IsLess);
        assert_eq!(ask(MAX_NODE), Ask::Unknown);
    }

    #[test]
    fn each_plain_leaf_has_a_test_of_its_own() {
        let ask = |check: Check| {
            let (jump, negated) = jump(&probe(30, check));
            (jump.ask(), negated)
        };
        for (order, expected) in [
            (Order::Less, (Ask::IsLess, false)),
            (Order::LessOrEqual, (Ask::IsLessOrEqual, false)),
            (Order::Greater, (Ask::IsLessOrEqual, true)),
            (Order::GreaterOrEqual, (Ask::IsLess, true)),
        ] {
            assert_eq!(ask(Check::Compares { order, right: 1.0 }), expected);
        }
        for negated in [false, true] {
            let equals = |right| ask(Check::Equals { negated, right });
            assert_eq!(equals(Constant::Bool(true)), (Ask::IsTrue, negated));
            assert_eq!(equals(Constant::Bool(false)), (Ask::IsTrue, !negated));
            assert_eq!(equals(Constant::Number(1.0)), (Ask::IsNumber, negated));
            assert_eq!(equals(Constant::Text(1)), (Ask::IsText, negated));
        }
        let includes = ask(Check::Includes(Constant::Text(1)));
        assert_eq!(includes, (Ask::IncludesText, false));
    }
}
