//! Buckets: policies that are looked at together. A large one is split by what they require.

use crate::compile::nodes::NodeId;
use crate::compile::policy::Compiled;
use crate::compile::program::{Check, Constant, Constants, Expr};
use crate::model::{ScalarKind, sorted, sorted_set};

/// The number of a bucket.
pub(crate) type BucketId = u32;

/// A bucket of fewer policies is not worth a split.
const MIN_SPLIT: usize = 16;

/// Policies that are looked at together.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// All that were put here.
    pub(crate) members: Vec<u32>,
    /// Those to look at for every request that comes here.
    pub(crate) always: Vec<u32>,
    /// Where the others are.
    pub(crate) split: Option<Split>,
}

/// The others of a bucket, by the value that they require of one node.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) node: NodeId,
    pub(crate) kind: ScalarKind,
    /// For a value that is absent or of another kind: all of them, since it makes them err.
    pub(crate) rest: BucketId,
    /// By key, ascending.
    children: Box<[(Key, BucketId)]>,
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
        let at = self
            .children
            .binary_search_by_key(&Key::new(value), |(key, _)| *key)
            .ok()?;
        self.children.get(at).map(|(_, bucket)| *bucket)
    }
}

/// All buckets.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    buckets: Vec<Bucket>,
    /// Numbers that are free again.
    free: Vec<BucketId>,
    /// Those that changed since they were sealed.
    open: Vec<BucketId>,
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

    #[inline(always)]
    pub(crate) fn get(&self, id: BucketId) -> Option<&Bucket> {
        self.buckets.get(id as usize)
    }

    pub(crate) fn is_empty(&self, id: BucketId) -> bool {
        self.get(id).is_none_or(|b| b.members.is_empty())
    }

    pub(crate) fn put(&mut self, id: BucketId, policy: u32) {
        if let Some(bucket) = self.buckets.get_mut(id as usize)
            && bucket.members.last() != Some(&policy)
        {
            bucket.members.push(policy);
            self.open.push(id);
        }
    }

    pub(crate) fn take(&mut self, id: BucketId, policy: u32) {
        if let Some(bucket) = self.buckets.get_mut(id as usize) {
            bucket.members.retain(|&p| p != policy);
            self.open.push(id);
        }
    }

    /// Splits what is large and changed. To be called before anything is looked up.
    pub(crate) fn seal(&mut self, policies: &[Compiled]) {
        for id in sorted_set(std::mem::take(&mut self.open)) {
            self.reseal(id, policies);
        }
    }

    fn reseal(&mut self, id: BucketId, policies: &[Compiled]) {
        let Some(bucket) = self.buckets.get_mut(id as usize) else {
            return;
        };
        let old = bucket.split.take();
        let members = bucket.members.clone();
        if let Some(split) = old {
            self.close(split.rest);
            for (_, child) in split.children {
                self.close(child);
            }
        }
        let (always, split) = self.split(members, policies);
        if let Some(bucket) = self.buckets.get_mut(id as usize) {
            bucket.always = always;
            bucket.split = split;
        }
    }

    fn close(&mut self, id: BucketId) {
        let Some(bucket) = self.buckets.get_mut(id as usize).map(std::mem::take) else {
            return;
        };
        self.free.push(id);
        if let Some(split) = bucket.split {
            self.close(split.rest);
            for (_, child) in split.children {
                self.close(child);
            }
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
            bucket.always.clone_from(&policies);
            bucket.members = policies;
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
