//! A compiled policy set: what every decision reads and none changes.

use std::sync::OnceLock;

use crate::compile::buckets::{BucketId, Buckets};
use crate::compile::hot::Hot;
use crate::compile::index::{Owner, scope_number};
use crate::compile::jumps::jumps;
use crate::compile::nodes::Nodes;
use crate::compile::policy::{Compiled, compile};
use crate::digest::digest_of;
use crate::model::Names;
use crate::model::{BUILT_IN_ACTIONS, Catalogue, Value, sorted};
use crate::validate::ValidPolicy;

/// The number of the platform among the owners.
pub(crate) const PLATFORM: u32 = 0;

/// A compiled policy set.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) nodes: Nodes,
    pub(crate) actions: Vec<String>,
    policies: Vec<Compiled>,
    pub(crate) hot: Hot,
    by_id: Names,
    /// The policies in the order in which decisions list them…
    order: Vec<u32>,
    /// …and each policy's place in it.
    ranks: Vec<u32>,
    owners: Vec<Owner>,
    owner_ids: Names,
    pub(crate) buckets: Buckets,
    /// Digests of the tools' definitions, by name.
    tools: Vec<(Box<str>, Box<str>)>,
    /// Digests of the platform's policies with those of each owner; made when asked for.
    digests: Vec<OnceLock<String>>,
    platform_digest: OnceLock<String>,
}

impl Snapshot {
    /// A set without policies, over a catalogue.
    pub(crate) fn new(catalogue: Option<&Catalogue>) -> Self {
        let declared = catalogue.map_or(&[][..], |c| &c.actions);
        let built_in = BUILT_IN_ACTIONS.iter().map(|a| (*a).to_owned());
        let actions: Vec<String> = built_in.chain(declared.iter().cloned()).collect();
        let tools = catalogue
            .map_or(&[][..], |c| &c.tools)
            .iter()
            .map(|t| {
                (
                    t.name.as_str().into(),
                    digest_of(&t.definition).text().into(),
                )
            })
            .collect();
        Self {
            nodes: Nodes::new(&actions),
            actions,
            policies: Vec::new(),
            hot: Hot::default(),
            by_id: Names::default(),
            order: Vec::new(),
            ranks: Vec::new(),
            owners: vec![Owner::default()],
            owner_ids: Names::default(),
            buckets: Buckets::default(),
            tools,
            digests: vec![OnceLock::new()],
            platform_digest: OnceLock::new(),
        }
    }

    /// Adds a policy, in place of one with the same id if there is one. Call [`Self::seal`] after.
    pub(crate) fn put(&mut self, policy: &ValidPolicy) {
        let compiled = compile(policy, &mut self.nodes, &self.actions);
        let number = match self.by_id.get(&compiled.id) {
            Some(&number) => {
                self.unfile(number);
                number
            }
            None => u32::try_from(self.policies.len()).unwrap_or(u32::MAX),
        };
        let code = jumps(compiled.when.as_ref(), compiled.unless.as_ref());
        self.hot.put(number, compiled.actions, compiled.role, &code);
        self.by_id.insert(compiled.id.clone(), number);
        match self.policies.get_mut(number as usize) {
            Some(place) => *place = compiled,
            None => self.policies.push(compiled),
        }
        self.file(number);
    }

