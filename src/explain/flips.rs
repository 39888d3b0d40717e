//! Flips: the leaves that alone keep a condition from coming out otherwise.

use crate::compile::{Check, Compiled, Expr, Probe};
use crate::eval::{Element, eval};
use crate::explain::facts::{Context, field};
use crate::explain::phrase;
use crate::explain::tree::{MAX_SHOWN, elements};
use crate::model::{Effect, NearMiss, Pointer};

/// A leaf, and what it would have to come to.
#[derive(Clone, Copy)]
pub(super) struct Flip<'a> {
    pub(super) probe: &'a Probe,
    pub(super) element: Option<Element<'a>>,
    pub(super) want: bool,
}

/// The leaves that alone would make a policy apply, or not apply, in document order.
pub(super) fn policy_flips(context: Context<'_>, want: bool) -> Vec<Flip<'_>> {
    let policy: &Compiled = context.policy;
    let clauses = [(&policy.when, want), (&policy.unless, !want)];
    let open = clauses
        .into_iter()
        .filter_map(|(expr, want)| Some((expr.as_ref()?, want)))
        .filter(|(expr, want)| eval(context.reader, expr, None) != Ok(*want));
    let mut flips = Vec::new();
    each(open, want, |(expr, want)| {
        collect(context, expr, None, want, &mut flips);
    });
    flips
}

/// Those parts that alone decide: where all parts are needed, the one that is amiss; else each.
fn each<T>(mut amiss: impl Iterator<Item = T>, needs_all: bool, mut visit: impl FnMut(T)) {
    if needs_all {
        if let (Some(only), None) = (amiss.next(), amiss.next()) {
            visit(only);
        }
    } else {
        amiss.for_each(visit);
    }
}

fn collect<'a>(
    context: Context<'a>,
    expr: &'a Expr,
    element: Option<Element<'a>>,
    want: bool,
    flips: &mut Vec<Flip<'a>>,
) {
    let reader = context.reader;
    match expr {
        Expr::Not(child) => collect(context, child, element, !want, flips),
        Expr::All(children) | Expr::Any(children) => {
            let needs_all = want == matches!(expr, Expr::All(_));
            let amiss = children
                .iter()
                .filter(|child| eval(reader, child, element) != Ok(want));
            each(amiss, needs_all, |child| {
                collect(context, child, element, want, flips);
            });
        }
        Expr::Probe(probe) => {
            flips.push(Flip {
                probe,
                element,
                want,
            });
            let Check::Quantified { every, body, .. } = &probe.check else {
                return;
            };
            let Some(elements) = elements(context, probe) else {
                return;
            };
            let amiss = (0..elements.len())
                .map(|index| Element {
                    elements,
                    index,
                    column: probe.elements,
                })
                .filter(|e| eval(reader, body, Some(*e)) != Ok(want))
                .take(MAX_SHOWN);
            each(amiss, want == *every, |e| {
                collect(context, body, Some(e), want, flips);
            });
        }
    }
}

/// What alone keeps a policy from applying.
pub(super) fn near_misses(context: Context<'_>, pointers: &[Pointer]) -> Vec<NearMiss> {
    let whole = policy_flips(context, true)
        .into_iter()
        .filter(|flip| flip.element.is_none());
    let near_miss = |flip: Flip<'_>| NearMiss {
        policy_id: context.policy.id.to_string(),
        effect: context.policy.effect,
        pointer: pointer_of(pointers, flip.probe),
        field: field(context.reader, flip.probe.node, None),
        needs: phrase::leaf(context, flip.probe, flip.want),
    };
    whole.map(near_miss).collect()
}

/// The pointers of all leaves of a policy, by their number.
pub(super) fn leaf_pointers(policy: &Compiled) -> Vec<Pointer> {
    let mut pointers = Vec::new();
    let rule = Pointer::root().key("rule_expr");
    for (key, expr) in [("when", &policy.when), ("unless", &policy.unless)] {
        if let Some(expr) = expr {
            gather(expr, &rule.key(key), &mut pointers);
        }
    }
    pointers
}

fn gather(expr: &Expr, at: &Pointer, pointers: &mut Vec<Pointer>) {
    let mut among = |children: &[Expr], key: &str| {
        let at = at.key(key);
        for (i, child) in children.iter().enumerate() {
            gather(child, &at.index(i), pointers);
        }
    };
    match expr {
        Expr::All(children) => among(children, "all"),
        Expr::Any(children) => among(children, "any"),
        Expr::Not(child) => gather(child, &at.key("not"), pointers),
        Expr::Probe(probe) => {
            pointers.push(at.clone());
            if let Check::Quantified { every, body, .. } = &probe.check {
                gather(
                    body,
                    &at.key(if *every { "every" } else { "some" }),
                    pointers,
                );
            }
        }
    }
}

pub(super) fn pointer_of(pointers: &[Pointer], probe: &Probe) -> String {
    pointers
        .get(probe.index as usize)
        .map_or_else(String::new, Pointer::to_string)
}

/// Where nothing permits a request, what would have permitted it comes first.
pub(super) fn allows_first(near_misses: Vec<NearMiss>) -> Vec<NearMiss> {
    let (mut first, others): (Vec<_>, Vec<_>) = near_misses
        .into_iter()
        .partition(|near| near.effect == Effect::Allow);
    first.extend(others);
    first
}
