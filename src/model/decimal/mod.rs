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

/// The bits of a double's mantissa below the highest, which is not stored.
const STORED_BITS: i64 = 52;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
