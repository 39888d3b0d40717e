//! What a leaf may come to whose value may be anything.

use super::truths::Truths;
use crate::compile::{Check, Constants, Probe};
use crate::model::{Derivation, MAX_NUMBER, MAX_STRING_BYTES, MAX_TIME_MS};

/// True, false or error, but for what no value makes of it: a wildcard never fails to match.
pub(super) fn reach(probe: &Probe) -> Truths {
    match &probe.check {
        Check::Compares { order, right } => {
            let (least, most) = range(probe.derivation);
            let ends = [order.holds(least, *right), order.holds(most, *right)];
            let reached = ends.into_iter().map(|end| Truths::known::<()>(Ok(end)));
            reached.fold(Truths::ERROR, Truths::with)
        }
        Check::In { negated, right } if is_exhaustive(right, probe.derivation) => {
            Truths::ERROR.with(Truths::known::<()>(Ok(!negated)))
        }
        Check::Matches { globs, .. } if globs.iter().any(crate::derive::Glob::is_everything) => {
            Truths::ERROR.with(Truths::TRUE)
        }
        _ => Truths::ANY,
    }
}

/// The numbers that a derivation gives.
#[expect(clippy::cast_precision_loss, reason = "the cap is far below 2^53")]
fn range(derivation: Option<Derivation>) -> (f64, f64) {
    match derivation {
        Some(Derivation::UtcHour) => (0.0, 23.0),
        Some(Derivation::Size) => (0.0, MAX_STRING_BYTES as f64),
        Some(Derivation::Timestamp) => (-MAX_TIME_MS, MAX_TIME_MS),
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
