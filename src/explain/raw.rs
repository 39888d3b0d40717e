//! Raw values: what a request could hold instead, so that a leaf comes out as wanted.

use crate::compile::{Check, Expr, NodeId, Probe, Step};
use crate::eval::{Element, eval};
use crate::explain::facts::Context;
use crate::explain::flips::Flip;
use crate::explain::invert::invert;
use crate::explain::tree::elements;
use crate::explain::wanted::wanted;
use crate::model::{Derivation, Value};

/// Raw values with which a leaf may come out as wanted. They are proposals: the engine decides.
pub(super) fn raw_values(context: Context<'_>, flip: Flip<'_>, current: &Value) -> Vec<Value> {
    match flip.probe.check {
        Check::Quantified { .. } => arrays(context, flip, current),
        _ => scalars(context, flip.probe, current, flip.want),
    }
}

fn scalars(context: Context<'_>, probe: &Probe, current: &Value, want: bool) -> Vec<Value> {
    let Some(derivation) = probe.derivation else {
        return wanted(context, probe, current, want);
    };
    let names = match (derivation, current) {
        (Derivation::Keys, Value::Object(members)) => {
            let names = members.iter().map(|(name, _)| Value::from(name.as_str()));
            Some(Value::Array(names.collect()))
        }
        _ => None,
    };
    wanted(context, probe, names.as_ref().unwrap_or(current), want)
        .into_iter()
        .filter_map(|value| invert(derivation, value, current))
        .collect()
}

/// Arrays with which a quantifier may come out as wanted.
fn arrays(context: Context<'_>, flip: Flip<'_>, current: &Value) -> Vec<Value> {
    let probe = flip.probe;
    let Check::Quantified { every, body, .. } = &probe.check else {
        return Vec::new();
    };
    if probe.derivation.is_some() {
        return Vec::new();
    }
    let there = match current {
        Value::Array(values) => values.as_slice(),
        _ => &[],
    };
    let made = made(context, probe.elements, body, flip.want);
    if *every != flip.want {
        let with = |value| there.iter().cloned().chain([value]).collect();
        return made.map(with).map(Value::Array).into_iter().collect();
    }
    // Without the elements that stand in the way.
    let fits = |index| {
        let element = elements(context, probe).map(|elements| Element {
            elements,
            index,
            column: probe.elements,
        });
        element.is_some() && eval(context.reader, body, element) == Ok(flip.want)
    };
    let values = there.iter().enumerate().filter(|(i, _)| fits(*i));
    let kept: Vec<Value> = values.map(|(_, value)| value.clone()).collect();
    if kept.is_empty() {
        let one = made.map(|value| Value::Array(vec![value]));
        return one.into_iter().chain([Value::Array(kept)]).collect();
    }
    vec![Value::Array(kept)]
}

/// An element for which a body comes out as wanted, where it asks one thing of it.
fn made(context: Context<'_>, column: NodeId, body: &Expr, want: bool) -> Option<Value> {
    match body {
        Expr::Not(child) => made(context, column, child, !want),
        Expr::Probe(probe) if context.reader.is_column(probe.node) => {
            let value = scalars(context, probe, &Value::Null, want)
                .into_iter()
                .next()?;
            let nodes = &context.reader.snapshot.nodes;
            let below = nodes.lineage(probe.node).take_while(|at| *at != column);
            let names = below.filter_map(|at| match &nodes.get(at)?.step {
                Step::Member(name) => Some(name.to_string()),
                _ => None,
            });
            Some(names.fold(value, |value, name| Value::Object(vec![(name, value)])))
        }
        _ => None,
    }
}
