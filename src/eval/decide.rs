//! The decision rule: from picked policies to an outcome.

use crate::compile::{BucketId, Compiled, NodeId, Snapshot, fixed, role};
use crate::eval::expr::{Truth, eval};
use crate::eval::frame::{Frame, tag};
use crate::eval::jumps;
use crate::eval::memo::Memo;
use crate::eval::route::{FAULT, RANGE, entity, range_of};
use crate::eval::trouble::{Place, Trouble};
use crate::eval::validity::{Stated, invalid, invalid_though_common};
use crate::eval::view::{Reader, View};
use crate::model::{Code, DecisionEffect, Effect, ErrorCode, MAX_NUMBER, Mode};

/// A policy that applies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// Its place in the order of decisions.
    pub(crate) rank: u32,
    pub(crate) policy: u32,
    pub(crate) trouble: Option<Trouble>,
}

/// An approval that was given to this very request, and in which mode.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Approved {
    pub(crate) policy: u32,
    pub(crate) mode: Mode,
}

/// A decision, not yet in words.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) effect: DecisionEffect,
    pub(crate) code: Code,
    pub(crate) mode: Mode,
    /// What is amiss with the request itself.
    pub(crate) invalid: Option<NodeId>,
    /// Enforced policies that apply, in order.
    pub(crate) hits: Vec<Hit>,
    /// Policies in shadow that would apply, in order.
    pub(crate) shadow: Vec<Hit>,
    /// Policy and place of each limit.
    pub(crate) limits: Vec<(u32, u32)>,
    /// Policies whose approval is missing.
    pub(crate) approvals: Vec<u32>,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            effect: DecisionEffect::Deny,
            code: Code::InvalidRequest,
            mode: Mode::Draft,
            invalid: None,
            hits: Vec::new(),
            shadow: Vec::new(),
            limits: Vec::new(),
            approvals: Vec::new(),
        }
    }
}

/// What decisions reuse: derived values and the last outcome.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) memo: Memo,
    pub(crate) outcome: Outcome,
}

/// Decides one request from its frame and the buckets that its ids lead to.
pub(crate) fn decide(
    snapshot: &Snapshot,
    frame: &Frame,
    picks: &[BucketId],
    approved: &[Approved],
    stated: Option<Stated>,
    scratch: &mut Scratch,
) {
    scratch.memo.reset(snapshot.nodes.len());
    let outcome = &mut scratch.outcome;
    outcome.hits.clear();
    outcome.shadow.clear();
    outcome.limits.clear();
    outcome.approvals.clear();
    outcome.invalid = match stated {
        Some(stated) => invalid_though_common(snapshot, frame, stated),
        None => invalid(snapshot, frame),
    };
    if outcome.invalid.is_some() {
        outcome.effect = DecisionEffect::Deny;
        outcome.code = Code::InvalidRequest;
        outcome.mode = Mode::Draft;
        return;
    }
    let reader = Reader {
        snapshot,
        frame,
        memo: &scratch.memo,
    };
    let action = u32::try_from(frame.node(fixed::ACTION).index()).unwrap_or(u32::MAX);
    for &pick in picks {
        let (always, first, len) = if pick & RANGE == 0 {
            let bucket = snapshot.buckets.get(pick & !FAULT);
            let always = bucket.map_or(&[][..], |b| &b.always);
            (always, 0, always.len())
        } else {
            let (first, len) = range_of(pick);
            (&[][..], first, len as usize)
        };
        for index in 0..len {
            let number = match always.get(index) {
                Some(&number) => number,
                None => first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)),
            };
            let Some(head) = snapshot.hot.head(number) else {
                continue;
            };
            if head.role & role::SELECTIVE != 0 && !covers(snapshot, number, action) {
                continue;
            }
            let plain = if pick & FAULT == 0 {
                jumps::run(snapshot.hot.code(head), frame)
            } else {
                None
            };
            let trouble = match plain {
                Some(false) => continue,
                Some(true) => None,
                None => match applies(reader, number, pick & FAULT != 0) {
                    Some(trouble) => trouble,
                    None => continue,
                },
            };
            let hit = Hit {
                rank: snapshot.rank(number),
                policy: number,
                trouble,
            };
            if head.role & role::SHADOW != 0 {
                outcome.shadow.push(hit);
            } else {
                outcome.hits.push(hit);
            }
        }
    }
    order(&mut outcome.hits);
    order(&mut outcome.shadow);
    conclude(reader, approved, outcome);
}

