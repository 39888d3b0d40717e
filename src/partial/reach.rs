//! What a leaf may come to whose value may be anything.

use super::sets::{Known, right};
use super::truths::Truths;
use crate::compile::{Check, Constants, Probe};
use crate::eval::{View, kind_of_elements};
use crate::model::{Derivation, ErrorCode, MAX_NUMBER, Order};
use crate::validate::{FIRST_MS, LAST_MS, MAX_SIZE};

/// True, false or error, but for what no value makes of it: a wildcard never fails to match.
pub(super) fn reach(known: Known<'_>, probe: &Probe) -> Truths {
    match &probe.check {
        Check::Compares { order, right } => compared(probe, *order, *right),
        Check::In { negated, right } if is_exhaustive(right, probe.derivation) => {
            Truths::ERROR.with(Truths::known::<()>(Ok(!negated)))
        }
        Check::Matches { globs, .. } if globs.iter().any(crate::derive::Glob::is_everything) => {
            Truths::ERROR.with(Truths::TRUE)
        }
        _ => match right(probe) {
            Some(node) if !known.lacks(node) => {
                against_known(known, probe, known.reader.view(node, None))
            }
            _ => Truths::ANY,
        },
    }
}

/// Any value, against a field that is known: where there is nothing to compare with it can but err.
fn against_known(known: Known<'_>, probe: &Probe, right: Result<View<'_>, ErrorCode>) -> Truths {
    match (&probe.check, right) {
        (Check::ComparesField { order, .. }, Ok(View::Number(right))) => {
            compared(probe, *order, right)
        }
        (Check::EqualsField { .. } | Check::IncludesField(_), Ok(right))
            if right.kind().is_some() =>
        {
            Truths::ANY
        }
        (Check::InField { negated, .. }, Ok(right)) => {
            match kind_of_elements(known.reader, &right) {
                Ok(Some(_)) => Truths::ANY,
                Ok(None) => Truths::ERROR.with(Truths::known::<()>(Ok(*negated))),
                Err(_) => Truths::ERROR,
            }
        }
        _ => Truths::ERROR,
    }
}

/// All that the numbers of a leaf come to, which the least and the most of them do.
fn compared(probe: &Probe, order: Order, right: f64) -> Truths {
    let (least, most) = range(probe.derivation);
    let ends = [order.holds(least, right), order.holds(most, right)];
    let reached = ends.into_iter().map(|end| Truths::known::<()>(Ok(end)));
    reached.fold(Truths::ERROR, Truths::with)
}

/// The numbers that a derivation gives.
fn range(derivation: Option<Derivation>) -> (f64, f64) {
    match derivation {
        Some(Derivation::UtcHour) => (0.0, 23.0),
        Some(Derivation::Size) => (0.0, MAX_SIZE),
        Some(Derivation::Timestamp) => (FIRST_MS, LAST_MS),
        _ => (-MAX_NUMBER, MAX_NUMBER),
    }
}

/// Whether a list holds all that there is.
fn is_exhaustive(list: &Constants, derivation: Option<Derivation>) -> bool {
    match (list, derivation) {
        (Constants::Bools { yes, no }, _) => *yes && *no,
        (Constants::Texts(texts), Some(Derivation::HostClass)) => texts.len() == 4,
        (Constants::Texts(texts), Some(Derivation::UtcWeekday)) => texts.len() == 7,
        (Constants::Numbers(numbers), Some(Derivation::UtcHour)) => numbers.len() == 24,
        _ => false,
    }
}
