//! What the decision path looks at of each policy, close together: those of one tool lie side by side, as they were
//! loaded, so that few lines of the cache are touched.

use crate::compile::jumps::Jump;

/// What policies add to a decision, as bits: those of all that apply decide it.
pub(crate) mod role {
    /// An allow of the platform that does not delegate.
    pub(crate) const OPENS: u16 = 1;
    /// An allow of the platform that delegates.
    pub(crate) const DELEGATES: u16 = 2;
    /// An allow of a tenant.
    pub(crate) const SHARES: u16 = 4;
    pub(crate) const DENIES: u16 = 8;
    pub(crate) const ASKS: u16 = 16;
    /// Forces the mode `draft`.
    pub(crate) const DRAFTS: u16 = 32;
    pub(crate) const LIMITS: u16 = 64;
    /// In shadow: it adds nothing.
    pub(crate) const SHADOW: u16 = 128;
    /// It covers some actions alone.
    pub(crate) const SELECTIVE: u16 = 256;
}

/// Where the jumping code of a policy is, and what it adds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Head {
    start: u32,
    len: u16,
    pub(crate) role: u16,
}

/// Heads by policy, and the code of all.
#[derive(Debug, Default)]
pub(crate) struct Hot {
    heads: Vec<Head>,
    jumps: Vec<Jump>,
    /// Jumps of policies that were replaced.
    unused: usize,
}

impl Hot {
    /// Sets the head and the code of a policy.
    pub(crate) fn put(&mut self, number: u32, role: u16, jumps: &[Jump]) {
        let at = number as usize;
        if self.heads.len() <= at {
            self.heads.resize(at.saturating_add(1), Head::default());
        }
        let old = self.heads.get(at).map_or(0, |head| usize::from(head.len));
        self.unused = self.unused.saturating_add(old);
        if let Some(head) = self.heads.get_mut(at) {
            *head = Head {
                start: u32::try_from(self.jumps.len()).unwrap_or(u32::MAX),
                len: u16::try_from(jumps.len()).unwrap_or(u16::MAX),
                role,
            };
        }
        self.jumps.extend_from_slice(jumps);
        if self.unused > 1_024 && self.unused > self.jumps.len() / 2 {
            self.tidy();
        }
    }

    fn tidy(&mut self) {
        let mut kept = Vec::with_capacity(self.jumps.len().saturating_sub(self.unused));
        for head in &mut self.heads {
            let start = u32::try_from(kept.len()).unwrap_or(u32::MAX);
            kept.extend_from_slice(code(&self.jumps, *head));
            head.start = start;
        }
        self.jumps = kept;
        self.unused = 0;
    }

    #[inline(always)]
    pub(crate) fn head(&self, number: u32) -> Option<Head> {
        self.heads.get(number as usize).copied()
    }

    #[inline(always)]
    pub(crate) fn code(&self, head: Head) -> &[Jump] {
        code(&self.jumps, head)
    }
}

#[inline(always)]
fn code(jumps: &[Jump], head: Head) -> &[Jump] {
    let start = head.start as usize;
    jumps
        .get(start..start.saturating_add(usize::from(head.len)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many jumps, told apart by where they lead.
    fn jumps_to(yes: u16, count: usize) -> Vec<Jump> {
        vec![Jump::to(yes); count]
    }

    fn leads(hot: &Hot, number: u32) -> Vec<u16> {
        let head = hot.head(number).unwrap();
        hot.code(head).iter().map(|jump| jump.yes).collect()
    }

    #[test]
    fn code_that_is_not_used_any_more_makes_room_once_it_is_most_and_much() {
        let mut hot = Hot::default();
        hot.put(0, 7, &jumps_to(1, 1_024));
        hot.put(0, 8, &jumps_to(2, 1));
        // Most, and not much yet.
        assert_eq!(hot.jumps.len(), 1_025);
        hot.put(0, 9, &jumps_to(3, 2));
        assert_eq!(hot.jumps.len(), 2);
        assert_eq!(leads(&hot, 0), [3, 3]);
        assert_eq!(hot.head(0).unwrap().role, 9);

        let mut hot = Hot::default();
        hot.put(0, 0, &jumps_to(1, 1_025));
        hot.put(2, 0, &jumps_to(2, 1_025));
        hot.put(0, 0, &[]);
        // Much, and half.
        assert_eq!(hot.jumps.len(), 2_050);
        hot.put(2, 0, &jumps_to(4, 3));
        assert_eq!(hot.jumps.len(), 3);
        assert_eq!((leads(&hot, 0), leads(&hot, 1)), (vec![], vec![]));
        assert_eq!(leads(&hot, 2), [4, 4, 4]);
        // From here it is counted anew.
        hot.put(2, 0, &jumps_to(5, 1));
        assert_eq!(hot.jumps.len(), 4);
        assert_eq!(leads(&hot, 2), [5]);
    }
}
