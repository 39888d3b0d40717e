//! Conditions in words.

use crate::compile::{Check, Expr, Probe};
use crate::explain::facts::{Context, leaf_facts};
use crate::explain::words;

/// More words than this say less.
const MAX_WORDS: usize = 600;

/// What holds where a leaf comes to `holds`, with the body of a quantifier.
pub(crate) fn leaf(context: Context<'_>, probe: &Probe, holds: bool) -> String {
    let mut out = words::leaf(&leaf_facts(context, probe, None, None), holds);
    if let Check::Quantified { body, .. } = &probe.check {
        out.push_str(": ");
        condition(context, body, true, &mut out);
    }
    out
}

fn condition(context: Context<'_>, expr: &Expr, holds: bool, out: &mut String) {
    match expr {
        Expr::Not(child) => condition(context, child, !holds, out),
        Expr::Probe(probe) => out.push_str(&leaf(context, probe, holds)),
        Expr::All(children) | Expr::Any(children) => {
            let all = holds == matches!(expr, Expr::All(_));
            out.push('(');
            list(children, all, out, |child, out| {
                condition(context, child, holds, out);
            });
            out.push(')');
        }
    }
}

/// Members of a list with `and` or `or` between them; those that would make it too long are counted.
pub(crate) fn list<T>(children: &[T], all: bool, out: &mut String, push: impl Fn(&T, &mut String)) {
    for (i, child) in children.iter().enumerate() {
        if i > 0 {
            out.push_str(if all { " and " } else { " or " });
        }
        if out.len() > MAX_WORDS {
            let left = children.len().saturating_sub(i).to_string();
            out.push_str(&["… (", &left, " more left out)"].concat());
            break;
        }
        push(child, out);
    }
}
