//! Decimal texts of doubles, both ways and exactly.
//!
//! The standard library and `serde_json` do the same, faster, by tables of powers that came to a twelfth of the binary. Here long
//! whole numbers do it, without a table.

mod bignum;
mod read;
mod write;

use bignum::Bignum;
pub(crate) use read::read;
pub(crate) use write::shortest;

/// The magnitude of a whole number below 2^53, which takes no long numbers to write; 0 for −0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be whole and in range"
)]
pub(crate) fn whole(number: f64) -> Option<u64> {
    let magnitude = number.abs();
    (magnitude.fract() == 0.0 && magnitude <= super::MAX_NUMBER).then_some(magnitude as u64)
}

/// The bits of a double's mantissa below the highest, which is not stored.
const STORED_BITS: i64 = 52;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
