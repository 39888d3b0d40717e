//! From text to the nearest double.

use std::cmp::Ordering;
use std::str::Bytes;

use super::{Bignum, STORED_BITS};

/// So many digits are kept. No number halfway between two doubles has more than 767, so of the digits after them it matters
/// only whether one is not zero.
const MAX_DIGITS: i64 = 770;

/// The lowest exponent of a double whose mantissa is `1.…`; those of fewer bits share it.
const MIN_EXPONENT: i64 = -1022;

/// Infinity, as bits.
const INFINITY: u64 = 0x7ff << STORED_BITS;

/// The double nearest to the number that `text` writes in JSON's grammar (RFC 8259 §6); of two as near, that with the even
/// mantissa. `None` where it is infinite.
pub(crate) fn read(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-');
    let number = Scanned::of(unsigned.unwrap_or(text)).nearest()?;
    Some(if unsigned.is_some() { -number } else { number })
}

/// A number without its sign: `digits × 10^exponent`.
struct Scanned {
    digits: Bignum,
    /// How many digits they are: at most one more than `MAX_DIGITS`.
    count: i64,
    exponent: i64,
}

impl Scanned {
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "what is counted is within the text's length"
    )]
    fn of(text: &str) -> Self {
        let mut bytes = text.bytes();
        let mut digits = Bignum::new(0);
        let mut count = 0_i64;
        let mut exponent = 0_i64;
        let mut in_fraction = false;
        let mut dropped = false;
        for byte in bytes.by_ref().take_while(|byte| byte | 0x20 != b'e') {
            let digit = byte.wrapping_sub(b'0');
            if byte == b'.' {
                in_fraction = true;
            } else if count < MAX_DIGITS {
                digits.mul_add(10, digit.into());
                // Zeros before the first digit do not count.
                count += i64::from(count > 0 || digit > 0);
                exponent -= i64::from(in_fraction);
            } else {
                dropped |= digit > 0;
                exponent += i64::from(!in_fraction);
            }
        }
        if dropped {
            // One digit that is not zero stands for all that were left out.
            digits.mul_add(10, 1);
            count += 1;
            exponent -= 1;
        }
        Self {
            digits,
            count,
            exponent: exponent.saturating_add(read_power(bytes)),
        }
    }

    fn nearest(self) -> Option<f64> {
        if let Some(number) = self.nearest_by_floats() {
            return Some(number);
        }
        // Other numbers than 0 are at least 10^(point − 1) and less than 10^point.
        match self.exponent.saturating_add(self.count) {
            _ if self.count == 0 => Some(0.0),
            310.. => None,
            -323..=309 => self.nearest_by_division(),
            _ => Some(0.0),
        }
    }

    /// Where the digits and the power are doubles, and so the only rounding is that of one operation.
    #[expect(clippy::arithmetic_side_effects, reason = "the exponent is bounded")]
    fn nearest_by_floats(&self) -> Option<f64> {
        let digits = self.digits.small().filter(|d| *d <= 2 << STORED_BITS)? as f64;
        let power = |exponent: i64| (0..exponent).fold(1.0, |power, _| power * 10.0);
        match self.exponent {
            0..=22 => Some(digits * power(self.exponent)),
            -22..0 => Some(digits / power(-self.exponent)),
            _ => None,
        }
    }

    /// Long division in base 2. The digits are not zero.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "exponents are within a few thousand, the mantissa within 54 bits"
    )]
    fn nearest_by_division(self) -> Option<f64> {
        // The number is numerator / denominator × 2^exponent, and in the end the fraction is at least 1 and less than 2.
        let mut numerator = self.digits;
        let mut denominator = Bignum::new(1);
        let mut exponent = self.exponent;
        // That is also the power of 2 in the power of 10; here are the fives.
        let fives = exponent.unsigned_abs() as u32;
        if exponent < 0 {
            denominator.mul_pow(5, fives);
        } else {
            numerator.mul_pow(5, fives);
        }
        let (top, bottom) = (numerator.bits(), denominator.bits());
        numerator.mul_pow(2, bottom.saturating_sub(top));
        denominator.mul_pow(2, top.saturating_sub(bottom));
        exponent += i64::from(top) - i64::from(bottom);
        if numerator.cmp(&denominator).is_lt() {
            numerator.mul_add(2, 0);
            exponent -= 1;
        }
        // Less than half the smallest double.
        if exponent < MIN_EXPONENT - STORED_BITS - 1 {
            return Some(0.0);
        }
        let shared = exponent.max(MIN_EXPONENT);
        let mut mantissa = 0;
        // One bit less for each power of 2 below the normal doubles, maybe none.
        for _ in shared..=exponent + STORED_BITS {
            mantissa <<= 1;
            if numerator.cmp(&denominator).is_ge() {
                numerator.sub(&denominator);
                mantissa |= 1;
            }
            numerator.mul_add(2, 0);
        }
        // What is left is twice the fraction that rounding decides on.
        mantissa += match numerator.cmp(&denominator) {
            Ordering::Less => 0,
            Ordering::Equal => mantissa & 1,
            Ordering::Greater => 1,
        };
        // The highest of 53 bits adds 1 to the exponent's field, and so does a mantissa that rounding made longer.
        let field = (shared - MIN_EXPONENT) as u64;
        let bits = (field << STORED_BITS) + mantissa;
        (bits < INFINITY).then_some(f64::from_bits(bits))
    }
}

/// The digits after the `e`, with their sign.
fn read_power(bytes: Bytes<'_>) -> i64 {
    let mut power = 0_i64;
    let mut negative = false;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            power = power.saturating_mul(10).saturating_add(digit.into());
        } else {
            negative = byte == b'-';
        }
    }
    if negative {
        power.saturating_neg()
    } else {
        power
    }
}