fn covers(snapshot: &Snapshot, number: u32, action: u32) -> bool {
    snapshot
        .policy(number)
        .is_some_and(|policy| policy.covers_action(action))
}

/// In the order of decisions, each policy once: several of its targets may match.
#[inline(always)]
fn order(hits: &mut Vec<Hit>) {
    if !hits.is_sorted_by(|before, after| before.rank < after.rank) {
        sort(hits);
    }
}

/// An insertion sort: hits are few, and mostly in order already.
#[inline(never)]
fn sort(hits: &mut Vec<Hit>) {
    for end in 1..hits.len() {
        let mut at = end;
        while let Some(before) = at.checked_sub(1)
            && hits.get(before).map(|h| h.rank) > hits.get(at).map(|h| h.rank)
        {
            hits.swap(before, at);
            at = before;
        }
    }
    hits.dedup_by_key(|hit| hit.rank);
}

/// Whether a policy applies, and the trouble that made it: the long way.
#[inline(never)]
fn applies(reader: Reader<'_>, number: u32, fault: bool) -> Option<Option<Trouble>> {
    let policy = reader.snapshot.policy(number)?;
    let coverage = if fault {
        Err(coverage_trouble(reader.frame, policy))
    } else {
        Ok(true)
    };
    match condition(reader, policy, coverage) {
        Ok(false) => None,
        Ok(true) => Some(None),
        Err(_) if policy.effect == Effect::Allow => None,
        Err(trouble) => Some(Some(trouble)),
    }
}

/// Coverage, `when` and not `unless`, together.
pub(crate) fn condition(reader: Reader<'_>, policy: &Compiled, coverage: Truth) -> Truth {
    let mut result = coverage;
    if let Some(when) = &policy.when {
        match eval(reader, when, None) {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(trouble) => result = result.and(Err(trouble)),
        }
    }
    if let Some(unless) = &policy.unless {
        match eval(reader, unless, None) {
            Ok(true) => return Ok(false),
            Ok(false) => {}
            Err(trouble) => result = result.and(Err(trouble)),
        }
    }
    result
}

/// Why the entity of a policy's scope can't be told.
pub(crate) fn coverage_trouble(frame: &Frame, policy: &Compiled) -> Trouble {
    let node = entity(policy.scope);
    let entity = frame.node(node);
    let (code, node) = match entity.tag {
        tag::MISSING => (ErrorCode::Missing, node),
        tag::OBJECT => (ErrorCode::Missing, node.saturating_add(1)),
        tag::UNSUPPORTED => (ErrorCode::Unsupported, node),
        tag::NUMBER if !is_exact(entity.number()) => (ErrorCode::Unsupported, node),
        _ => (ErrorCode::WrongType, node),
    };
    Trouble {
        code,
        node,
        element: None,
        place: Place::Scope,
    }
}

/// Whether a number is one that I-JSON can say; a NaN is not within either.
fn is_exact(number: f64) -> bool {
    number.abs() <= MAX_NUMBER
}

