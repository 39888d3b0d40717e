//! Conditions in the language that policies are written in, from their programs.

use super::fold::Residual;
use crate::compile::{Check, Expr, NodeId, Probe, Step, fixed};
use crate::eval::path_of;
use crate::explain::facts::{Context, asked, literal_value};
use crate::model::{Derivation, Path, Value, sorted};

/// What is left of a condition; nothing where nothing is.
pub(super) fn condition(context: Context<'_>, residual: &Residual<'_>) -> Option<Value> {
    let is_certain = matches!(residual, Residual::Certain(_));
    (!is_certain).then(|| left(context, residual, fixed::ROOT))
}

/// The same within a quantifier, which has a body in any case: every request has a tenant.
fn left(context: Context<'_>, residual: &Residual<'_>, column: NodeId) -> Value {
    let all = |children: &[Residual<'_>]| {
        Value::Array(children.iter().map(|c| left(context, c, column)).collect())
    };
    match residual {
        Residual::Certain(certain) => Value::Object(vec![
            ("field".to_owned(), Value::from(TENANT)),
            ("exists".to_owned(), Value::Bool(*certain)),
        ]),
        Residual::All(children) => object("all", all(children)),
        Residual::Any(children) => object("any", all(children)),
        Residual::Not(child) => object("not", left(context, child, column)),
        Residual::Leaf(probe) => leaf_in(context, probe, column),
        Residual::Quantified(probe, body) => {
            let mut members = subject(context, probe, column);
            let body = left(context, body, probe.elements);
            members.push((asked(context, probe).0.to_owned(), body));
            Value::Object(members)
        }
        Residual::Erring(probe) => erring(context, probe),
    }
}

/// The id that every request has.
const TENANT: &str = "tenant.id";

/// A leaf that errs by the value that it reads, with another of the same kind on its right.
fn erring(context: Context<'_>, probe: &Probe) -> Value {
    let mut members = subject(context, probe, fixed::ROOT);
    let (operator, right) = asked(context, probe);
    let literal = match right {
        Value::Array(literals) => literals.into_iter().next().unwrap_or_default(),
        literal => literal,
    };
    let right = match literal {
        Value::Number(_) => Value::Number(0.0),
        Value::Bool(_) => Value::Bool(true),
        _ => object("field", Value::from(TENANT)),
    };
    if let (Check::Within(_), Some(derivation)) = (&probe.check, probe.derivation) {
        members.retain(|(key, _)| key != "as");
        members.push(("as".to_owned(), Value::from(derivation.name())));
    }
    let of_array =
        operator.starts_with("includes") || matches!(probe.check, Check::Quantified { .. });
    let operator = if of_array { "includes" } else { "eq" };
    members.push((operator.to_owned(), right));
    Value::Object(members)
}

fn object(key: &str, value: Value) -> Value {
    Value::Object(vec![(key.to_owned(), value)])
}

/// A whole condition; `column` is where the elements of the quantifier around are, the root where there is none.
pub(super) fn expr(context: Context<'_>, of: &Expr, column: NodeId) -> Value {
    let all = |children: &[Expr]| {
        Value::Array(children.iter().map(|c| expr(context, c, column)).collect())
    };
    match of {
        Expr::All(children) => object("all", all(children)),
        Expr::Any(children) => object("any", all(children)),
        Expr::Not(child) => object("not", expr(context, child, column)),
        Expr::Probe(probe) => leaf_in(context, probe, column),
    }
}

/// What a leaf tests: a field or an item, its default, and what is derived of it.
fn subject(context: Context<'_>, probe: &Probe, column: NodeId) -> Vec<(String, Value)> {
    let mut members: Vec<(String, Value)> = Vec::new();
    let mut put = |key: &str, value: Value| members.push((key.to_owned(), value));
    if column != fixed::ROOT && context.reader.is_column(probe.node) {
        if let Some(path) = item(context, probe.node, column) {
            put("item", path.to_value());
        }
    } else if let Some(path) = path_of(context.reader.snapshot, probe.node, None) {
        put("field", path.to_value());
    }
    if let Some(default) = &probe.default {
        put("default", literal_value(default));
    }
    // A path is normalised unasked where it is to lie within another.
    let unasked = matches!(probe.check, Check::Within(_));
    let derivation = probe
        .derivation
        .filter(|d| !(unasked && *d == Derivation::FilePath));
    if let Some(derivation) = derivation {
        put("as", Value::from(derivation.name()));
    }
    members
}

/// A leaf that stands in no quantifier.
pub(super) fn leaf(context: Context<'_>, probe: &Probe) -> Value {
    leaf_in(context, probe, fixed::ROOT)
}

fn leaf_in(context: Context<'_>, probe: &Probe, column: NodeId) -> Value {
    let mut members = subject(context, probe, column);
    let mut put = |key: &str, value: Value| members.push((key.to_owned(), value));
    let (operator, right) = asked(context, probe);
    match (&probe.check, right) {
        (Check::Quantified { body, .. }, _) => put(operator, expr(context, body, probe.elements)),
        (_, Value::Object(right)) => {
            let name = right.into_iter().filter(|(key, _)| key == "field");
            put(operator, Value::Object(name.collect()));
        }
        (Check::In { .. } | Check::IncludesSome { .. }, Value::Array(literals)) => {
            put(operator, in_order(literals));
        }
        (_, right) => put(operator, right),
    }
    if let Check::Pattern {
        ignore_case: true, ..
    }
    | Check::Matches {
        ignore_case: true, ..
    } = probe.check
    {
        put("ignore_case", Value::Bool(true));
    }
    Value::Object(members)
}

/// Strings in the order of their bytes: that of their numbers would tell what other policies compare with.
fn in_order(literals: Vec<Value>) -> Value {
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for literal in literals {
        match literal {
            Value::String(text) => texts.push(text),
            other => others.push(other),
        }
    }
    others.extend(sorted(texts).into_iter().map(Value::String));
    Value::Array(others)
}

/// The path of a node in the element; nothing for the element itself.
fn item(context: Context<'_>, node: NodeId, column: NodeId) -> Option<Path> {
    let nodes = &context.reader.snapshot.nodes;
    let below = nodes.lineage(node).take_while(|at| *at != column);
    let names = below.filter_map(|at| match &nodes.get(at)?.step {
        Step::Member(name) => Some(name.clone()),
        _ => None,
    });
    let mut names: Vec<Box<str>> = names.collect();
    names.reverse();
    Path::from_segments(names).ok()
}
