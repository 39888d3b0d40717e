//! The index: which policies a request must be asked about, found by its ids.
//!
//! Policies are filed by owner, then scope, then target. A large bucket is split once more by the
//! equality that most of its policies require (see [`crate::compile::split`]).

use crate::compile::buckets::{BucketId, Buckets};
use crate::compile::policy::Compiled;
use crate::compile::shelves::Shelves;
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
    /// All of its enabled policies.
    pub(crate) shelves: Shelves,
    pub(crate) global: Option<BucketId>,
    pub(crate) scopes: [ScopeIndex; 5],
}

#[cfg(test)]
impl Owner {
    /// Everything that grows with its policies.
    pub(crate) fn len(&self) -> usize {
        let affixes = |a: &Affixes| [a.heads.len(), a.lists.len(), a.lengths.len()];
        let scope = |s: &ScopeIndex| {
            let globs = [affixes(&s.by_prefix), affixes(&s.by_suffix)];
            let lists = [s.exact.len(), s.globs.len()];
            lists
                .into_iter()
                .chain(globs.into_iter().flatten())
                .sum::<usize>()
        };
        self.scopes.iter().map(scope).sum()
    }
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
    /// Numbers of globs that are free again.
    free: Vec<u32>,
}

/// Globs filed by a literal affix, and how many have one of which length.
#[derive(Debug, Default)]
struct Affixes {
    heads: Names,
    lists: Vec<Vec<u32>>,
    /// Numbers of lists that are free again.
    free: Vec<u32>,
    /// The lengths in bytes that occur, ascending, and how often.
    lengths: Vec<(usize, u32)>,
}

impl Affixes {
    fn file(&mut self, affix: &str, glob: u32) {
        let list = match self.heads.get(affix) {
            Some(&list) => list,
            None => self.open(affix),
        };
        if let Some(globs) = self.lists.get_mut(list as usize) {
            globs.push(glob);
        }
    }

    fn open(&mut self, affix: &str) -> u32 {
        let list = self.free.pop().unwrap_or_else(|| {
            self.lists.push(Vec::new());
            u32::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u32::MAX)
        });
        self.heads.insert(affix.into(), list);
        let at = match self.find(affix.len()) {
            Ok(at) => at,
            Err(at) => {
                self.lengths.insert(at, (affix.len(), 0));
                at
            }
        };
        if let Some((_, count)) = self.lengths.get_mut(at) {
            *count = count.saturating_add(1);
        }
        list
    }

    fn unfile(&mut self, affix: &str, glob: u32) {
        let Some(&list) = self.heads.get(affix) else {
            return;
        };
        let Some(globs) = self.lists.get_mut(list as usize) else {
            return;
        };
        globs.retain(|&known| known != glob);
        if !globs.is_empty() {
            return;
        }
        self.heads.remove(affix);
        self.free.push(list);
        if let Ok(at) = self.find(affix.len())
            && let Some((_, count)) = self.lengths.get_mut(at)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.lengths.remove(at);
            }
        }
    }

    fn find(&self, length: usize) -> Result<usize, usize> {
        self.lengths
            .binary_search_by_key(&length, |(length, _)| *length)
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
    pub(crate) fn file(&mut self, number: u32, policy: &Compiled, buckets: &mut Buckets) {
        // It is looked at for entities without an id only, where there is little to split by.
        let all = *self.all.get_or_insert_with(|| buckets.open_whole());
        buckets.put(all, number, policy);
        for pattern in &policy.target {
            if let Some(bucket) = self.bucket_of(pattern, buckets) {
                buckets.put(bucket, number, policy);
            }
        }
    }

    /// Takes a policy out again.
    pub(crate) fn unfile(&mut self, number: u32, policy: &Compiled, buckets: &mut Buckets) {
        if let Some(all) = self.all
            && buckets.take(all, number, policy)
        {
            buckets.close(all);
            self.all = None;
        }
        for pattern in &policy.target {
            let Ok(glob) = Glob::parse(pattern) else {
                continue;
            };
            let bucket = match glob.as_exact() {
                Some(id) => self.exact.get(id).copied(),
                None => self.find(&glob).map(|(_, bucket)| bucket),
            };
            if let Some(bucket) = bucket
                && buckets.take(bucket, number, policy)
            {
                buckets.close(bucket);
                self.forget(&glob);
            }
        }
    }

    /// Forgets a glob whose bucket is closed.
    fn forget(&mut self, glob: &Glob) {
        if let Some(id) = glob.as_exact() {
            self.exact.remove(id);
        } else if let Some((number, _)) = self.find(glob) {
            let prefix = glob.literal_prefix();
            if prefix.is_empty() {
                self.by_suffix.unfile(&glob.literal_suffix(), number);
            } else {
                self.by_prefix.unfile(&prefix, number);
            }
            self.free.push(number);
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
        if let Some((_, bucket)) = self.find(&glob) {
            return Some(bucket);
        }
        let bucket = buckets.open();
        let next = || u32::try_from(self.globs.len()).unwrap_or(u32::MAX);
        let number = self.free.pop().unwrap_or_else(next);
        let prefix = glob.literal_prefix();
        if prefix.is_empty() {
            self.by_suffix.file(&glob.literal_suffix(), number);
        } else {
            self.by_prefix.file(&prefix, number);
        }
        match self.globs.get_mut(number as usize) {
            Some(place) => *place = (glob, bucket),
            None => self.globs.push((glob, bucket)),
        }
        Some(bucket)
    }

    fn find(&self, glob: &Glob) -> Option<(u32, BucketId)> {
        let prefix = glob.literal_prefix();
        let candidates = if prefix.is_empty() {
            self.by_suffix.candidates(Some(&glob.literal_suffix()))
        } else {
            self.by_prefix.candidates(Some(&prefix))
        };
        candidates
            .iter()
            .find_map(|&number| match self.globs.get(number as usize) {
                Some((known, bucket)) if known == glob => Some((number, *bucket)),
                _ => None,
            })
    }

    /// The buckets of the policies whose target matches an id.
    pub(crate) fn route(&self, id: &str, found: &mut Vec<BucketId>) {
        found.extend(self.exact.get(id));
        for &(length, _) in &self.by_prefix.lengths {
            self.matching(self.by_prefix.candidates(id.get(..length)), id, found);
        }
        for &(length, _) in &self.by_suffix.lengths {
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