    /// Takes a policy out; whether there was one. Call [`Self::seal`] after.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let Some(number) = self.by_id.remove(id) else {
            return false;
        };
        self.unfile(number);
        // The place stays, disabled: numbers of policies are kept in buckets.
        if let Some(policy) = self.policies.get_mut(number as usize) {
            policy.enabled = false;
        }
        true
    }

    fn file(&mut self, number: u32) {
        let Some(policy) = self.policies.get(number as usize) else {
            return;
        };
        if !policy.enabled {
            return;
        }
        let owner = match &policy.tenant_id {
            None => PLATFORM,
            Some(tenant) => {
                let next = u32::try_from(self.owners.len()).unwrap_or(u32::MAX);
                *self.owner_ids.entry(tenant.clone()).or_insert(next)
            }
        };
        if owner as usize == self.owners.len() {
            self.owners.push(Owner::default());
            self.digests.push(OnceLock::new());
        }
        let Some(owner) = self.owners.get_mut(owner as usize) else {
            return;
        };
        owner.members.push(number);
        match scope_number(policy.scope).and_then(|s| owner.scopes.get_mut(s)) {
            Some(scope) => scope.file(number, &policy.target, &mut self.buckets),
            None => {
                let bucket = *owner.global.get_or_insert_with(|| self.buckets.open());
                self.buckets.put(bucket, number);
            }
        }
    }

    fn unfile(&mut self, number: u32) {
        let Some(policy) = self.policies.get(number as usize) else {
            return;
        };
        let owner = self.owner(policy.tenant_id.as_deref());
        let Some(owner) = self.owners.get_mut(owner as usize) else {
            return;
        };
        owner.members.retain(|&p| p != number);
        match scope_number(policy.scope).and_then(|s| owner.scopes.get_mut(s)) {
            Some(scope) => scope.unfile(number, &policy.target, &mut self.buckets),
            None => {
                if let Some(global) = owner.global {
                    self.buckets.take(global, number);
                }
            }
        }
    }

    /// Makes the changes since the last call ready to be looked up.
    pub(crate) fn seal(&mut self) {
        self.buckets.seal(&self.policies);
        let policies = &self.policies;
        let ranked = (0_u32..).zip(policies).filter(|(_, p)| p.enabled);
        let ranked = sorted(ranked.map(|(n, p)| (p.effect as u32, &*p.id, n)).collect());
        self.order = ranked.into_iter().map(|(_, _, number)| number).collect();
        self.ranks = vec![u32::MAX; policies.len()];
        for (rank, &number) in (0_u32..).zip(&self.order) {
            if let Some(place) = self.ranks.get_mut(number as usize) {
                *place = rank;
            }
        }
        self.digests = self.owners.iter().map(|_| OnceLock::new()).collect();
        self.platform_digest = OnceLock::new();
    }

    #[inline(always)]
    pub(crate) fn policy(&self, number: u32) -> Option<&Compiled> {
        self.policies.get(number as usize)
    }

    /// The number of the policy with an id.
    pub(crate) fn number(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// A policy's place in the order of decisions.
    #[inline(always)]
    pub(crate) fn rank(&self, number: u32) -> u32 {
        self.ranks.get(number as usize).copied().unwrap_or(u32::MAX)
    }

    /// The policy at a place in the order of decisions.
    pub(crate) fn ranked(&self, rank: u32) -> Option<(u32, &Compiled)> {
        let number = *self.order.get(rank as usize)?;
        Some((number, self.policy(number)?))
    }

    /// How many enabled policies there are.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The number of an owner; the platform's for a tenant that owns no policy.
    pub(crate) fn owner(&self, tenant: Option<&str>) -> u32 {
        tenant
            .and_then(|t| self.owner_ids.get(t).copied())
            .unwrap_or(PLATFORM)
    }

    /// How many owners there are, the platform among them.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn owners(&self) -> usize {
        self.owners.len()
    }

    pub(crate) fn owner_index(&self, owner: u32) -> Option<&Owner> {
        self.owners.get(owner as usize)
    }

    /// The buckets of an owner for an id at a scope.
    pub(crate) fn route(&self, owner: u32, scope: usize, id: &str, found: &mut Vec<BucketId>) {
        if let Some(scope) = self.owner_index(owner).and_then(|o| o.scopes.get(scope)) {
            scope.route(id, found);
        }
    }

    /// The digest of a tool's definition in the catalogue.
    pub(crate) fn tool_digest(&self, name: &str) -> Option<&str> {
        self.tools
            .iter()
            .find(|(known, _)| **known == *name)
            .map(|(_, digest)| &**digest)
    }

    /// The digest of the platform's policies and those of an owner.
    pub(crate) fn digest(&self, owner: u32) -> &str {
        let Some(cell) = self.digests.get(owner as usize) else {
            return "";
        };
        cell.get_or_init(|| {
            let platform = self
                .platform_digest
                .get_or_init(|| self.members_digest(PLATFORM))
                .as_str();
            let tenant = if owner == PLATFORM {
                digest_of(&Value::Array(Vec::new())).text()
            } else {
                self.members_digest(owner)
            };
            digest_of(&Value::Object(vec![
                ("platform".to_owned(), Value::from(platform)),
                ("tenant".to_owned(), Value::String(tenant)),
            ]))
            .text()
        })
    }

    fn members_digest(&self, owner: u32) -> String {
        let members = self.owner_index(owner).map_or(&[][..], |o| &o.members);
        let policies = members
            .iter()
            .filter_map(|&n| Some((0, &*self.policy(n)?.id, n)));
        let policies = sorted(policies.collect());
        let pairs = policies.into_iter().filter_map(|(_, id, number)| {
            let digest = &*self.policy(number)?.digest;
            Some(Value::Array(vec![Value::from(id), Value::from(digest)]))
        });
        digest_of(&Value::Array(pairs.collect())).text()
    }
}
