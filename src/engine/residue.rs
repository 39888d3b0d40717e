//! Deciding by a residual: the public policies decide, and what private ones may do is laid over it.

use super::digest::request_digest;
use super::grants::approved;
use super::loader::Loader;
use crate::compile::role;
use crate::engine::Engine;
use crate::error::DigestError;
use crate::eval::{Approved, Outcome, Place, decision};
use crate::model::{
    Code, Decision, DecisionEffect, Effect, ErrorCode, Fault, FieldName, Grant, Mode, Path,
    Preview, PrivatePart, Reason, Residual, Then, Value,
};
use crate::parse::{Object, parse_residual, print_then, tenant_of};
use crate::partial::{Cell, Overlay, difference, preview, preview_many, role_of};

/// What a residual says beside its policies, which are in an engine.
#[derive(Debug)]
pub(crate) struct Residue {
    /// Without the policies' own texts.
    residual: Residual,
    /// The roles of private policies that may apply.
    may: u16,
}

impl Residue {
    /// Begins to load a residual. Behind its policies the loader takes some that stand for what private ones certainly do.
    pub(crate) fn begin(value: Value) -> (Loader, Self) {
        let (mut residual, diagnostics) = parse_residual(value);
        let declared = residual.actions.iter().map(|a| Value::from(a.as_str()));
        let mut loader = Loader::of_actions(Value::Array(declared.collect()));
        loader.report(diagnostics);
        let tenant = tenant_of(&residual.known).unwrap_or_default();
        let certain = residual
            .private
            .must
            .iter()
            .map(|part| stand_in(*part, tenant));
        let certain: Vec<Value> = certain.collect();
        let policies = residual.policies.iter_mut();
        let policies = policies.map(|left| std::mem::take(&mut left.policy));
        loader.push_array(Value::Array(policies.chain(certain).collect()));
        let may = residual.private.may.iter();
        let may = may.fold(0, |roles, part| roles | role_of(*part));
        (loader, Self { residual, may })
    }

    pub(crate) fn policy_set(&self) -> &str {
        &self.residual.policy_set
    }