/// The decision rule, over the policies that apply.
#[inline(always)]
pub(crate) fn conclude(reader: Reader<'_>, approved: &[Approved], outcome: &mut Outcome) {
    let asked = reader.frame.node(fixed::RUN_MODE);
    let draft = reader.frame.node(fixed::RUN).tag == tag::OBJECT
        && asked.tag == tag::INTERNED
        && asked.index() == 0;
    let mut roles = 0;
    for hit in &outcome.hits {
        let head = reader.snapshot.hot.head(hit.policy);
        roles |= head.map_or(0, |head| head.role);
    }
    outcome.mode = if draft || roles & role::DRAFTS != 0 {
        Mode::Draft
    } else {
        Mode::Auto
    };
    if roles & (role::ASKS | role::LIMITS) != 0 {
        roles |= demands(reader, approved, outcome);
    }
    let delegated = role::DELEGATES | role::SHARES;
    (outcome.effect, outcome.code) = if roles & role::DENIES != 0 {
        (DecisionEffect::Deny, Code::DeniedByPolicy)
    } else if roles & role::OPENS == 0 && roles & delegated != delegated {
        (DecisionEffect::Deny, Code::NoMatchingAllow)
    } else if !outcome.approvals.is_empty() {
        (DecisionEffect::RequireApproval, Code::ApprovalRequired)
    } else {
        (DecisionEffect::Allow, Code::Allowed)
    };
    if outcome.effect == DecisionEffect::Deny {
        outcome.limits.clear();
        outcome.approvals.clear();
    }
}

/// Lists the approvals that are missing and the limits that apply. One that can't be told denies.
#[inline(never)]
fn demands(reader: Reader<'_>, approved: &[Approved], outcome: &mut Outcome) -> u16 {
    let mut roles = 0;
    for hit in &mut outcome.hits {
        let Some(policy) = reader.snapshot.policy(hit.policy) else {
            continue;
        };
        if policy.role & role::ASKS != 0 {
            let is_granted = |a: &Approved| a.policy == hit.policy && a.mode >= outcome.mode;
            if approved.iter().any(is_granted) {
                continue;
            }
            if let Some(trouble) = requester_trouble(reader, policy) {
                hit.trouble = hit.trouble.or(Some(trouble));
                roles |= role::DENIES;
            }
            outcome.approvals.push(hit.policy);
        }
        for (index, limit) in (0_u32..).zip(&policy.limits) {
            let key = limit
                .key
                .iter()
                .find_map(|&node| key_trouble(reader, node, index));
            let amount = || amount_trouble(reader, limit.amount?, index);
            if let Some(trouble) = key.or_else(amount) {
                hit.trouble = hit.trouble.or(Some(trouble));
                roles |= role::DENIES;
            }
            outcome.limits.push((hit.policy, index));
        }
    }
    roles
}

/// An approval that must not be the requester's own needs to know the requester.
pub(crate) fn requester_trouble(reader: Reader<'_>, policy: &Compiled) -> Option<Trouble> {
    let excluded = policy
        .approval
        .as_ref()
        .is_some_and(|a| a.exclude_requester);
    let code = text_code(reader, fixed::USER_ID).filter(|_| excluded)?;
    Some(Trouble {
        code,
        node: fixed::USER_ID,
        element: None,
        place: Place::Requester,
    })
}

/// A counter needs an owner.
pub(crate) fn key_trouble(reader: Reader<'_>, node: NodeId, index: u32) -> Option<Trouble> {
    let code = text_code(reader, node)?;
    Some(Trouble {
        code,
        node,
        element: None,
        place: Place::Limit(index),
    })
}

/// Why a node holds no string, if it holds none.
fn text_code(reader: Reader<'_>, node: NodeId) -> Option<ErrorCode> {
    match reader.view(node, None) {
        Ok(View::Text(_)) => None,
        Ok(View::Absent) => Some(ErrorCode::Missing),
        Ok(_) => Some(ErrorCode::WrongType),
        Err(code) => Some(code),
    }
}

/// A meter counts in whole numbers, and never backwards.
pub(crate) fn amount_trouble(reader: Reader<'_>, node: NodeId, index: u32) -> Option<Trouble> {
    let code = match reader.view(node, None) {
        Ok(View::Number(n)) if n >= 0.0 && n.fract() == 0.0 => return None,
        Ok(View::Absent) => ErrorCode::Missing,
        Ok(_) => ErrorCode::WrongType,
        Err(code) => code,
    };
    Some(Trouble {
        code,
        node,
        element: None,
        place: Place::Limit(index),
    })
}
