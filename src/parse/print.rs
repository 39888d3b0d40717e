//! Writes policies and conditions as the JSON that reads back to them.

use crate::model::{
    Address, Approval, Condition, Effect, Enforcement, Inclusion, Leaf, LimitRule, List, Literal,
    Meter, OnExceed, Operand, Order, Path, PatternKind, Policy, Scalar, Scope, Test, Then, Value,
    Visibility,
};

use super::{limits, policy};

/// The row of a policy. Its rule is written from what was read, with defaults spelled out in `approval` and `limits`.
#[must_use]
pub fn print_policy(policy: &Policy) -> Value {
    let mut row = Object::default();
    row.text("id", &policy.id);
    row.text("name", &policy.name);
    row.put("description", optional(policy.description.as_deref()));
    row.text("scope", scope_name(policy.scope));
    row.text("effect", effect_name(policy.effect));
    row.put("rule_expr", print_rule(policy));
    row.put("tenant_id", optional(policy.tenant_id.as_deref()));
    row.put("enabled", Value::Bool(policy.enabled));
    row.text(
        "enforcement",
        match policy.enforcement {
            Enforcement::Enforce => "enforce",
            Enforcement::Shadow => "shadow",
        },
    );
    row.text(
        "visibility",
        match policy.visibility {
            Visibility::Public => "public",
            Visibility::Private => "private",
        },
    );
    row.done()
}

fn print_rule(policy: &Policy) -> Value {
    let mut rule = Object::default();
    if !policy.target.is_empty() {
        rule.put("target", texts(&policy.target));
    }
    if let Some(actions) = &policy.actions {
        rule.put("actions", texts(actions));
    }
    if let Some(when) = &policy.when {
        rule.put("when", print_condition(when));
    }
    if let Some(unless) = &policy.unless {
        rule.put("unless", print_condition(unless));
    }
    for (key, text) in [("message", &policy.message), ("remedy", &policy.remedy)] {
        if let Some(text) = text {
            rule.text(key, text);
        }
    }
    if let Some(approval) = &policy.approval {
        rule.put("approval", print_approval(approval));
    }
    if let Some(then) = &policy.then {
        rule.put("then", print_then(then));
    }
    if policy.delegate && policy.effect == Effect::Allow {
        rule.put("delegate", Value::Bool(true));
    }
    rule.done()
}

pub(crate) fn print_approval(approval: &Approval) -> Value {
    let mut approvers = Object::default();
    if !approval.roles.is_empty() {
        approvers.put("roles", texts(&approval.roles));
    }
    if !approval.users.is_empty() {
        approvers.put("users", texts(&approval.users));
    }
    if let Some(field) = &approval.field {
        approvers.put("field", field.to_value());
    }
    let mut object = Object::default();
    object.put("approvers", approvers.done());
    object.put("quorum", Value::Number(f64::from(approval.quorum)));
    object.put("exclude_requester", Value::Bool(approval.exclude_requester));
    object.text("expires_in", &approval.expires_in);
    object.done()
}

pub(crate) fn print_then(then: &Then) -> Value {
    let mut object = Object::default();
    if then.draft {
        object.text("mode", "draft");
    }
    if !then.limits.is_empty() {
        object.put(
            "limits",
            Value::Array(then.limits.iter().map(print_limit).collect()),
        );
    }
    object.done()
}

fn print_limit(limit: &LimitRule) -> Value {
    let mut object = Object::default();
    match &limit.meter {
        Meter::Named(name) => object.text("meter", name),
        Meter::Field { field } => object.put("meter", field_object(field)),
    }
    let per = limit
        .per
        .iter()
        .map(|per| Value::from(name_of(&limits::PERS, *per)))
        .collect();
    object.put("per", Value::Array(per));
    object.text("kind", name_of(&limits::KINDS, limit.kind));
    if let Some(window) = &limit.window {
        object.text("window", window);
    }
    object.put("max", whole(limit.max));
    if let Some(burst) = limit.burst {
        object.put("burst", whole(burst));
    }
    object.text(
        "on_exceed",
        match limit.on_exceed {
            OnExceed::Deny => "deny",
            OnExceed::RequireApproval => "require_approval",
        },
    );
    object.done()
}

/// A condition as it is written in a rule.
#[must_use]
pub fn print_condition(condition: &Condition) -> Value {
    let mut object = Object::default();
    let all = |children: &[Condition]| Value::Array(children.iter().map(print_condition).collect());
    match condition {
        Condition::All(children) => object.put("all", all(children)),
        Condition::Any(children) => object.put("any", all(children)),
        Condition::Not(child) => object.put("not", print_condition(child)),
        Condition::Leaf(leaf) => print_leaf(leaf, &mut object),
    }
    object.done()
}