    /// What previews must know of it.
    fn overlay(&self) -> Overlay<'_> {
        Overlay {
            known: &self.residual.known,
            unknown: &self.residual.unknown,
            may: self.may,
            policies: self.residual.policies.len(),
        }
    }

    /// What the server may decide on a request, whatever stands in its unknown fields.
    pub(crate) fn preview(&self, engine: &Engine, request: &Value, unknown: &[Path]) -> Preview {
        let decide = |request: &Value| self.decide(engine, request, &[]);
        preview(
            &engine.snapshot,
            request,
            unknown,
            Some(&self.overlay()),
            &decide,
        )
    }

    /// The same of many requests.
    pub(crate) fn preview_many(
        &self,
        engine: &Engine,
        request: &Value,
        unknown: &[Path],
        vary: &[(String, Vec<Value>)],
    ) -> Vec<Cell> {
        preview_many(
            &engine.snapshot,
            request,
            unknown,
            vary,
            Some(&self.overlay()),
        )
    }

    pub(crate) fn decide(&self, engine: &Engine, request: &Value, grants: &[Grant]) -> Decision {
        if let Some(field) = difference(&self.overlay(), &[], &|name| request.get(name)) {
            return self.outside(&field);
        }
        let approved = self.approved(engine, request, grants);
        let (frame, outcome) = engine.outcome(request, &approved);
        let mut decided = decision(&engine.snapshot, &frame, &outcome);
        decided.policy_set.clone_from(&self.residual.policy_set);
        if outcome.invalid.is_some() {
            return decided;
        }
        self.tell_of_public(&outcome, &mut decided);
        let unverified = !grants.is_empty() && self.withholds(request);
        if self.may_differ(engine, &outcome, unverified) {
            decided.effect = DecisionEffect::Deny;
            decided.code = Code::AskServer;
            decided.mode = Mode::Draft;
            decided.limits.clear();
            decided.approvals.clear();
            let message = "A policy that is not here may decide this.";
            decided
                .reasons
                .insert(0, reason(message, "Ask the server to decide.", None));
        }
        decided
    }

    /// Whether the server may decide otherwise than the policies here do.
    fn may_differ(&self, engine: &Engine, outcome: &Outcome, unverified: bool) -> bool {
        let hits = outcome.hits.iter();
        let roles = hits.filter_map(|hit| engine.snapshot.policy(hit.policy));
        let roles = roles.fold(0, |all, policy| all | policy.role);
        let permits = |roles: u16| {
            let delegated = role::DELEGATES | role::SHARES;
            roles & role::OPENS != 0 || roles & delegated == delegated
        };
        // Who was granted what can't be told without the definition of the tool.
        if unverified && roles & role::ASKS != 0 {
            return true;
        }
        let drafts = outcome.mode == Mode::Auto && self.may & role::DRAFTS != 0;
        match outcome.code {
            Code::DeniedByPolicy => drafts,
            _ => {
                drafts
                    || self.may & role::DENIES != 0
                    || permits(roles) != permits(roles | self.may)
            }
        }
    }

    /// Reasons, approvals and shadow entries as the whole policies would give them, without those of the stand-ins.
    fn tell_of_public(&self, outcome: &Outcome, decided: &mut Decision) {
        let reasons = std::mem::take(&mut decided.reasons);
        for (mut reason, hit) in reasons.into_iter().zip(&outcome.hits) {
            let Some(left) = self.residual.policies.get(hit.policy as usize) else {
                continue;
            };
            if let (Some(trouble), Some(fault)) = (hit.trouble, &mut reason.error)
                && let Place::Leaf(leaf) = trouble.place
                && let Some(stood) = left.pointers.get(leaf as usize)
            {
                fault.pointer = Some(stood.clone());
            }
            decided.reasons.push(reason);
        }
        for (approval, &number) in decided.approvals.iter_mut().zip(&outcome.approvals) {
            let left = self.residual.policies.get(number as usize);
            if let Some(digest) = left.and_then(|left| left.digest.as_ref()) {
                approval.policy_digest.clone_from(digest);
            }
        }
    }

    fn approved(&self, engine: &Engine, request: &Value, grants: &[Grant]) -> Vec<Approved> {
        let digest = || self.request_digest(engine, request);
        approved(&engine.snapshot, grants, &digest, &|number, _, digest| {
            let left = self.residual.policies.get(number as usize);
            left.is_some_and(|left| left.digest.as_deref() == Some(digest))
        })
    }

    pub(crate) fn request_digest(
        &self,
        engine: &Engine,
        request: &Value,
    ) -> Result<String, DigestError> {
        request_digest(&engine.snapshot, request, &|_| {
            if self.residual.withholds_definitions {
                let problem = "may have a definition that is not here: ask the server";
                return Err(DigestError::new("tool", problem));
            }
            Ok(self.residual.tool_definition.as_deref())
        })
    }

    /// Whether the definition of the request's tool may be missing here.
    fn withholds(&self, request: &Value) -> bool {
        self.residual.withholds_definitions && request.get("tool") != Some(&Value::Null)
    }

    fn outside(&self, field: &[Box<str>]) -> Decision {
        let field = Path::from_segments(field.to_vec()).ok();
        let name = field.as_ref().map_or_else(String::new, ToString::to_string);
        let fault = Fault {
            code: ErrorCode::InvalidRequest,
            message: ["`", &name, "` is not as it was known"].concat(),
            field: FieldName(field),
            pointer: None,
        };
        let message = "The request is none of those that this residual was made for.";
        let remedy = "Ask the server to decide, and for a residual of what is known now.";
        Decision {
            effect: DecisionEffect::Deny,
            code: Code::OutsideResidual,
            mode: Mode::Draft,
            reasons: vec![reason(message, remedy, Some(fault))],
            limits: Vec::new(),
            approvals: Vec::new(),
            shadow: Vec::new(),
            policy_set: self.residual.policy_set.clone(),
        }
    }
}

fn reason(message: &str, remedy: &str, error: Option<Fault>) -> Reason {
    Reason {
        policy_id: None,
        policy_name: None,
        effect: Effect::Deny,
        message: Some(message.to_owned()),
        remedy: Some(remedy.to_owned()),
        error,
    }
}

/// A policy that does what a private one certainly does.
fn stand_in(part: PrivatePart, tenant: &str) -> Value {
    let mut row = Object::default();
    let mut rule = Object::default();
    let effect = match part {
        PrivatePart::Permit | PrivatePart::Share => "allow",
        PrivatePart::Delegate => {
            rule.put("delegate", Value::Bool(true));
            "allow"
        }
        PrivatePart::Restrict => "deny",
        PrivatePart::Draft => {
            let (draft, limits) = (true, Vec::new());
            rule.put("then", print_then(&Then { draft, limits }));
            "modify"
        }
    };
    if part == PrivatePart::Share {
        row.text("tenant_id", tenant);
    }
    let name = PrivatePart::ALL.iter().find(|(_, known)| *known == part);
    let name = name.map_or("", |(name, _)| name);
    // No database holds such an id.
    row.text("id", &["\0private ", name].concat());
    row.text("name", name);
    row.text("scope", "global");
    row.text("effect", effect);
    row.put("rule_expr", rule.done());
    row.done()
}
