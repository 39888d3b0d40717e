//! Residuals: what remains of a set for requests of which parts are fixed.
//!
//! A condition keeps each leaf that something unknown decides, and each that errs: whoever decides by the residual has the
//! whole request, so what is left errs there as it does here, and in the same order. What such a leaf compares with, where
//! that is settled, is not told.

use std::cell::Cell as Flag;

use super::candidates::{Candidate, candidates};
use super::fold::Residual as Folded;
use super::outcome::outcome;
use super::overlay::is_at;
use super::print;
use super::private::Hidden;
use super::sets::Known;
use super::spare::Spare;
use super::truths::Truths;
use super::unknown::Unknown;
use crate::compile::{Check, Compiled, Expr, Snapshot, fixed, role};
use crate::eval::{Encoder, Memo, Place, Reader, pointer};
use crate::explain::facts::Context;
use crate::model::{
    Approval, BUILT_IN_ACTIONS, Effect, Path, Pointer, RESIDUAL_FORM, Residual, ResidualPolicy,
    Then, Value,
};
use crate::parse::{Object, effect_name, is_small, print_approval, print_then, scope_name};

/// What remains for requests that have the members of `known` as they are there, but for what is at the given fields. It
/// names a tenant. `has_tools` is whether tools have definitions.
pub(crate) fn residual(
    snapshot: &Snapshot,
    known: &Value,
    prefixes: &[Path],
    has_tools: bool,
) -> Residual {
    let unknown = Unknown::but_for(&snapshot.nodes, known, prefixes);
    let mut encoder = Encoder::new(&snapshot.nodes, known);
    let candidates = candidates(snapshot, &unknown, &mut encoder);
    let mut memo = Memo::default();
    memo.reset(snapshot.nodes.len());
    let reader = Reader {
        snapshot,
        frame: encoder.frame(),
        memo: &memo,
    };
    let sets = Known {
        reader,
        unknown: &unknown,
    };
    let mut hidden = Hidden::default();
    let mut policies = Vec::new();
    for candidate in candidates {
        let Some(policy) = snapshot.policy(candidate.number) else {
            continue;
        };
        let outcome = outcome(sets, policy, candidate);
        if !outcome.applies {
            continue;
        }
        let context = Context {
            reader,
            request: known,
            policy,
        };
        match left(sets, context, candidate) {
            Some(left) => policies.push(left),
            None => hidden.add(policy, outcome),
        }
    }
    let id = |entity: &str| known.get(entity)?.get("id")?.as_str();
    let tool_known = !sets.lacks(fixed::TOOL_ID);
    let definition = id("tool").and_then(|tool| snapshot.tool_digest(tool));
    let declared = snapshot.actions.iter().skip(BUILT_IN_ACTIONS.len());
    Residual {
        residual: RESIDUAL_FORM,
        known: without(known, &unknown.paths, &mut Vec::new()),
        policy_set: snapshot.digest(snapshot.owner(id("tenant"))).to_owned(),
        actions: declared.cloned().collect(),
        tool_definition: definition.filter(|_| tool_known).map(str::to_owned),
        withholds_definitions: !tool_known && has_tools,
        private: hidden.told(),
        policies,
        unknown: unknown.paths,
    }
}

/// What is left of a policy; nothing of a private one, or of one that can't be written as exactly as it was without what is
/// settled.
fn left(known: Known<'_>, context: Context<'_>, candidate: Candidate) -> Option<ResidualPolicy> {
    let policy = context.policy;
    let clauses = [&policy.when, &policy.unless];
    if !policy.public || !clauses.into_iter().flatten().all(is_printable) {
        return None;
    }
    let reads_known = policy.reads.iter().any(|read| !known.lacks(read.node()));
    let spare = Spare {
        known,
        context,
        withheld: Flag::new(false),
    };
    let mut leaves = Vec::new();
    let mut conditions = Vec::new();
    for (key, expr) in [("when", &policy.when), ("unless", &policy.unless)] {
        let Some(expr) = expr else { continue };
        if !reads_known {
            conditions.push((key, print::expr(context, expr, fixed::ROOT)));
            continue;
        }
        let folded = spare.fold(expr);
        let at = Pointer::root().key("rule_expr").key(key);
        folded_leaves(&folded, &at, &mut leaves);
        conditions.extend(print::condition(context, &folded).map(|printed| (key, printed)));
    }
    let mut rule = Object::default();
    let keeps_target = candidate.open.target || candidate.covers.has(Truths::ERROR);
    if candidate.open.target && !policy.target.is_empty() {
        rule.put("target", texts(policy.target.iter().map(|t| &**t)));
    } else if keeps_target {
        // What is no entity with an id is none, whichever are meant.
        rule.put("target", texts(["*"].into_iter()));
    }
    if candidate.open.action {
        let actions = (0_u32..).zip(&known.reader.snapshot.actions);
        let covered = actions.filter(|(number, _)| policy.covers_action(*number));
        rule.put("actions", texts(covered.map(|(_, name)| name.as_str())));
    }
    for (key, condition) in conditions {
        rule.put(key, condition);
    }
    put_effect(policy, &mut rule);
    let rule = rule.done();
    if spare.withheld.get() || !is_small(&rule) {
        return None;
    }
    let mut row = Object::default();
    row.text("id", &policy.id);
    row.text("name", &policy.name);
    let scope = if keeps_target {
        scope_name(policy.scope)
    } else {
        "global"
    };
    row.text("scope", scope);
    row.text("effect", effect_name(policy.effect));
    row.put("rule_expr", rule);
    if let Some(tenant) = &policy.tenant_id {
        row.text("tenant_id", tenant);
    }
    if policy.shadow {
        row.text("enforcement", "shadow");
    }
    Some(ResidualPolicy {
        policy: row.done(),
        digest: policy.approval.as_ref().map(|a| a.policy_digest.clone()),
        pointers: pointers(policy, &leaves),
    })
}