fn print_leaf(leaf: &Leaf, object: &mut Object) {
    match &leaf.address {
        Address::Field(path) => object.put("field", path.to_value()),
        Address::Item(path) => object.put("item", path.to_value()),
        Address::Element => {}
    }
    match &leaf.default {
        Some(Literal::Scalar(scalar)) => object.put("default", print_scalar(scalar)),
        Some(Literal::List(scalars)) => object.put("default", scalar_list(scalars)),
        None => {}
    }
    if let Some(derivation) = leaf.derivation {
        object.text("as", derivation.name());
    }
    object.put(leaf.test.operator(), right_side(&leaf.test));
    if let Test::Pattern {
        ignore_case: true, ..
    } = leaf.test
    {
        object.put("ignore_case", Value::Bool(true));
    }
}

fn right_side(test: &Test) -> Value {
    match test {
        Test::Equals { right, .. } | Test::Compares { right, .. } | Test::Includes(right) => {
            match right {
                Operand::Literal(scalar) => print_scalar(scalar),
                Operand::Field(path) => field_object(path),
            }
        }
        Test::In { list, .. } => match list {
            List::Literals(scalars) => scalar_list(scalars),
            List::Field(path) => field_object(path),
        },
        Test::IncludesSome { literals, .. } => scalar_list(literals),
        Test::Pattern {
            patterns, listed, ..
        } => one_or_many(patterns, *listed),
        Test::Within { folders, listed } => one_or_many(folders, *listed),
        Test::Exists(there) => Value::Bool(*there),
        Test::Quantified { body, .. } => print_condition(body),
    }
}

impl Test {
    /// The name of the operator in policies.
    #[must_use]
    pub fn operator(&self) -> &'static str {
        match self {
            Self::Equals { negated: false, .. } => "eq",
            Self::Equals { negated: true, .. } => "ne",
            Self::Compares { order, .. } => match order {
                Order::Less => "lt",
                Order::LessOrEqual => "lte",
                Order::Greater => "gt",
                Order::GreaterOrEqual => "gte",
            },
            Self::In { negated: false, .. } => "in",
            Self::In { negated: true, .. } => "not_in",
            Self::Includes(_) => "includes",
            Self::IncludesSome { inclusion, .. } => match inclusion {
                Inclusion::Any => "includes_any",
                Inclusion::All => "includes_all",
            },
            Self::Pattern { kind, .. } => match kind {
                PatternKind::StartsWith => "starts_with",
                PatternKind::EndsWith => "ends_with",
                PatternKind::Contains => "contains",
                PatternKind::Matches => "matches",
            },
            Self::Within { .. } => "within",
            Self::Exists(_) => "exists",
            Self::Quantified { every: false, .. } => "some",
            Self::Quantified { every: true, .. } => "every",
        }
    }
}

/// An object under construction.
#[derive(Default)]
pub(crate) struct Object(Vec<(String, Value)>);

impl Object {
    pub(crate) fn put(&mut self, key: &str, value: Value) {
        self.0.push((key.to_owned(), value));
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) {
        self.put(key, Value::from(text));
    }

    pub(crate) fn done(self) -> Value {
        Value::Object(self.0)
    }
}

fn print_scalar(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Bool(b) => Value::Bool(*b),
        Scalar::Number(n) => Value::Number(*n),
        Scalar::String(s) => Value::String(s.clone()),
    }
}

fn scalar_list(scalars: &[Scalar]) -> Value {
    Value::Array(scalars.iter().map(print_scalar).collect())
}

fn one_or_many(strings: &[String], listed: bool) -> Value {
    match strings {
        [one] if !listed => Value::from(one.as_str()),
        _ => texts(strings),
    }
}

fn texts(strings: &[String]) -> Value {
    Value::Array(strings.iter().map(|s| Value::from(s.as_str())).collect())
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn field_object(path: &Path) -> Value {
    Value::Object(vec![("field".to_owned(), path.to_value())])
}

#[expect(clippy::cast_precision_loss, reason = "counts are at most 2^53 - 1")]
fn whole(count: u64) -> Value {
    Value::Number(count as f64)
}

/// A scope's name in policies and requests.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    name_of(&policy::SCOPES, scope)
}

/// An effect's name in policies.
pub(crate) fn effect_name(effect: Effect) -> &'static str {
    name_of(&policy::EFFECTS, effect)
}

fn name_of<T: Copy + PartialEq>(names: &[(&'static str, T)], wanted: T) -> &'static str {
    names
        .iter()
        .find(|(_, t)| *t == wanted)
        .map_or("", |(name, _)| name)
}
