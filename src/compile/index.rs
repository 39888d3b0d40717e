//! The index: which policies a request must be asked about, found by its ids.
//!
//! Policies are filed by owner, then scope, then target. A large bucket is split once more by the
//! equality that most of its policies require (see [`crate::compile::split`]).

use crate::compile::buckets::{BucketId, Buckets};
use crate::derive::Glob;
use crate::model::Names;
use crate::model::Scope;

/// The scopes that have an entity, in the order of their numbers at the boundary.
pub(crate) const ENTITY_SCOPES: [Scope; 5] = [
    Scope::Tenant,
    Scope::App,
    Scope::Workflow,
    Scope::Agent,
    Scope::Tool,
];

/// The policies of one owner: the platform, or a tenant.
#[derive(Debug, Default)]
pub(crate) struct Owner {
    /// All of its enabled policies, unordered.
    pub(crate) members: Vec<u32>,
    pub(crate) global: Option<BucketId>,
    pub(crate) scopes: [ScopeIndex; 5],
}

/// The policies of one owner at one scope.
#[derive(Debug, Default)]
pub(crate) struct ScopeIndex {
    /// All of them: whom an entity that was not stated concerns.
    pub(crate) all: Option<BucketId>,
    exact: Names,
    /// Globs, by the literal text that they begin with.
    by_prefix: Affixes,
    /// Globs that begin with a wildcard, by the literal text that they end with.
    by_suffix: Affixes,
    globs: Vec<(Glob, BucketId)>,
}

/// Globs filed by a literal affix, and how many have one of which length.
#[derive(Debug, Default)]
struct Affixes {
    heads: Names,
    lists: Vec<Vec<u32>>,
    /// The lengths in bytes that occur, ascending.
    lengths: Vec<usize>,
}

impl Affixes {
    fn file(&mut self, affix: &str, glob: u32) {
        let next = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        let list = *self.heads.entry(affix.into()).or_insert(next);
        if list == next {
            self.lists.push(Vec::new());
        }
        if let Some(globs) = self.lists.get_mut(list as usize) {
            globs.push(glob);
        }
        if let Err(at) = self.lengths.binary_search(&affix.len()) {
            self.lengths.insert(at, affix.len());
        }
    }

    fn candidates<'a>(&'a self, affix: Option<&str>) -> &'a [u32] {
        affix
            .and_then(|affix| self.heads.get(affix))
            .and_then(|&list| self.lists.get(list as usize))
            .map_or(&[], Vec::as_slice)
    }
}

impl ScopeIndex {
    /// Files a policy under each of its target's globs.
    pub(crate) fn file(&mut self, policy: u32, target: &[Box<str>], buckets: &mut Buckets) {
        let all = *self.all.get_or_insert_with(|| buckets.open());
        buckets.put(all, policy);
        for pattern in target {
            if let Some(bucket) = self.bucket_of(pattern, buckets) {
                buckets.put(bucket, policy);
            }
        }
    }

    /// Takes a policy out again.
    pub(crate) fn unfile(&mut self, policy: u32, target: &[Box<str>], buckets: &mut Buckets) {
        if let Some(all) = self.all {
            buckets.take(all, policy);
            if buckets.is_empty(all) {
                self.all = None;
            }
        }
        for pattern in target {
            if let Some(bucket) = self.bucket_of(pattern, buckets) {
                buckets.take(bucket, policy);
            }
        }
    }

    /// The bucket of a glob; opened if it is new.
    fn bucket_of(&mut self, pattern: &str, buckets: &mut Buckets) -> Option<BucketId> {
        let glob = Glob::parse(pattern).ok()?;
        if let Some(id) = glob.as_exact() {
            return Some(
                *self
                    .exact
                    .entry(id.into())
                    .or_insert_with(|| buckets.open()),
            );
        }
        if let Some(bucket) = self.find(&glob) {
            return Some(bucket);
        }
        let bucket = buckets.open();
        let number = u32::try_from(self.globs.len()).unwrap_or(u32::MAX);
        let prefix = glob.literal_prefix();
        if prefix.is_empty() {
            self.by_suffix.file(&glob.literal_suffix(), number);
        } else {
            self.by_prefix.file(&prefix, number);
        }
        self.globs.push((glob, bucket));
        Some(bucket)
    }

    fn find(&self, glob: &Glob) -> Option<BucketId> {
        let prefix = glob.literal_prefix();
        let candidates = if prefix.is_empty() {
            self.by_suffix.candidates(Some(&glob.literal_suffix()))
        } else {
            self.by_prefix.candidates(Some(&prefix))
        };
        candidates
            .iter()
            .find_map(|&n| match self.globs.get(n as usize) {
                Some((known, bucket)) if known == glob => Some(*bucket),
                _ => None,
            })
    }

    /// The buckets of the policies whose target matches an id.
    pub(crate) fn route(&self, id: &str, found: &mut Vec<BucketId>) {
        found.extend(self.exact.get(id));
        for &length in &self.by_prefix.lengths {
            self.matching(self.by_prefix.candidates(id.get(..length)), id, found);
        }
        for &length in &self.by_suffix.lengths {
            let tail = id
                .len()
                .checked_sub(length)
                .and_then(|start| id.get(start..));
            self.matching(self.by_suffix.candidates(tail), id, found);
        }
    }

    fn matching(&self, candidates: &[u32], id: &str, found: &mut Vec<BucketId>) {
        for &number in candidates {
            if let Some((glob, bucket)) = self.globs.get(number as usize)
                && glob.matches(id)
            {
                found.push(*bucket);
            }
        }
    }
}

/// The place of a scope in [`ENTITY_SCOPES`]; a global policy has none.
pub(crate) fn scope_number(scope: Scope) -> Option<usize> {
    ENTITY_SCOPES.iter().position(|s| *s == scope)
}