/// What a rule says beside when it applies.
fn put_effect(policy: &Compiled, rule: &mut Object) {
    for (key, text) in [("message", &policy.message), ("remedy", &policy.remedy)] {
        if let Some(text) = text {
            rule.text(key, text);
        }
    }
    if let Some(approval) = policy.approval.as_deref() {
        let approvers = approval.approvers.clone();
        let approval = Approval {
            roles: approvers.roles,
            users: approvers.users,
            field: approvers.field,
            quorum: approval.quorum,
            exclude_requester: approval.exclude_requester,
            expires_in: approval.expires_in.clone(),
        };
        rule.put("approval", print_approval(&approval));
    }
    if policy.effect == Effect::Modify {
        let limits: Vec<_> = policy.limits.iter().map(|l| l.rule.clone()).collect();
        // One in shadow has no role, and does nothing.
        let draft = policy.role & role::DRAFTS != 0 || limits.is_empty();
        rule.put("then", print_then(&Then { draft, limits }));
    }
    if policy.role & role::DELEGATES != 0 {
        rule.put("delegate", Value::Bool(true));
    }
}

fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Value {
    Value::Array(texts.map(Value::from).collect())
}

/// Whether a condition is printed as it was. A glob is printed in its shortest form, and what it costs to match goes by
/// how it was written.
fn is_printable(expr: &Expr) -> bool {
    match expr {
        Expr::All(children) | Expr::Any(children) => children.iter().all(is_printable),
        Expr::Not(child) => is_printable(child),
        Expr::Probe(probe) => match &probe.check {
            Check::Matches { globs, bytes, .. } => {
                let printed = globs.iter().map(|glob| glob.to_string().len() as u64);
                printed.sum::<u64>() == *bytes
            }
            Check::Quantified { body, .. } => is_printable(body),
            _ => true,
        },
    }
}

/// The leaves of a condition: their numbers in the policy, and where they are printed.
fn folded_leaves(folded: &Folded<'_>, at: &Pointer, leaves: &mut Vec<(u32, Pointer)>) {
    let mut among = |children: &[Folded<'_>], key: &str| {
        for (i, child) in children.iter().enumerate() {
            folded_leaves(child, &at.key(key).index(i), leaves);
        }
    };
    match folded {
        Folded::Certain(_) => {}
        Folded::All(children) => among(children, "all"),
        Folded::Any(children) => among(children, "any"),
        Folded::Not(child) => folded_leaves(child, &at.key("not"), leaves),
        Folded::Leaf(probe) | Folded::Erring(probe) => leaves.push((probe.index, at.clone())),
        Folded::Quantified(probe, body) => {
            leaves.push((probe.index, at.clone()));
            let every = matches!(probe.check, Check::Quantified { every: true, .. });
            let at = at.key(if every { "every" } else { "some" });
            match &**body {
                // What is always so never errs.
                Folded::Certain(_) => leaves.push((probe.index, at)),
                body => folded_leaves(body, &at, leaves),
            }
        }
    }
}

/// Where leaves stand in the whole policy; nothing where all are printed there.
fn pointers(policy: &Compiled, leaves: &[(u32, Pointer)]) -> Vec<String> {
    let whole = |leaf: u32| String::from(pointer(policy, Place::Leaf(leaf)));
    let whole: Vec<String> = leaves.iter().map(|(leaf, _)| whole(*leaf)).collect();
    let moved = |(stood, (_, stands)): (&String, &(u32, Pointer))| *stood != stands.to_string();
    if whole.iter().zip(leaves).any(moved) {
        whole
    } else {
        Vec::new()
    }
}

/// A value without what is at the given paths; `at` is the way to it.
fn without<'v>(value: &'v Value, paths: &[Path], at: &mut Vec<&'v str>) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let mut kept = Vec::with_capacity(members.len());
    for (name, member) in members {
        at.push(name);
        if !paths.iter().any(|path| is_at(path, at)) {
            kept.push((name.clone(), without(member, paths, at)));
        }
        at.pop();
    }
    Value::Object(kept)
}
