//! The digest of a policy set, kept up as policies come and go.
//!
//! Policies lie on shelves by the first byte of their digests. A change makes the digests of one or two shelves anew and
//! not those of all policies.

use std::sync::OnceLock;

use crate::compile::policy::Compiled;
use crate::digest::{Digest, push_hex};
use crate::model::sorted;

/// The enabled policies of one owner.
#[derive(Debug, Default)]
pub(crate) struct Shelves(Vec<Shelf>);

#[derive(Debug)]
struct Shelf {
    /// With what the digests of its policies begin.
    first: u8,
    policies: Vec<u32>,
    digest: OnceLock<Digest>,
}

impl Shelves {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn put(&mut self, number: u32, digest: Digest) {
        let at = match self.find(digest) {
            Ok(at) => at,
            Err(at) => {
                let shelf = Shelf {
                    first: digest.first(),
                    policies: Vec::new(),
                    digest: OnceLock::new(),
                };
                self.0.insert(at, shelf);
                at
            }
        };
        if let Some(shelf) = self.0.get_mut(at) {
            shelf.policies.push(number);
            shelf.digest = OnceLock::new();
        }
    }

    pub(crate) fn take(&mut self, number: u32, digest: Digest) {
        let Ok(at) = self.find(digest) else { return };
        let Some(shelf) = self.0.get_mut(at) else {
            return;
        };
        shelf.policies.retain(|&policy| policy != number);
        shelf.digest = OnceLock::new();
        if shelf.policies.is_empty() {
            self.0.remove(at);
        }
    }

    fn find(&self, digest: Digest) -> Result<usize, usize> {
        self.0
            .binary_search_by_key(&digest.first(), |shelf| shelf.first)
    }

    /// Makes the digest of one shelf that has none; whether all have theirs.
    pub(crate) fn settle(&self, policies: &[Compiled]) -> bool {
        match self.0.iter().find(|shelf| shelf.digest.get().is_none()) {
            Some(shelf) => {
                shelf.digest(policies);
                false
            }
            None => true,
        }
    }

    /// Of the object that names each shelf's digest by the two digits with which those on it begin.
    pub(crate) fn digest(&self, policies: &[Compiled]) -> Digest {
        let mut text = String::from("{");
        for shelf in &self.0 {
            text.push_str(if text.len() > 1 { ",\"" } else { "\"" });
            push_hex(&mut text, shelf.first);
            text.push_str("\":\"");
            shelf.digest(policies).write(&mut text);
            text.push('"');
        }
        text.push('}');
        Digest::of(text.as_bytes())
    }
}

impl Shelf {
    /// Of the list of its policies' digests, sorted.
    fn digest(&self, policies: &[Compiled]) -> Digest {
        *self.digest.get_or_init(|| {
            let digests = self
                .policies
                .iter()
                .filter_map(|&number| Some(policies.get(number as usize)?.digest));
            let mut text = String::with_capacity(self.policies.len().saturating_mul(80));
            text.push('[');
            for digest in sorted(digests.collect()) {
                text.push_str(if text.len() > 1 { ",\"" } else { "\"" });
                digest.write(&mut text);
                text.push('"');
            }
            text.push(']');
            Digest::of(text.as_bytes())
        })
    }
}
