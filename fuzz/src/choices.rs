//! Decisions out of bytes. What bytes mean does not depend on a library's version, so a corpus keeps its meaning.

/// Bytes that are used up from the front. Past their end every choice is the first, the plainest one, so that each input
/// ends and a shorter one is a simpler case.
pub(crate) struct Choices<'d> {
    rest: &'d [u8],
}

impl<'d> Choices<'d> {
    pub(crate) fn new(rest: &'d [u8]) -> Self {
        Self { rest }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => 0,
        }
    }

    /// A number from 0 to `bound` − 1; `bound` is at most 256.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// True for so many of 256 bytes, and not past the end.
    pub(crate) fn chance(&mut self, of_256: u8) -> bool {
        self.byte() > 255 - of_256
    }

    /// From `least` to `most`, fewer past the end.
    pub(crate) fn times(&mut self, least: usize, most: usize) -> std::ops::Range<usize> {
        0..least + self.below(most - least + 1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}
