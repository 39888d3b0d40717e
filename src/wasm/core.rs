//! The core of one engine, as JavaScript holds it.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::compile::{Constant, NodeId, Read, Step, merged};
use crate::engine::{Engine, Residue, parse_grants};
use crate::eval::{
    Approved, Frame, Scratch, Stated, approval, decide, plain_limit, plain_reason, range,
    reason_at, shadow,
};
use crate::model::{Grant, Reader, ScalarKind, Value};
use crate::partial::{Cell, preview_many};
use crate::wasm::{deep, json, preview, words};

/// Marks a request of the common kind.
const COMMON: u32 = 0x8000_0000;

/// Marks a node of which the bytes of strings are needed.
const BYTES: u32 = 0x8000_0000;
/// Marks a node of which only what is below is read.
const PASSAGE: u32 = 0x4000_0000;

/// An engine, and the memory that it shares with its encoder in JavaScript.
#[wasm_bindgen]
pub struct Core {
    pub(super) engine: Engine,
    /// What a residual says beside its policies, where the engine is of one.
    residue: Option<Residue>,
    pub(super) frame: Frame,
    pub(super) picks: Vec<u32>,
    pub(super) out: Vec<u32>,
    approved: Vec<Approved>,
    scratch: Scratch,
}

impl Core {
    pub(super) fn of(engine: Engine, residue: Option<Residue>) -> Self {
        let mut core = Self {
            engine,
            residue,
            frame: Frame::default(),
            picks: Vec::new(),
            out: Vec::with_capacity(256),
            approved: Vec::new(),
            scratch: Scratch::default(),
        };
        core.reserve(core.node_count().saturating_add(256), 16_384, 64);
        core
    }
}

#[wasm_bindgen]
impl Core {
    /// Decides what the frame and the first `picks` buckets say; answers as [`words::write`] does.
    ///
    /// For a request of the common kind `stated` has its highest bit set and a bit for each entity
    /// that is an object with a string id, the others being `null`; of the fixed cells only those of
    /// the action, the time, the run and its mode must be written then, and what policies read.
    pub fn decide(&mut self, picks: usize, stated: u32) -> u32 {
        let picks = self.picks.get(..picks).unwrap_or_default();
        let stated = (stated & COMMON != 0).then_some(Stated(stated & !COMMON));
        decide(
            &self.engine.snapshot,
            &self.frame,
            picks,
            &self.approved,
            stated,
            &mut self.scratch,
        );
        self.approved.clear();
        words::write(&self.scratch.outcome, &mut self.out)
    }

    /// Makes room for so many cells, bytes of strings and picked buckets.
    pub fn reserve(&mut self, cells: usize, heap: usize, picks: usize) {
        grow(&mut self.frame.cells, cells);
        grow(&mut self.frame.heap, heap);
        grow(&mut self.picks, picks);
        let policies = self.engine.snapshot.len();
        self.scratch.outcome.hits.reserve(policies.min(64));
    }

    /// Where the cells are.
    pub fn frame_ptr(&self) -> usize {
        self.frame.cells.as_ptr() as usize
    }

    /// Where the bytes of strings go.
    pub fn heap_ptr(&self) -> usize {
        self.frame.heap.as_ptr() as usize
    }

    /// How many bytes of strings there is room for.
    pub fn heap_capacity(&self) -> usize {
        self.frame.heap.len()
    }

    /// Where the picked buckets go.
    pub fn picks_ptr(&self) -> usize {
        self.picks.as_ptr() as usize
    }

    /// Where the outcome is.
    pub fn out_ptr(&self) -> usize {
        self.out.as_ptr() as usize
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.engine.snapshot.nodes.len()
    }

