//! Policies, compiled: what a decision needs of each, and nothing else.

use crate::compile::hot::role;
use crate::compile::nodes::{NodeId, Nodes, fixed};
use crate::compile::program::{Compiler, Expr, Read};
use crate::digest::digest_of;
use crate::model::{
    ApprovalRequirement, Approvers, Effect, Enforcement, LimitRule, Meter, Per, Policy, Scope,
    Value, Visibility,
};
use crate::parse::{effect_name, scope_name};
use crate::validate::ValidPolicy;

/// A policy, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) scope: Scope,
    pub(crate) effect: Effect,
    pub(crate) tenant_id: Option<Box<str>>,
    pub(crate) enabled: bool,
    pub(crate) shadow: bool,
    pub(crate) message: Option<Box<str>>,
    pub(crate) remedy: Option<Box<str>>,
    pub(crate) target: Box<[Box<str>]>,
    /// A bit for each action it covers.
    pub(crate) actions: u64,
    /// What it adds to a decision, as [`role`] has it.
    pub(crate) role: u16,
    pub(crate) when: Option<Expr>,
    pub(crate) unless: Option<Expr>,
    pub(crate) limits: Box<[CompiledLimit]>,
    pub(crate) approval: Option<Box<ApprovalRequirement>>,
    pub(crate) digest: Box<str>,
    /// What it reads, in ascending order of nodes.
    pub(crate) reads: Box<[Read]>,
}

impl Compiled {
    /// Whether it covers an action, by number.
    #[inline(always)]
    pub(crate) fn covers_action(&self, action: u32) -> bool {
        self.actions
            .checked_shr(action)
            .is_some_and(|mask| mask & 1 == 1)
    }
}

fn role_of(policy: &Policy) -> u16 {
    if policy.enforcement == Enforcement::Shadow {
        return role::SHADOW;
    }
    match (policy.effect, &policy.then) {
        (Effect::Deny, _) => role::DENIES,
        (Effect::RequireApproval, _) => role::ASKS,
        (Effect::Allow, _) => match (&policy.tenant_id, policy.delegate) {
            (Some(_), _) => role::SHARES,
            (None, true) => role::DELEGATES,
            (None, false) => role::OPENS,
        },
        (Effect::Modify, None) => 0,
        (Effect::Modify, Some(then)) => {
            let limits = if then.limits.is_empty() {
                0
            } else {
                role::LIMITS
            };
            limits | if then.draft { role::DRAFTS } else { 0 }
        }
    }
}

/// A limit with the nodes that its key and its amount come from.
#[derive(Debug)]
pub(crate) struct CompiledLimit {
    pub(crate) rule: LimitRule,
    pub(crate) key: Box<[NodeId]>,
    pub(crate) amount: Option<NodeId>,
}

/// The node that holds the id of whoever a counter belongs to.
fn per_node(per: Per) -> NodeId {
    match per {
        Per::Run => fixed::RUN_ROOT_ID,
        Per::Tenant => fixed::TENANT_ID,
        Per::User => fixed::USER_ID,
        Per::App => fixed::APP.saturating_add(1),
        Per::Agent => fixed::AGENT.saturating_add(1),
        Per::Tool => fixed::TOOL.saturating_add(1),
        Per::Workflow => fixed::WORKFLOW.saturating_add(1),
    }
}

/// Compiles a policy; `actions` are all declared ones, in order.
pub(crate) fn compile(valid: &ValidPolicy, nodes: &mut Nodes, actions: &[String]) -> Compiled {
    let policy = valid.policy();
    let mut compiler = Compiler::new(nodes);
    let when = policy.when.as_ref().map(|c| compiler.expr(c));
    let unless = policy.unless.as_ref().map(|c| compiler.expr(c));
    let rules = policy.then.as_ref().map_or(&[][..], |then| &then.limits);
    let limits = rules
        .iter()
        .map(|rule| limit(rule, &mut compiler))
        .collect();
    if policy
        .approval
        .as_ref()
        .is_some_and(|a| a.exclude_requester)
    {
        compiler.read(fixed::USER_ID, false);
    }
    let reads = compiler.finish();
    let digest = policy_digest(policy);
    Compiled {
        id: policy.id.as_str().into(),
        name: policy.name.as_str().into(),
        scope: policy.scope,
        effect: policy.effect,
        tenant_id: policy.tenant_id.as_deref().map(Into::into),
        enabled: policy.enabled,
        shadow: policy.enforcement == Enforcement::Shadow,
        message: policy.message.as_deref().map(Into::into),
        remedy: policy.remedy.as_deref().map(Into::into),
        target: policy.target.iter().map(|t| t.as_str().into()).collect(),
        actions: action_mask(policy.actions.as_deref(), actions),
        role: role_of(policy),
        when,
        unless,
        limits,
        approval: requirement(policy, &digest).map(Box::new),
        digest: digest.into(),
        reads,
    }
}

fn limit(rule: &LimitRule, compiler: &mut Compiler<'_>) -> CompiledLimit {
    let key: Box<[NodeId]> = rule.per.iter().map(|&per| per_node(per)).collect();
    for &node in &key {
        compiler.read(node, false);
    }
    let amount = match &rule.meter {
        Meter::Named(_) => None,
        Meter::Field { field } => Some(compiler.field(field, false)),
    };
    CompiledLimit {
        rule: rule.clone(),
        key,
        amount,
    }
}

/// All actions, where a policy names none. Validation caps how many there may be.
fn action_mask(covered: Option<&[String]>, actions: &[String]) -> u64 {
    let Some(covered) = covered else {
        return u64::MAX;
    };
    let bits = (0_u32..)
        .zip(actions)
        .filter(|(_, name)| covered.contains(name));
    bits.filter_map(|(i, _)| 1_u64.checked_shl(i))
        .fold(0, |mask, bit| mask | bit)
}

fn requirement(policy: &Policy, digest: &str) -> Option<ApprovalRequirement> {
    let approval = policy.approval.as_ref()?;
    Some(ApprovalRequirement {
        policy_id: policy.id.clone(),
        policy_digest: digest.to_owned(),
        approvers: Approvers {
            roles: approval.roles.clone(),
            users: approval.users.clone(),
            field: approval.field.clone(),
        },
        quorum: approval.quorum,
        exclude_requester: approval.exclude_requester,
        expires_in: approval.expires_in.clone(),
    })
}

/// Digest of everything that a person wrote; any edit changes it.
fn policy_digest(policy: &Policy) -> String {
    let text = |text: &str| Value::from(text);
    let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let members = [
        ("id", text(&policy.id)),
        ("name", text(&policy.name)),
        ("description", optional(policy.description.as_deref())),
        ("scope", text(scope_name(policy.scope))),
        ("effect", text(effect_name(policy.effect))),
        ("rule_expr", policy.rule_expr.clone()),
        ("tenant_id", optional(policy.tenant_id.as_deref())),
        ("enabled", Value::Bool(policy.enabled)),
        (
            "enforcement",
            text(if policy.enforcement == Enforcement::Shadow {
                "shadow"
            } else {
                "enforce"
            }),
        ),
        (
            "visibility",
            text(if policy.visibility == Visibility::Public {
                "public"
            } else {
                "private"
            }),
        ),
    ];
    let members = members.map(|(key, value)| (key.to_owned(), value));
    digest_of(&Value::Object(members.into())).text()
}
