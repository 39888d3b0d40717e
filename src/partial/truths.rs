//! What a condition may come to: a subset of true, false and error.

/// A set of truth values, a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truths(u8);

impl Truths {
    pub(super) const TRUE: Self = Self(1);
    pub(super) const FALSE: Self = Self(2);
    pub(super) const ERROR: Self = Self(4);
    pub(super) const NO_ERROR: Self = Self(3);
    pub(super) const ANY: Self = Self(7);

    /// The value that is known.
    pub(super) fn known<E>(truth: Result<bool, E>) -> Self {
        match truth {
            Ok(true) => Self::TRUE,
            Ok(false) => Self::FALSE,
            Err(_) => Self::ERROR,
        }
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn not(self) -> Self {
        Self((self.0 & 4) | ((self.0 & 1) << 1) | ((self.0 & 2) >> 1))
    }

    /// Strong Kleene conjunction of each value of one with each of the other.
    pub(super) fn and(self, other: Self) -> Self {
        let (both, either) = (Self(self.0 & other.0), self.with(other));
        let errs = either.has(Self::ERROR)
            && self.0 & !Self::FALSE.0 != 0
            && other.0 & !Self::FALSE.0 != 0;
        let error = if errs { Self::ERROR.0 } else { 0 };
        Self((both.0 & Self::TRUE.0) | (either.0 & Self::FALSE.0) | error)
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// The same where an error counts as one of the two others.
    pub(super) fn counting_errors_as(self, truth: bool) -> Self {
        if !self.has(Self::ERROR) {
            return self;
        }
        self.without(Self::ERROR).with(Self::known::<()>(Ok(truth)))
    }

    /// The only value, where there is but one that is no error.
    pub(super) fn certain(self) -> Option<bool> {
        match self {
            Self::TRUE => Some(true),
            Self::FALSE => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EACH: [Result<bool, ()>; 3] = [Ok(true), Ok(false), Err(())];

    fn kleene(a: Result<bool, ()>, b: Result<bool, ()>) -> Result<bool, ()> {
        if a == Ok(false) || b == Ok(false) {
            return Ok(false);
        }
        a.and(b)
    }

    fn members(set: Truths) -> impl Iterator<Item = Result<bool, ()>> {
        EACH.into_iter()
            .filter(move |truth| set.has(Truths::known(*truth)))
    }

    #[test]
    fn sets_join_as_each_of_their_members_does() {
        for (a, b) in (1..8).flat_map(|a| (1..8).map(move |b| (Truths(a), Truths(b)))) {
            let pairs = members(a).flat_map(|x| members(b).map(move |y| (x, y)));
            let mut and = Truths(0);
            let mut or = Truths(0);
            for (x, y) in pairs {
                and = and.with(Truths::known(kleene(x, y)));
                let either = kleene(x.map(|x| !x), y.map(|y| !y)).map(|truth| !truth);
                or = or.with(Truths::known(either));
            }
            assert_eq!((a.and(b), a.or(b)), (and, or), "{a:?} {b:?}");
        }
    }
}
