//! Policies, compiled: what a decision needs of each, and nothing else.

use crate::compile::hot::role;
use crate::compile::nodes::{NodeId, Nodes, fixed};
use crate::compile::program::{Compiler, Expr, Read};
use crate::digest::{Digest, write_canonical, write_string};
use crate::model::{
    ApprovalRequirement, Approvers, Effect, Enforcement, LimitRule, Meter, Per, Policy, Scope,
    Visibility,
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
    /// Whether it may leave the server in a residual.
    pub(crate) public: bool,
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
    pub(crate) digest: Digest,
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
pub(crate) fn compile(valid: ValidPolicy, nodes: &mut Nodes, actions: &[String]) -> Compiled {
    let policy = valid.into_policy();
    let digest = policy_digest(&policy);
    let covered = action_mask(policy.actions.as_deref(), actions);
    let selective = if covered == u64::MAX {
        0
    } else {
        role::SELECTIVE
    };
    let role = role_of(&policy) | selective;
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
    let approval = policy.approval.map(|approval| {
        Box::new(ApprovalRequirement {
            policy_id: policy.id.clone(),
            policy_digest: digest.text(),
            approvers: Approvers {
                roles: approval.roles,
                users: approval.users,
                field: approval.field,
            },
            quorum: approval.quorum,
            exclude_requester: approval.exclude_requester,
            expires_in: approval.expires_in,
        })
    });
    Compiled {
        id: policy.id.into(),
        name: policy.name.into(),
        scope: policy.scope,
        effect: policy.effect,
        tenant_id: policy.tenant_id.map(Into::into),
        enabled: policy.enabled,
        shadow: policy.enforcement == Enforcement::Shadow,
        public: policy.visibility == Visibility::Public,
        message: policy.message.map(Into::into),
        remedy: policy.remedy.map(Into::into),
        target: policy.target.into_iter().map(Into::into).collect(),
        actions: covered,
        role,
        when,
        unless,
        limits,
        approval,
        digest,
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

/// Digest of everything that a person wrote; any edit changes it. The canonical JSON of an object of these members.
fn policy_digest(policy: &Policy) -> Digest {
    let mut out = String::with_capacity(1_024);
    let optional = |out: &mut String, text: Option<&str>| match text {
        Some(text) => write_string(out, text),
        None => out.push_str("null"),
    };
    out.push_str("{\"description\":");
    optional(&mut out, policy.description.as_deref());
    out.push_str(",\"effect\":\"");
    out.push_str(effect_name(policy.effect));
    out.push_str(if policy.enabled {
        "\",\"enabled\":true,\"enforcement\":\""
    } else {
        "\",\"enabled\":false,\"enforcement\":\""
    });
    out.push_str(match policy.enforcement {
        Enforcement::Shadow => "shadow\",\"id\":",
        Enforcement::Enforce => "enforce\",\"id\":",
    });
    write_string(&mut out, &policy.id);
    out.push_str(",\"name\":");
    write_string(&mut out, &policy.name);
    out.push_str(",\"rule_expr\":");
    write_canonical(&mut out, &policy.rule_expr);
    out.push_str(",\"scope\":\"");
    out.push_str(scope_name(policy.scope));
    out.push_str("\",\"tenant_id\":");
    optional(&mut out, policy.tenant_id.as_deref());
    out.push_str(match policy.visibility {
        Visibility::Public => ",\"visibility\":\"public\"}",
        Visibility::Private => ",\"visibility\":\"private\"}",
    });
    Digest::of(out.as_bytes())
}
