//! A compiled policy set: what every decision reads and none changes.

use std::sync::OnceLock;

use crate::compile::buckets::{BucketId, Buckets};
use crate::compile::hot::Hot;
use crate::compile::index::{Owner, scope_number};
use crate::compile::jumps::jumps;
use crate::compile::nodes::Nodes;
use crate::compile::order::Order;
use crate::compile::policy::{Compiled, compile};
use crate::compile::shelves::Shelves;
use crate::digest::{Digest, digest_of};
use crate::model::Names;
use crate::model::{BUILT_IN_ACTIONS, Catalogue};
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
    /// Places among the policies that are free again.
    free: Vec<u32>,
    by_id: Names,
    /// The enabled policies in the order in which decisions list them.
    order: Order,
    owners: Vec<Owner>,
    owner_ids: Names,
    /// Numbers of owners that are free again.
    free_owners: Vec<u32>,
    pub(crate) buckets: Buckets,
    /// Digests of the tools' definitions, by name.
    tools: Vec<(Box<str>, Box<str>)>,
    /// Digests of the platform's policies with those of each owner; made when asked for.
    digests: Vec<OnceLock<String>>,
    /// Whether the platform's policies, which all of the digests cover, are others by now.
    stale: bool,
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
            free: Vec::new(),
            by_id: Names::default(),
            order: Order::default(),
            owners: vec![Owner::default()],
            owner_ids: Names::default(),
            free_owners: Vec::new(),
            buckets: Buckets::default(),
            tools,
            digests: vec![OnceLock::new()],
            stale: false,
        }
    }

    /// Adds a policy, in place of one with the same id if there is one. Call [`Self::seal`] after.
    pub(crate) fn put(&mut self, policy: ValidPolicy) {
        let compiled = compile(policy, &mut self.nodes, &self.actions);
        let known = self.by_id.get(&compiled.id).copied();
        let number = match known {
            Some(number) => {
                self.unfile(number);
                number
            }
            None => {
                let next = || u32::try_from(self.policies.len()).unwrap_or(u32::MAX);
                let number = self.free.pop().unwrap_or_else(next);
                self.by_id.insert(compiled.id.clone(), number);
                number
            }
        };
        let code = jumps(compiled.when.as_ref(), compiled.unless.as_ref());
        self.hot.put(number, compiled.role, &code);
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
        self.free.push(number);
        true
    }

    fn file(&mut self, number: u32) {
        let Some(policy) = self.policies.get(number as usize) else {
            return;
        };
        if !policy.enabled {
            return;
        }
        let owner_number = match &policy.tenant_id {
            None => PLATFORM,
            Some(tenant) => match self.owner_ids.get(tenant) {
                Some(&owner) => owner,
                None => {
                    let next = || u32::try_from(self.owners.len()).unwrap_or(u32::MAX);
                    let owner = self.free_owners.pop().unwrap_or_else(next);
                    self.owner_ids.insert(tenant.clone(), owner);
                    owner
                }
            },
        };
        if owner_number as usize == self.owners.len() {
            self.owners.push(Owner::default());
            self.digests.push(OnceLock::new());
        }
        let Some(owner) = self.owners.get_mut(owner_number as usize) else {
            return;
        };
        self.order.put(number);
        owner.shelves.put(number, policy.digest);
        match scope_number(policy.scope).and_then(|s| owner.scopes.get_mut(s)) {
            Some(scope) => scope.file(number, policy, &mut self.buckets),
            None => {
                let bucket = *owner.global.get_or_insert_with(|| self.buckets.open());
                self.buckets.put(bucket, number, policy);
            }
        }
        self.outdate(owner_number);
    }

    fn unfile(&mut self, number: u32) {
        let Some(policy) = self.policies.get_mut(number as usize) else {
            return;
        };
        if !policy.enabled {
            return;
        }
        // Its place stays until another policy takes it.
        policy.enabled = false;
        let policy = &*policy;
        self.order.take(number);
        let tenant = policy.tenant_id.as_deref();
        let owner_number = tenant.map_or(Some(PLATFORM), |t| self.owner_ids.get(t).copied());
        let Some(owner_number) = owner_number else {
            return;
        };
        let Some(owner) = self.owners.get_mut(owner_number as usize) else {
            return;
        };
        owner.shelves.take(number, policy.digest);
        match scope_number(policy.scope).and_then(|s| owner.scopes.get_mut(s)) {
            Some(scope) => scope.unfile(number, policy, &mut self.buckets),
            None => {
                if let Some(global) = owner.global
                    && self.buckets.take(global, number, policy)
                {
                    self.buckets.close(global);
                    owner.global = None;
                }
            }
        }
        if let Some(tenant) = tenant
            && owner.shelves.is_empty()
        {
            self.owner_ids.remove(tenant);
            self.free_owners.push(owner_number);
        }
        self.outdate(owner_number);
    }

    fn outdate(&mut self, owner: u32) {
        self.stale |= owner == PLATFORM;
        if let Some(digest) = self.digests.get_mut(owner as usize) {
            *digest = OnceLock::new();
        }
    }

    /// Makes the changes since the last call ready to be looked up.
    pub(crate) fn seal(&mut self) {
        while !self.seal_some(usize::MAX) {}
    }

    /// A part of [`Self::seal`], in so many moves or one larger step; whether all is done.
    pub(crate) fn seal_some(&mut self, moves: usize) -> bool {
        if std::mem::take(&mut self.stale) {
            self.digests.fill_with(OnceLock::new);
        }
        self.order.settle(&self.policies, moves) && self.buckets.settle(&self.policies)
    }

    /// Makes a part of the platform's digest beforehand; whether all is done.
    pub(crate) fn digest_some(&self) -> bool {
        self.owner_index(PLATFORM)
            .is_none_or(|platform| platform.shelves.settle(&self.policies))
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
        self.order.rank(number)
    }

    /// The policy at a place in the order of decisions.
    pub(crate) fn ranked(&self, rank: u32) -> Option<(u32, &Compiled)> {
        let number = self.order.get(rank)?;
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
            let own = |owner| match self.owner_index(owner) {
                Some(owner) => owner.shelves.digest(&self.policies),
                None => Shelves::default().digest(&[]),
            };
            let tenant = if owner == PLATFORM {
                Shelves::default().digest(&[])
            } else {
                own(owner)
            };
            let mut text = String::from("{\"platform\":\"");
            own(PLATFORM).write(&mut text);
            text.push_str("\",\"tenant\":\"");
            tenant.write(&mut text);
            text.push_str("\"}");
            Digest::of(text.as_bytes()).text()
        })
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a panic here is a failed test"
)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::model::Value;
    use crate::parse::parse_policies;
    use crate::validate::validate;

    fn policy(id: usize, tenant: usize, scope: &str, target: &str, region: usize) -> ValidPolicy {
        let text = format!(
            r#"[{{"id": "p{id}", "name": "n", "scope": "{scope}", "effect": "deny", "tenant_id": "t{tenant}",
                "rule_expr": {{"target": ["{target}"], "when": {{"field": "input.n", "eq": {region}}}}}}}]"#
        );
        let parsed = parse_policies(&Value::from_json(&text).unwrap());
        let mut policies = validate(parsed, None)
            .into_result()
            .unwrap()
            .into_policies();
        policies.pop().unwrap()
    }

    /// Everything that grows with policies.
    fn sizes(snapshot: &Snapshot) -> [usize; 7] {
        [
            snapshot.policies.len(),
            snapshot.by_id.len(),
            snapshot.owners.len(),
            snapshot.owner_ids.len(),
            snapshot.nodes.len(),
            snapshot.buckets.len(),
            snapshot.owners.iter().map(Owner::len).max().unwrap_or(0),
        ]
    }

    /// Puts and removes forty policies, none as any before.
    fn churn(snapshot: &mut Snapshot, round: usize) {
        for i in 0..40 {
            let id = round * 100 + i;
            let scope = ["tool", "agent"][i % 2];
            let target = [format!("x{id}"), format!("x{id}*"), format!("*x{id}")];
            snapshot.put(policy(id, round + i % 3, scope, &target[i % 3], i % 2 + id));
            snapshot.put(policy(id, round, "tool", "shared", id));
            snapshot.seal();
        }
        for i in 0..40 {
            assert!(snapshot.remove(&format!("p{}", round * 100 + i)));
            snapshot.seal();
        }
    }

    #[test]
    fn what_is_removed_leaves_nothing_behind() {
        let mut snapshot = Snapshot::new(None);
        let empty = snapshot.digest(PLATFORM).to_owned();
        churn(&mut snapshot, 0);
        let before = sizes(&snapshot);
        for round in 1..20 {
            churn(&mut snapshot, round);
        }
        assert_eq!(sizes(&snapshot), before);
        assert_eq!(snapshot.len(), 0);
        assert_eq!(snapshot.digest(PLATFORM), empty);
    }

    #[test]
    fn changes_come_to_what_a_fresh_set_does() {
        let mut changed = Snapshot::new(None);
        let mut fresh = Snapshot::new(None);
        for id in 0..200 {
            changed.put(policy(id, id % 2, "tool", "shared", id % 5));
        }
        changed.seal();
        for id in (0..200).filter(|id| id % 3 > 0) {
            changed.put(policy(id, 0, "tool", "shared", id % 7));
            changed.seal();
        }
        for id in (0..200).rev() {
            if id % 3 == 0 {
                assert!(changed.remove(&format!("p{id}")));
                changed.seal();
            } else {
                fresh.put(policy(id, 0, "tool", "shared", id % 7));
            }
        }
        while !fresh.seal_some(3) {}
        let ids = |snapshot: &Snapshot| -> Vec<Box<str>> {
            (0..)
                .map_while(|rank| {
                    let (number, policy) = snapshot.ranked(rank)?;
                    assert_eq!(snapshot.rank(number), rank);
                    Some(policy.id.clone())
                })
                .collect()
        };
        assert_eq!(ids(&changed), ids(&fresh));
        assert!(ids(&fresh).is_sorted());
        assert_eq!((fresh.len(), ids(&fresh).len()), (133, 133));
        let owner = changed.owner(Some("t0"));
        assert_eq!(changed.digest(owner), fresh.digest(fresh.owner(Some("t0"))));
        assert_eq!(changed.owner(Some("t1")), PLATFORM);
        // Of either, a value leads to the same policies, and a missing one to all.
        let parts = |snapshot: &Snapshot, value: f64| {
            let mut found = Vec::new();
            snapshot.route(snapshot.owner(Some("t0")), 4, "shared", &mut found);
            let bucket = found[0];
            let split = snapshot
                .buckets
                .get(bucket)
                .unwrap()
                .split
                .as_ref()
                .unwrap();
            let child = split
                .child(crate::compile::Constant::Number(value))
                .unwrap();
            let names = |bucket| {
                let members = snapshot.buckets.everyone(bucket);
                let mut ids: Vec<_> = members
                    .map(|n| snapshot.policy(n).unwrap().id.clone())
                    .collect();
                ids.sort();
                ids
            };
            (names(bucket), names(child), names(split.rest))
        };
        for value in 0..7_u8 {
            assert_eq!(parts(&changed, value.into()), parts(&fresh, value.into()));
        }
    }

    #[test]
    fn the_digest_of_a_set_is_of_shelves_of_digests() {
        let mut snapshot = Snapshot::new(None);
        let mut shelves = BTreeMap::<String, BTreeSet<String>>::new();
        for number in 0..600 {
            snapshot.put(policy(number as usize, 0, "tool", "shared", 1));
            let digest = snapshot.policy(number).unwrap().digest.text();
            let first = digest
                .get("sha256:".len()..)
                .and_then(|digits| digits.get(..2));
            let shelf = shelves.entry(first.unwrap().to_owned());
            shelf.or_default().insert(digest);
        }
        let owner = snapshot.owner(Some("t0"));
        let made = &snapshot.owner_index(owner).unwrap().shelves;
        // Each call makes one.
        let calls = (0..).take_while(|_| !made.settle(&snapshot.policies));
        assert_eq!(calls.count(), shelves.len());
        let of = |text: String| Digest::of(text.as_bytes()).text();
        let shelves = shelves
            .iter()
            .map(|(first, digests)| (first, of(serde_json::to_string(digests).unwrap())));
        let tenant = serde_json::to_string(&shelves.collect::<BTreeMap<_, _>>()).unwrap();
        let whole = BTreeMap::from([("platform", of("{}".to_owned())), ("tenant", of(tenant))]);
        let text = serde_json::to_string(&whole).unwrap();
        assert_eq!(snapshot.digest(owner), of(text));
    }
}
