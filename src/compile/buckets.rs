//! Buckets: policies that are looked at together. A large one is split by what they require.

use crate::compile::nodes::NodeId;
use crate::compile::policy::Compiled;
use crate::compile::program::{Check, Constant, Constants, Expr};
use crate::model::{ScalarKind, sorted};

/// The number of a bucket.
pub(crate) type BucketId = u32;

/// A bucket of fewer policies is not worth a split.
const MIN_SPLIT: usize = 16;

/// Policies that are looked at together.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// Those to look at for every request that comes here.
    pub(crate) always: Vec<u32>,
    /// Where the others are.
    pub(crate) split: Option<Split>,
    /// How many came and went since it was last asked what best to split it by.
    changes: usize,
    /// Whether it waits to be asked again.
    due: bool,
    /// Whether it is never split.
    whole: bool,
}

/// The others of a bucket, by the value that they require of one node.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) node: NodeId,
    pub(crate) kind: ScalarKind,
    /// For a value that is absent or of another kind: all of them, since it makes them err.
    pub(crate) rest: BucketId,
    /// By key, ascending.
    children: Vec<(Key, BucketId)>,
}

/// A required value: the bits of a number, the number of a literal, a truth value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u64);

impl Key {
    pub(crate) fn new(constant: Constant) -> Self {
        match constant {
            Constant::Bool(b) => Self(u64::from(b)),
            // Adding 0 turns −0 into 0.
            Constant::Number(n) => Self((n + 0.0).to_bits()),
            Constant::Text(id) => Self(u64::from(id)),
        }
    }
}

impl Split {
    pub(crate) fn child(&self, value: Constant) -> Option<BucketId> {
        let at = self.find(Key::new(value)).ok()?;
        self.children.get(at).map(|(_, bucket)| *bucket)
    }

    fn find(&self, key: Key) -> Result<usize, usize> {
        self.children.binary_search_by_key(&key, |(key, _)| *key)
    }
}

/// All buckets.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    buckets: Vec<Bucket>,
    /// Numbers that are free again.
    free: Vec<BucketId>,
    /// Those that wait to be split anew.
    due: Vec<BucketId>,
}

impl Buckets {
    pub(crate) fn open(&mut self) -> BucketId {
        if let Some(id) = self.free.pop() {
            return id;
        }
        let id = BucketId::try_from(self.buckets.len()).unwrap_or(BucketId::MAX);
        self.buckets.push(Bucket::default());
        id
    }

    /// As [`Self::open`], of one that is never split.
    pub(crate) fn open_whole(&mut self) -> BucketId {
        let id = self.open();
        if let Some(bucket) = self.buckets.get_mut(id as usize) {
            bucket.whole = true;
        }
        id
    }

    #[inline(always)]
    pub(crate) fn get(&self, id: BucketId) -> Option<&Bucket> {
        self.buckets.get(id as usize)
    }

    /// How many there are or were at once.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Gives a bucket back, and its parts.
    pub(crate) fn close(&mut self, id: BucketId) {
        let Some(bucket) = self.buckets.get_mut(id as usize).map(std::mem::take) else {
            return;
        };
        self.free.push(id);
        if let Some(split) = bucket.split {
            self.close_parts(split);
        }
    }

    fn close_parts(&mut self, split: Split) {
        self.close(split.rest);
        for (_, child) in split.children {
            self.close(child);
        }
    }

    fn members(&self, id: BucketId) -> &[u32] {
        self.get(id).map_or(&[], |bucket| &bucket.always)
    }

    fn rest(&self, id: BucketId) -> &[u32] {
        let split = self.get(id).and_then(|bucket| bucket.split.as_ref());
        split.map_or(&[], |split| self.members(split.rest))
    }