    /// What a node is: its parent, how it is reached from there, and its literals.
    pub fn node(&self, id: NodeId) -> JsValue {
        #[derive(Serialize)]
        struct Description<'a> {
            parent: NodeId,
            kind: &'static str,
            key: Option<&'a str>,
            literals: Option<&'a [Box<str>]>,
            max: u32,
        }
        let Some(node) = self.engine.snapshot.nodes.get(id) else {
            return JsValue::NULL;
        };
        let (kind, key) = match &node.step {
            Step::Member(name) => ("member", Some(&**name)),
            Step::Elements => ("elements", None),
            Step::Keys => ("keys", None),
            Step::Root | Step::Derived(_) => ("none", None),
        };
        let literals = node.interned();
        json::object(&Description {
            parent: node.parent,
            kind,
            key,
            literals,
            max: node.max_len,
        })
    }

    /// How many owners there are, the platform among them.
    pub fn owners(&self) -> usize {
        self.engine.snapshot.owners()
    }

    /// The number of the owner that a tenant is; 0, the platform's, if it owns no policy.
    pub fn owner(&self, tenant: &str) -> u32 {
        self.engine.snapshot.owner(Some(tenant))
    }

    /// The buckets of an owner: of global policies, then all at each scope; 0 is none.
    pub fn owner_info(&self, owner: u32) -> Vec<u32> {
        let Some(owner) = self.engine.snapshot.owner_index(owner) else {
            return vec![0; 6];
        };
        let buckets = owner.scopes.iter().map(|s| s.all);
        std::iter::once(owner.global)
            .chain(buckets)
            .map(one_based)
            .collect()
    }

    /// The digest of the platform's policies together with those of a tenant.
    pub fn policy_set(&self, tenant: &str) -> String {
        self.engine.snapshot.digest(self.owner(tenant)).to_owned()
    }

    /// The digest of the platform's policies.
    pub fn platform_set(&self) -> String {
        let residue = self.residue.as_ref();
        residue
            .map_or(self.engine.digest(), Residue::policy_set)
            .to_owned()
    }

    /// The buckets of an owner's policies whose targets match an id at a scope.
    pub fn route(&self, owner: u32, scope: usize, id: &str) -> Vec<u32> {
        let mut found = Vec::new();
        self.engine.snapshot.route(owner, scope, id, &mut found);
        found
    }

    /// A bucket's split, another pick of the same policies or 0, and what these read for an action.
    pub fn bucket(&self, bucket: u32, action: u32) -> Vec<u32> {
        let snapshot = &self.engine.snapshot;
        let Some(bucket) = snapshot.buckets.get(bucket) else {
            return vec![0, 0, 0, 0];
        };
        let mut words = match &bucket.split {
            None => vec![0, 0, 0],
            Some(split) => {
                let kind = match split.kind {
                    ScalarKind::Bool => 0,
                    ScalarKind::Number => 1,
                    ScalarKind::String => 2,
                };
                vec![split.node.saturating_add(1), kind, split.rest]
            }
        };
        let split = bucket
            .split
            .as_ref()
            .map(|split| snapshot.nodes.lineage(split.node));
        let split = split
            .into_iter()
            .flatten()
            .map(|node| Read::value(node, false));
        let policies = bucket.always.iter().filter_map(|&p| snapshot.policy(p));
        let covering = policies.filter(|p| p.covers_action(action));
        let reads = merged(split.chain(covering.flat_map(|p| p.reads.iter().copied())));
        words.push(range(&bucket.always));
        words.extend(reads.into_iter().map(|read| {
            let node = snapshot.nodes.get(read.node());
            let bytes = read.needs_bytes() || node.is_none_or(|n| n.interned().is_none());
            let passage = if read.needs_value() { 0 } else { PASSAGE };
            read.node() | passage | if bytes { BYTES } else { 0 }
        }));
        words
    }

    /// The part of a split bucket for a value of the split's kind, plus 1; 0 if there is none.
    pub fn child(&self, bucket: u32, value: &JsValue) -> u32 {
        let snapshot = &self.engine.snapshot;
        let Some(split) = snapshot.buckets.get(bucket).and_then(|b| b.split.as_ref()) else {
            return 0;
        };
        let constant = match split.kind {
            ScalarKind::Bool => value.as_bool().map(Constant::Bool),
            ScalarKind::Number => value.as_f64().map(Constant::Number),
            ScalarKind::String => {
                let node = snapshot.nodes.get(split.node);
                let literal = value.as_string().and_then(|text| node?.literal_id(&text));
                literal.map(Constant::Text)
            }
        };
        one_based(constant.and_then(|constant| split.child(constant)))
    }

    /// A policy's reason without an error, as JSON.
    pub fn reason(&self, policy: u32) -> String {
        json::text(&self.engine.snapshot.policy(policy).map(plain_reason))
    }

    /// A reason of the last decision with its error, as JSON.
    pub fn fault(&self, index: usize) -> String {
        json::text(&reason_at(
            &self.engine.snapshot,
            &self.scratch.outcome,
            index,
        ))
    }

    /// A limit without what depends on the request, as JSON, and the nodes that that is at.
    pub fn limit(&self, policy: u32, index: u32) -> String {
        #[derive(Serialize)]
        struct Template<'a> {
            #[serde(flatten)]
            limit: crate::model::Limit,
            key_nodes: &'a [NodeId],
            amount_node: Option<NodeId>,
        }
        let template = self.engine.snapshot.policy(policy).and_then(|policy| {
            let limit = policy.limits.get(index as usize)?;
            Some(Template {
                limit: plain_limit(policy, index, limit),
                key_nodes: &limit.key,
                amount_node: limit.amount,
            })
        });
        json::text(&template)
    }

    /// The approval that a policy asks for, as JSON.
    pub fn approval(&self, policy: u32) -> String {
        json::text(&self.engine.snapshot.policy(policy).and_then(approval))
    }

    /// A policy in shadow, as JSON.
    pub fn shadow(&self, policy: u32) -> String {
        json::text(&self.engine.snapshot.policy(policy).map(shadow))
    }

    /// Gives the next decision the grants that bind a request; the request is a deep value.
    pub fn set_grants(&mut self, request: &[u8], grants: &str) {
        let request = deep::decode(request).unwrap_or(Value::Unsupported);
        self.approved = self.engine.approved(&request, &grants_of(grants));
    }

    /// Decides a request, a deep value, by a residual; an object. Denied without one.
    pub fn decide_by_residual(&self, request: &[u8], grants: &str) -> JsValue {
        let request = deep::decode(request).unwrap_or(Value::Unsupported);
        let decide = |residue: &Residue| residue.decide(&self.engine, &request, &grants_of(grants));
        json::object(&self.residue.as_ref().map(decide))
    }

    /// The residual for what is known, a deep value; `unknown` is a JSON array of paths.
    ///
    /// # Errors
    /// `{code: "invalid_argument", field, message}` if there can be none for it.
    pub fn residual(&self, known: &[u8], unknown: &str) -> Result<JsValue, JsValue> {
        let known = deep::decode(known).unwrap_or(Value::Unsupported);
        let residual = self.engine.residual(&known, &preview::paths(unknown));
        residual
            .map(|residual| json::object(&residual))
            .map_err(|error| failure("invalid_argument", "known", &error.to_string()))
    }

    /// The digest of a request that is a deep value.
    ///
    /// # Errors
    /// `{code: "not_digestible", field, message}` if it can't be digested.
    pub fn request_digest(&self, request: &[u8]) -> Result<String, JsValue> {
        let request = deep::decode(request).unwrap_or(Value::Unsupported);
        let digest = match &self.residue {
            Some(residue) => residue.request_digest(&self.engine, &request),
            None => self.engine.request_digest(&request),
        };
        digest.map_err(|error| failure("not_digestible", error.field(), &error.to_string()))
    }

    /// Explains the decision on a request that is a deep value: an object for `json`, else text.
    pub fn explain(&self, request: &[u8], reader: &str, grants: Option<String>) -> JsValue {
        let request = deep::decode(request).unwrap_or(Value::Unsupported);
        let explanation = self
            .engine
            .explain(&request, &grants_of(&grants.unwrap_or_default()));
        let reader = match reader {
            "agent" => Reader::Agent,
            "approver" => Reader::Approver,
            "author" => Reader::Author,
            _ => return json::object(&explanation),
        };
        JsValue::from_str(&explanation.text(reader))
    }

    /// Previews a request that is a deep value; `unknown` is a JSON array of paths.
    pub fn preview(&self, request: &[u8], unknown: &str) -> JsValue {
        let request = deep::decode(request).unwrap_or(Value::Unsupported);
        let unknown = preview::paths(unknown);
        json::object(&match &self.residue {
            Some(residue) => residue.preview(&self.engine, &request, &unknown),
            None => self.engine.preview(&request, &unknown),
        })
    }

    /// Previews many: `vary` is a deep object of arrays. A byte for each cell, as [`Cell`] has it.
    pub fn preview_many(&self, request: &[u8], unknown: &str, vary: &[u8]) -> Vec<u8> {
        let request = deep::decode(request).unwrap_or(Value::Unsupported);
        let vary = preview::lists(deep::decode(vary).unwrap_or(Value::Unsupported));
        let paths = preview::paths(unknown);
        let cells = match &self.residue {
            Some(residue) => residue.preview_many(&self.engine, &request, &paths, &vary),
            None => preview_many(&self.engine.snapshot, &request, &paths, &vary, None),
        };
        cells.into_iter().map(Cell::byte).collect()
    }

    /// Puts a policy in the place of the one with its id, or adds it; a deep value.
    ///
    /// # Errors
    /// `{diagnostics}` if it does not load; nothing changes then.
    pub fn replace(&mut self, policy: &[u8]) -> Result<(), JsValue> {
        let policy = deep::decode(policy).unwrap_or(Value::Unsupported);
        self.engine
            .replace(&policy)
            .map(|_| ())
            .map_err(|e| super::load::refused(&e))
    }

    /// The same for a policy in JSON text.
    ///
    /// # Errors
    /// `{diagnostics}` if it does not load; nothing changes then.
    pub fn replace_text(&mut self, policy: &str) -> Result<(), JsValue> {
        self.engine
            .replace_json(policy)
            .map(|_| ())
            .map_err(|e| super::load::refused(&e))
    }

    /// Takes a policy out; whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        self.engine.remove(id)
    }
}

/// What is thrown where a call has no answer.
fn failure(code: &str, field: &str, message: &str) -> JsValue {
    #[derive(Serialize)]
    struct Failure<'a> {
        code: &'a str,
        field: &'a str,
        message: &'a str,
    }
    json::object(&Failure {
        code,
        field,
        message,
    })
}

/// What is no list of grants grants nothing.
fn grants_of(json: &str) -> Vec<Grant> {
    Value::from_json(json).map_or_else(|_| Vec::new(), |grants| parse_grants(&grants))
}

fn grow<T: Clone + Default>(buffer: &mut Vec<T>, len: usize) {
    if buffer.len() < len {
        buffer.resize(len, T::default());
    }
}

fn one_based(bucket: Option<u32>) -> u32 {
    bucket.map_or(0, |b| b.saturating_add(1))
}
