//! Kleene logic over the tree of a condition: true, false, or the first error in document order.

use crate::compile::Expr;
use crate::eval::probe;
use crate::eval::trouble::Trouble;
use crate::eval::view::{Element, Reader};

/// True, false or error.
pub(crate) type Truth = Result<bool, Trouble>;

/// Evaluates a condition. Short-circuits can't show: what decides beats every error.
pub(crate) fn eval<'a>(reader: Reader<'a>, expr: &'a Expr, element: Option<Element<'a>>) -> Truth {
    match expr {
        Expr::All(children) => all(children.iter().map(|c| eval(reader, c, element))),
        Expr::Any(children) => any(children.iter().map(|c| eval(reader, c, element))),
        Expr::Not(child) => eval(reader, child, element).map(|truth| !truth),
        Expr::Probe(probe) => probe::eval(reader, probe, element),
    }
}

/// False if any is; else the first error; else true.
pub(crate) fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    decided_by(false, truths)
}

/// True if any is; else the first error; else false.
pub(crate) fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    decided_by(true, truths)
}

fn decided_by(decisive: bool, truths: impl Iterator<Item = Truth>) -> Truth {
    let mut trouble = None;
    for truth in truths {
        match truth {
            Ok(value) if value == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(first) => trouble = trouble.or(Some(first)),
        }
    }
    trouble.map_or(Ok(!decisive), Err)
}