    /// All that were put into a bucket, whatever it is split by.
    pub(crate) fn everyone(&self, id: BucketId) -> impl Iterator<Item = u32> + '_ {
        self.members(id).iter().chain(self.rest(id)).copied()
    }

    /// Puts a policy into a bucket, unless it was the last that came there.
    pub(crate) fn put(&mut self, id: BucketId, number: u32, policy: &Compiled) {
        let last = |list: &[u32]| list.last() == Some(&number);
        if last(self.members(id)) || last(self.rest(id)) {
            return;
        }
        self.change(id, policy, &mut |list| list.push(number));
    }

    /// Takes a policy out of a bucket; whether that is empty now.
    pub(crate) fn take(&mut self, id: BucketId, number: u32, policy: &Compiled) -> bool {
        self.change(id, policy, &mut |list| list.retain(|&p| p != number));
        self.everyone(id).next().is_none()
    }

    /// Changes the lists of a bucket that a policy belongs on.
    fn change(&mut self, id: BucketId, policy: &Compiled, change: &mut dyn FnMut(&mut Vec<u32>)) {
        let Some(bucket) = self.buckets.get_mut(id as usize) else {
            return;
        };
        bucket.changes = bucket.changes.saturating_add(1);
        let Some(mut split) = bucket.split.take() else {
            change(&mut bucket.always);
            return self.note(id, None);
        };
        match requirement(policy, split.node, split.kind) {
            None => change(&mut bucket.always),
            Some(keys) => {
                self.change_part(split.rest, change);
                for key in keys {
                    let at = split.find(key).unwrap_or_else(|at| {
                        split.children.insert(at, (key, self.open()));
                        at
                    });
                    let child = split.children.get(at).map(|(_, child)| *child);
                    if let Some(child) = child
                        && self.change_part(child, change)
                    {
                        self.close(child);
                        split.children.remove(at);
                    }
                }
            }
        }
        self.note(id, Some(split));
    }

    /// Changes a part of a bucket; whether it is empty now.
    fn change_part(&mut self, id: BucketId, change: &mut dyn FnMut(&mut Vec<u32>)) -> bool {
        let Some(part) = self.buckets.get_mut(id as usize) else {
            return false;
        };
        change(&mut part.always);
        part.always.is_empty()
    }

    /// Puts a split back where it was, and notes whether much has changed since it was chosen.
    fn note(&mut self, id: BucketId, split: Option<Split>) {
        let apart = split.as_ref().map_or(0, |s| self.members(s.rest).len());
        let Some(bucket) = self.buckets.get_mut(id as usize) else {
            return;
        };
        let size = bucket.always.len().saturating_add(apart);
        let worth_it = split.is_some() || (size >= MIN_SPLIT && !bucket.whole);
        bucket.split = split;
        if worth_it && !bucket.due && bucket.changes.saturating_mul(2) >= size {
            bucket.due = true;
            self.due.push(id);
        }
    }

    /// Splits one bucket anew of which much has changed; whether none waits.
    pub(crate) fn settle(&mut self, policies: &[Compiled]) -> bool {
        while let Some(id) = self.due.pop() {
            // It may have been closed since.
            if self.get(id).is_some_and(|bucket| bucket.due) {
                self.resplit(id, policies);
                break;
            }
        }
        self.due.is_empty()
    }

    fn resplit(&mut self, id: BucketId, policies: &[Compiled]) {
        let Some(bucket) = self.buckets.get_mut(id as usize) else {
            return;
        };
        bucket.due = false;
        bucket.changes = 0;
        let mut members = std::mem::take(&mut bucket.always);
        if let Some(split) = bucket.split.take() {
            members.extend(self.members(split.rest));
            self.close_parts(split);
        }
        let (always, split) = self.split(members, policies);
        if let Some(bucket) = self.buckets.get_mut(id as usize) {
            bucket.always = always;
            bucket.split = split;
        }
    }

    /// Files the members by the equality that most of them require; leaves the others.
    fn split(&mut self, members: Vec<u32>, policies: &[Compiled]) -> (Vec<u32>, Option<Split>) {
        let Some((node, kind)) = most_required(&members, policies) else {
            return (members, None);
        };
        let mut always = Vec::new();
        let mut rest = Vec::new();
        let mut filed = Vec::new();
        for policy in members {
            let required = policies
                .get(policy as usize)
                .and_then(|p| requirement(p, node, kind));
            let Some(keys) = required else {
                always.push(policy);
                continue;
            };
            rest.push(policy);
            filed.extend(keys.into_iter().map(|key| (key, policy)));
        }
        let rest = self.filled(rest);
        let filed = sorted(filed);
        let groups = filed.chunk_by(|(a, _), (b, _)| a == b).filter_map(|group| {
            let (key, _) = group.first()?;
            Some((
                *key,
                self.filled(group.iter().map(|(_, policy)| *policy).collect()),
            ))
        });
        let children = groups.collect();
        (
            always,
            Some(Split {
                node,
                kind,
                rest,
                children,
            }),
        )
    }

    fn filled(&mut self, policies: Vec<u32>) -> BucketId {
        let id = self.open();
        if let Some(bucket) = self.buckets.get_mut(id as usize) {
            bucket.always = policies;
        }
        id
    }
}

/// The node and kind that most members require an equality of, where that is worth a split.
fn most_required(members: &[u32], policies: &[Compiled]) -> Option<(NodeId, ScalarKind)> {
    if members.len() < MIN_SPLIT {
        return None;
    }
    let policies = members.iter().filter_map(|&p| policies.get(p as usize));
    let required = policies.flat_map(|p| requirements(p).map(|(node, kind, _)| (node, kind)));
    let required = sorted(required.collect());
    let groups = required.chunk_by(|a, b| a == b);
    let best = groups.max_by_key(|group| group.len())?;
    (best.len() >= MIN_SPLIT)
        .then(|| best.first().copied())
        .flatten()
}

fn requirement(policy: &Compiled, node: NodeId, kind: ScalarKind) -> Option<Vec<Key>> {
    requirements(policy)
        .find(|(n, k, _)| *n == node && *k == kind)
        .map(|(_, _, keys)| keys)
}

/// The equalities without which a policy's condition is false.
fn requirements(policy: &Compiled) -> impl Iterator<Item = (NodeId, ScalarKind, Vec<Key>)> + '_ {
    let leaves = match &policy.when {
        Some(Expr::All(children)) => &children[..],
        Some(leaf @ Expr::Probe(_)) => std::slice::from_ref(leaf),
        _ => &[],
    };
    leaves.iter().filter_map(|leaf| {
        let Expr::Probe(probe) = leaf else {
            return None;
        };
        if probe.default.is_some() || probe.derivation.is_some() {
            return None;
        }
        let (kind, keys) = match &probe.check {
            Check::Equals {
                negated: false,
                right,
            } => {
                let kind = match right {
                    Constant::Bool(_) => ScalarKind::Bool,
                    Constant::Number(_) => ScalarKind::Number,
                    Constant::Text(_) => ScalarKind::String,
                };
                (kind, vec![Key::new(*right)])
            }
            Check::In {
                negated: false,
                right,
            } => match right {
                Constants::Bools { .. } => return None,
                Constants::Numbers(numbers) => (
                    ScalarKind::Number,
                    numbers
                        .iter()
                        .map(|n| Key::new(Constant::Number(*n)))
                        .collect(),
                ),
                Constants::Texts(ids) => (
                    ScalarKind::String,
                    ids.iter().map(|id| Key::new(Constant::Text(*id))).collect(),
                ),
            },
            _ => return None,
        };
        Some((probe.node, kind, keys))
    })
}
