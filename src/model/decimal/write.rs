//! From a double to its shortest digits.

use std::cmp::Ordering;

use super::{Bignum, STORED_BITS};

/// The bit of a double's mantissa that is not stored.
const HIDDEN: u64 = 1 << STORED_BITS;

/// The digits and the point of `0.digits × 10^point`: the fewest digits that are read back as `number`, of those the nearest to
/// it, and of two as near the even ones. So does `Number::toString` of ECMAScript (§6.1.6.1.20), and RFC 8785 asks for it.
///
/// There are no zeros at either end of the digits; zero has the digit `0`. `number` is finite and not negative.
pub(crate) fn shortest(number: f64) -> (String, i32) {
    let whole = number as u64;
    if whole < HIDDEN << 1 && whole as f64 == number {
        let text = whole.to_string();
        let digits = match text.trim_end_matches('0') {
            "" => "0",
            digits => digits,
        };
        return (digits.to_owned(), text.len() as i32);
    }
    Remainder::of(number).write()
}

/// What is still to be written of a number, in parts of `one`.
struct Remainder {
    rest: Bignum,
    /// How much less is still read back as the number.
    below: Bignum,
    /// How much more.
    above: Bignum,
    /// Whether these two themselves are: what is halfway between two doubles becomes the even one.
    even: bool,
    one: Bignum,
    point: i32,
}

impl Remainder {
    /// The number as `rest / one × 10^point`, with `rest + above` less than `one`.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "exponents are within a few thousand, the mantissa within 53 bits"
    )]
    fn of(number: f64) -> Self {
        let bits = number.to_bits();
        let field = (bits >> STORED_BITS) as i32;
        let stored = bits & (HIDDEN - 1);
        // The number is mantissa × 2^power.
        let (mantissa, power) = if field == 0 {
            (stored, -1074)
        } else {
            (stored | HIDDEN, field - 1075)
        };
        // The gap below a power of 2 is half of that above, and half of a gap belongs to either neighbour: hence quarters.
        let is_power = stored == 0 && field > 1;
        let mut one = Bignum::new(4);
        let mut rest = Bignum::new(mantissa << 2);
        let mut below = Bignum::new(if is_power { 1 } else { 2 });
        let mut above = Bignum::new(2);
        // The number is less than 2^length, and that less than 10^point: 78913 / 2^18 is log10(2), for these lengths near
        // enough. At times the point is 1 more than it must be.
        let length = power + (64 - mantissa.leading_zeros()) as i32;
        let point = ((length * 78913) >> 18) + 1;
        for (base, exponent) in [(2, power), (10, -point)] {
            let magnitude = exponent.unsigned_abs();
            if exponent < 0 {
                one.mul_pow(base, magnitude);
            } else {
                for part in [&mut rest, &mut below, &mut above] {
                    part.mul_pow(base, magnitude);
                }
            }
        }
        Self {
            rest,
            below,
            above,
            even: mantissa & 1 == 0,
            one,
            point,
        }
    }

    /// Steele and White's digits: one after the other, until what is read back is the number without the rest, or with one more
    /// of the last digit.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the rest is less than one, so ten times that has one digit; the point is within a few hundred"
    )]
    fn write(mut self) -> (String, i32) {
        let mut digits = String::new();
        loop {
            for part in [&mut self.rest, &mut self.below, &mut self.above] {
                part.mul_add(10, 0);
            }
            let mut digit = b'0';
            while self.rest.cmp(&self.one).is_ge() {
                self.rest.sub(&self.one);
                digit += 1;
            }
            let mut missing = self.one.clone();
            missing.sub(&self.rest);
            let down = self.is_within(&self.rest, &self.below);
            let up = self.is_within(&missing, &self.above);
            let nearer_up = match self.rest.cmp(&missing) {
                Ordering::Less => false,
                Ordering::Equal => digit & 1 == 1,
                Ordering::Greater => true,
            };
            if up && (nearer_up || !down) {
                digit += 1;
            }
            if digit == b'0' && digits.is_empty() {
                self.point -= 1;
            } else {
                digits.push(digit.into());
            }
            if up || down {
                return (digits, self.point);
            }
        }
    }

    fn is_within(&self, part: &Bignum, limit: &Bignum) -> bool {
        let order = part.cmp(limit);
        order.is_lt() || (self.even && order.is_eq())
    }
}
