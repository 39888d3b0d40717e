//! The tree of clauses: each part of a condition with what it came to.

use crate::compile::{Check, Expr, Probe};
use crate::eval::{Element, Elements, Place, Truth, View, eval, value};
use crate::explain::facts::{Context, leaf_facts};
use crate::model::{Clause, ClauseKind, MAX_CELLS, Pointer, TruthValue};

/// As many elements of an array are shown.
pub(super) const MAX_SHOWN: usize = 20;

/// The value that a truth amounts to.
pub(super) fn truth_value(truth: Truth) -> TruthValue {
    match truth {
        Ok(true) => TruthValue::True,
        Ok(false) => TruthValue::False,
        Err(_) => TruthValue::Error,
    }
}

/// The clauses of a policy.
pub(super) fn clauses(context: Context<'_>) -> Vec<Clause> {
    let rule = Pointer::root().key("rule_expr");
    let policy = context.policy;
    [("when", &policy.when), ("unless", &policy.unless)]
        .into_iter()
        .filter_map(|(key, expr)| Some(clause(context, expr.as_ref()?, None, &rule.key(key))))
        .collect()
}

fn clause<'a>(
    context: Context<'a>,
    expr: &'a Expr,
    element: Option<Element<'a>>,
    at: &Pointer,
) -> Clause {
    let truth = || truth_value(eval(context.reader, expr, element));
    let among = |kind, key: &str, children: &'a [Expr]| {
        let at_children = at.key(key);
        let children = children.iter().enumerate();
        Clause {
            children: children
                .map(|(i, child)| clause(context, child, element, &at_children.index(i)))
                .collect(),
            ..bare(kind, truth(), at)
        }
    };
    match expr {
        Expr::All(children) => among(ClauseKind::All, "all", children),
        Expr::Any(children) => among(ClauseKind::Any, "any", children),
        Expr::Not(child) => Clause {
            children: vec![clause(context, child, element, &at.key("not"))],
            ..bare(ClauseKind::Not, truth(), at)
        },
        Expr::Probe(probe) => leaf(context, expr, probe, element, at),
    }
}

fn bare(kind: ClauseKind, value: TruthValue, at: &Pointer) -> Clause {
    Clause {
        kind,
        value,
        pointer: at.to_string(),
        element: None,
        leaf: None,
        children: Vec::new(),
        omitted: 0,
    }
}

fn leaf<'a>(
    context: Context<'a>,
    expr: &'a Expr,
    probe: &'a Probe,
    element: Option<Element<'a>>,
    at: &Pointer,
) -> Clause {
    let truth = eval(context.reader, expr, element);
    // The error of a body's leaf is that leaf's, not the quantifier's.
    let own = truth
        .err()
        .filter(|trouble| trouble.place == Place::Leaf(probe.index));
    let clause = Clause {
        leaf: Some(Box::new(leaf_facts(context, probe, element, own))),
        ..bare(ClauseKind::Leaf, truth_value(truth), at)
    };
    let Check::Quantified { every, body, .. } = &probe.check else {
        return clause;
    };
    let (kind, key) = if *every {
        (ClauseKind::Every, "every")
    } else {
        (ClauseKind::Some, "some")
    };
    let (children, omitted) = match elements(context, probe) {
        Some(elements) => shown(context, probe, body, elements, clause.value, &at.key(key)),
        None => (Vec::new(), 0),
    };
    Clause {
        kind,
        children,
        omitted,
        ..clause
    }
}

/// The elements that a quantifier looks at, where it looks at any.
pub(super) fn elements<'a>(context: Context<'a>, probe: &'a Probe) -> Option<Elements<'a>> {
    let Check::Quantified { leaves, .. } = &probe.check else {
        return None;
    };
    match value(context.reader, probe, None) {
        Ok(View::Array(elements)) if elements.len().saturating_mul(*leaves) <= MAX_CELLS => {
            Some(elements)
        }
        _ => None,
    }
}

/// The body for the elements that came out as the whole did, and how many elements are not shown.
fn shown<'a>(
    context: Context<'a>,
    probe: &'a Probe,
    body: &'a Expr,
    elements: Elements<'a>,
    whole: TruthValue,
    at: &Pointer,
) -> (Vec<Clause>, u32) {
    let mut children = Vec::new();
    for index in 0..elements.len() {
        if children.len() == MAX_SHOWN {
            break;
        }
        let element = Some(Element {
            elements,
            index,
            column: probe.elements,
        });
        if truth_value(eval(context.reader, body, element)) == whole {
            children.push(Clause {
                element: u32::try_from(index).ok(),
                ..clause(context, body, element, at)
            });
        }
    }
    let omitted = elements.len().saturating_sub(children.len());
    (children, u32::try_from(omitted).unwrap_or(u32::MAX))
}
