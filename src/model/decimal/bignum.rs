//! Whole numbers of up to 2,688 bits.

use std::cmp::Ordering;

/// Enough for [`read`](super::read): 771 digits are 2,562 bits, 5^1094 has 2,541, and one bit is for doubling.
const LIMBS: usize = 84;

/// A whole number that is not negative. What would not fit is lost, so callers bound what they do.
#[derive(Clone)]
pub(super) struct Bignum {
    /// From the lowest; zero from `len` on.
    limbs: [u32; LIMBS],
    /// How many limbs there are up to the highest that is not zero.
    len: usize,
}

impl Bignum {
    pub(super) fn new(number: u64) -> Self {
        let mut new = Self {
            limbs: [0; LIMBS],
            len: 0,
        };
        new.push((number & 0xffff_ffff) as u32);
        new.push((number >> 32) as u32);
        new.trim();
        new
    }

    fn push(&mut self, limb: u32) {
        if let Some(free) = self.limbs.get_mut(self.len) {
            *free = limb;
            self.len = self.len.saturating_add(1);
        }
    }

    fn used(&self) -> &[u32] {
        self.limbs.get(..self.len).unwrap_or_default()
    }

    fn used_mut(&mut self) -> &mut [u32] {
        self.limbs.get_mut(..self.len).unwrap_or_default()
    }

    fn trim(&mut self) {
        while let [rest @ .., 0] = self.used() {
            self.len = rest.len();
        }
    }

    /// The number, where it is less than 2^64.
    pub(super) fn small(&self) -> Option<u64> {
        match *self.used() {
            [] => Some(0),
            [low] => Some(low.into()),
            [low, high] => Some(u64::from(high) << 32 | u64::from(low)),
            _ => None,
        }
    }

    /// How many bits it has up to the highest that is 1.
    pub(super) fn bits(&self) -> u32 {
        let zeros = self.used().last().map_or(0, |limb| limb.leading_zeros());
        (self.len as u32).saturating_mul(32).saturating_sub(zeros)
    }

    /// Multiplies by `factor`, then adds `addend`.
    #[inline(never)]
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "(2^32 − 1)² + 2^32 − 1 is within 64 bits"
    )]
    pub(super) fn mul_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for limb in self.used_mut() {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.push(carry as u32);
        }
    }

    /// Multiplies by `base` to the power of `exponent`.
    #[inline(never)]
    pub(super) fn mul_pow(&mut self, base: u32, exponent: u32) {
        let mut factor = 1_u32;
        for _ in 0..exponent {
            factor = factor.checked_mul(base).unwrap_or_else(|| {
                self.mul_add(factor, 0);
                base
            });
        }
        self.mul_add(factor, 0);
    }

    /// Takes away `other`, which is not greater.
    #[inline(never)]
    pub(super) fn sub(&mut self, other: &Self) {
        let mut borrow = false;
        for (limb, other) in self.used_mut().iter_mut().zip(&other.limbs) {
            let (difference, below) = limb.overflowing_sub(*other);
            let (difference, below_too) = difference.overflowing_sub(borrow.into());
            *limb = difference;
            borrow = below || below_too;
        }
        self.trim();
    }

    #[inline(never)]
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let limbs = || self.used().iter().rev().cmp(other.used().iter().rev());
        self.len.cmp(&other.len).then_with(limbs)
    }
}
