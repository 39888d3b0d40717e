//! The order in which decisions list policies: by effect, then by id.

use crate::compile::policy::Compiled;

/// Policies in order, and each one's rank. What was put waits until [`Order::settle`] has placed it.
#[derive(Debug, Default)]
pub(crate) struct Order {
    order: Vec<u32>,
    ranks: Vec<u32>,
    waiting: Vec<u32>,
    sorting: Option<MergeSort>,
}

/// What policies are ordered by. Ids are unique, so no two are equal.
fn key(policies: &[Compiled], number: u32) -> Option<(u32, &str)> {
    let policy = policies.get(number as usize)?;
    Some((policy.effect as u32, &policy.id))
}

impl Order {
    /// The policy of a rank.
    pub(crate) fn get(&self, rank: u32) -> Option<u32> {
        self.order.get(rank as usize).copied()
    }

    /// The rank of a policy.
    #[inline(always)]
    pub(crate) fn rank(&self, number: u32) -> u32 {
        self.ranks.get(number as usize).copied().unwrap_or(u32::MAX)
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn put(&mut self, number: u32) {
        self.waiting.push(number);
    }

    pub(crate) fn take(&mut self, number: u32) {
        let rank = self.rank(number) as usize;
        if rank < self.order.len() {
            self.order.remove(rank);
            if let Some(place) = self.ranks.get_mut(number as usize) {
                *place = u32::MAX;
            }
            self.rank_from(rank);
        } else {
            self.waiting.retain(|&waiting| waiting != number);
        }
    }

    /// Places what waits, in at most so many moves; whether nothing waits any more.
    pub(crate) fn settle(&mut self, policies: &[Compiled], moves: usize) -> bool {
        self.ranks.resize(policies.len(), u32::MAX);
        if self.sorting.is_none() {
            match self.waiting.pop() {
                None => return true,
                Some(one) if self.waiting.is_empty() => {
                    self.insert(policies, one);
                    return true;
                }
                Some(last) => {
                    self.waiting.push(last);
                    self.order.append(&mut self.waiting);
                    self.sorting = Some(MergeSort::of(std::mem::take(&mut self.order)));
                }
            }
        }
        if let Some(sorting) = &mut self.sorting
            && sorting.run(moves, |a, b| key(policies, a) < key(policies, b))
        {
            self.order = std::mem::take(&mut sorting.from);
            self.sorting = None;
            self.rank_from(0);
        }
        self.sorting.is_none() && self.waiting.is_empty()
    }

    fn insert(&mut self, policies: &[Compiled], number: u32) {
        let wanted = key(policies, number);
        let rank = self.order.partition_point(|&n| key(policies, n) < wanted);
        self.order.insert(rank, number);
        self.rank_from(rank);
    }

    fn rank_from(&mut self, first: usize) {
        for (rank, &number) in self.order.iter().enumerate().skip(first) {
            if let Some(place) = self.ranks.get_mut(number as usize) {
                *place = u32::try_from(rank).unwrap_or(u32::MAX);
            }
        }
    }
}

/// A merge sort that can pause after each move.
#[derive(Debug)]
struct MergeSort {
    /// Runs of `width`, each sorted…
    from: Vec<u32>,
    /// …which are merged in pairs to here.
    to: Vec<u32>,
    width: usize,
    /// Where the pair begins that is being merged, and what comes next of its runs.
    start: usize,
    left: usize,
    right: usize,
}

impl MergeSort {
    fn of(items: Vec<u32>) -> Self {
        Self {
            to: Vec::with_capacity(items.len()),
            from: items,
            width: 1,
            start: 0,
            left: 0,
            right: 1,
        }
    }

    /// Makes at most so many moves; whether `from` is sorted.
    fn run(&mut self, moves: usize, in_order: impl Fn(u32, u32) -> bool) -> bool {
        let length = self.from.len();
        for _ in 0..moves {
            if self.width >= length {
                break;
            }
            let middle = self.start.saturating_add(self.width);
            let end = middle.saturating_add(self.width).min(length);
            let next = |at: usize, end: usize| self.from.get(at).copied().filter(|_| at < end);
            let (from_left, item) = match (next(self.left, middle), next(self.right, end)) {
                (Some(left), Some(right)) if in_order(left, right) => (true, left),
                (_, Some(right)) => (false, right),
                (Some(left), None) => (true, left),
                (None, None) => {
                    self.next_pair(end);
                    continue;
                }
            };
            self.to.push(item);
            let taken = if from_left {
                &mut self.left
            } else {
                &mut self.right
            };
            *taken = taken.saturating_add(1);
        }
        self.width >= length
    }

    /// Goes on behind a pair that is merged; after the last, with runs twice as long.
    fn next_pair(&mut self, end: usize) {
        self.start = end;
        if end == self.from.len() {
            std::mem::swap(&mut self.from, &mut self.to);
            self.to.clear();
            self.width = self.width.saturating_mul(2);
            self.start = 0;
        }
        self.left = self.start;
        self.right = self.start.saturating_add(self.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sort_may_pause_anywhere() {
        for length in 0..40_u32 {
            for moves in [1, 2, 3, 7, 1_000] {
                let items = (0..length).map(|i| (i * 17 + 5) % 41).collect();
                let mut sort = MergeSort::of(items);
                while !sort.run(moves, |a, b| a <= b) {}
                assert!(sort.from.is_sorted());
                assert_eq!(sort.from.len(), length as usize);
            }
        }
    }
}
