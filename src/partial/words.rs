//! What a policy does, and when, in plain English.

use super::candidates::Open;
use super::fold::Residual;
use crate::compile::{Compiled, role};
use crate::explain::escape::shown_value;
use crate::explain::facts::Context;
use crate::explain::phrase;
use crate::model::{Effect, Value};
use crate::parse::scope_name;

/// "Denied when `input.amount` is more than 500."
pub(super) fn words(context: Context<'_>, residual: &Residual<'_>, open: Open) -> String {
    let mut out = String::from(does(context.policy));
    let policy = context.policy;
    if open.tenant
        && let Some(tenant) = &policy.tenant_id
    {
        out.push_str(" for the tenant ");
        out.push_str(&shown_value(&Value::from(&**tenant)));
    }
    if open.target {
        out.push_str(" for any ");
        out.push_str(scope_name(policy.scope));
        out.push_str(" that matches ");
        let targets = policy.target.iter().map(|t| Value::from(&**t)).collect();
        out.push_str(&shown_value(&Value::Array(targets)));
    }
    if open.action {
        out.push_str(" for some actions");
    }
    if !matches!(residual, Residual::Certain(_)) {
        out.push_str(" when ");
        push(context, residual, (true, false), &mut out);
    }
    out.push('.');
    out
}

fn does(policy: &Compiled) -> &'static str {
    match policy.effect {
        Effect::Deny => "Denied",
        Effect::RequireApproval => "Needs approval",
        Effect::Allow => "Allowed",
        Effect::Modify if policy.role & role::DRAFTS == 0 => "Limited",
        Effect::Modify if policy.role & role::LIMITS == 0 => "Only in draft mode",
        Effect::Modify => "Limited, and only in draft mode",
    }
}

fn push(
    context: Context<'_>,
    residual: &Residual<'_>,
    (holds, nested): (bool, bool),
    out: &mut String,
) {
    match residual {
        Residual::Certain(certain) => {
            out.push_str(if *certain == holds { "always" } else { "never" })
        }
        Residual::Not(child) => push(context, child, (!holds, nested), out),
        Residual::Leaf(probe) | Residual::Quantified(probe, _) | Residual::Erring(probe) => {
            out.push_str(&phrase::leaf(context, probe, holds))
        }
        Residual::All(children) | Residual::Any(children) => {
            let all = holds == matches!(residual, Residual::All(_));
            out.push_str(if nested { "(" } else { "" });
            phrase::list(children, all, out, |child, out| {
                push(context, child, (holds, true), out);
            });
            out.push_str(if nested { ")" } else { "" });
        }
    }
}
