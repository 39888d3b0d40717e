//! Wanted values: what a leaf's value could be instead, read off its operator and literals.

use crate::compile::{Check, Probe, fixed};
use crate::derive::{HOST_CLASSES, WEEKDAYS};
use crate::explain::facts::{Context, asked, constant_value, constant_values, locate};
use crate::model::{Derivation, Inclusion, Order, PatternKind, Value};

/// So many values of a list are tried.
const MAX_TRIED: usize = 8;
/// Next to a literal that is no whole number.
const SMALL_STEP: f64 = 0.01;

/// Values, after `as`, with which a leaf may come to `want`. They are proposals: the engine decides.
pub(super) fn wanted(
    context: Context<'_>,
    probe: &Probe,
    current: &Value,
    want: bool,
) -> Vec<Value> {
    let reader = context.reader;
    let equal = |literal: Value, want: bool| match want {
        true => vec![literal],
        false => others(probe, &[literal]),
    };
    let among = |literals: Vec<Value>, want: bool| match want {
        true => literals.into_iter().take(MAX_TRIED).collect(),
        false => others(probe, &literals),
    };
    let right = |node| locate(context, node, None).to_value();
    match &probe.check {
        Check::Equals { negated, right } => equal(
            constant_value(reader, probe.place, *right),
            want != *negated,
        ),
        Check::EqualsField {
            negated,
            right: node,
        } => equal(right(*node), want != *negated),
        Check::Compares { order, right } => beyond(*order, *right, want),
        Check::ComparesField { order, right: node } => right(*node)
            .as_number()
            .map_or_else(Vec::new, |n| beyond(*order, n, want)),
        Check::In { negated, right } => among(
            constant_values(reader, probe.place, right),
            want != *negated,
        ),
        Check::InField {
            negated,
            right: node,
        } => match right(*node) {
            Value::Array(elements) => among(elements, want != *negated),
            _ => Vec::new(),
        },
        Check::Includes(literal) => holding(
            current,
            vec![constant_value(reader, probe.elements, *literal)],
            want,
        ),
        Check::IncludesField(node) => holding(current, vec![right(*node)], want),
        Check::IncludesSome { inclusion, right } => {
            let literals = constant_values(reader, probe.elements, right);
            let few = match (inclusion, want) {
                (Inclusion::Any, true) | (Inclusion::All, false) => 1,
                (Inclusion::Any, false) | (Inclusion::All, true) => literals.len(),
            };
            holding(current, literals.into_iter().take(few).collect(), want)
        }
        Check::Pattern { .. } | Check::Matches { .. } | Check::Within(_) => {
            fitting(context, probe, want)
        }
        Check::Exists(expected) if want == *expected => {
            vec![Value::Bool(true), Value::from("any value")]
        }
        Check::Exists(_) => vec![Value::Null],
        Check::Quantified { .. } => Vec::new(),
    }
}

/// A value for which an order against a literal holds, or does not: as near as can be.
fn beyond(order: Order, literal: f64, want: bool) -> Vec<Value> {
    let step = if literal.fract() == 0.0 {
        1.0
    } else {
        SMALL_STEP
    };
    let offset = match (order, want) {
        (Order::Less, true) | (Order::GreaterOrEqual, false) => -step,
        (Order::Greater, true) | (Order::LessOrEqual, false) => step,
        _ => 0.0,
    };
    vec![Value::Number(literal + offset)]
}

/// Values of the literals' kind that are none of them.
fn others(probe: &Probe, literals: &[Value]) -> Vec<Value> {
    let highest = literals
        .iter()
        .filter_map(Value::as_number)
        .fold(f64::NEG_INFINITY, f64::max);
    let pool: Vec<Value> = match literals.first() {
        Some(Value::Bool(_)) => vec![Value::Bool(true), Value::Bool(false)],
        Some(Value::Number(_)) if probe.derivation == Some(Derivation::UtcHour) => {
            (0..24_u8).map(|h| Value::Number(f64::from(h))).collect()
        }
        Some(Value::Number(_)) => vec![Value::Number(highest.floor() + 1.0)],
        Some(Value::String(_)) => texts(probe).iter().map(|t| Value::from(*t)).collect(),
        _ => Vec::new(),
    };
    pool.into_iter()
        .filter(|value| !literals.contains(value))
        .take(2)
        .collect()
}

/// Strings to put in the place of others, where their meaning is known.
fn texts(probe: &Probe) -> &'static [&'static str] {
    match probe.derivation {
        None if probe.node == fixed::RUN_MODE => &["draft", "auto"],
        Some(Derivation::HostClass) => &HOST_CLASSES,
        Some(Derivation::UtcWeekday) => &WEEKDAYS,
        Some(Derivation::UrlScheme) => &["https", "http", "ftp"],
        Some(Derivation::UrlHost | Derivation::EmailDomain) => {
            &["example.com", "example.org", "example.net"]
        }
        Some(Derivation::UrlPath | Derivation::FilePath) => &["/other", "other", "/another"],
        _ => &["other", "another", "a third"],
    }
}

/// The current array, with literals added, or without them.
fn holding(current: &Value, literals: Vec<Value>, want: bool) -> Vec<Value> {
    let kind = literals.first().map(Value::kind_name);
    let mut elements = match current {
        Value::Array(elements) => elements.clone(),
        _ => Vec::new(),
    };
    // What is of another kind would be an error.
    elements.retain(|e| Some(e.kind_name()) == kind && (want || !literals.contains(e)));
    if want {
        let missing: Vec<Value> = literals
            .into_iter()
            .filter(|l| !elements.contains(l))
            .collect();
        elements.extend(missing);
    }
    vec![Value::Array(elements)]
}

/// Strings that fit a pattern, or none of them.
fn fitting(context: Context<'_>, probe: &Probe, want: bool) -> Vec<Value> {
    if !want {
        return texts(probe).iter().map(|t| Value::from(*t)).collect();
    }
    let (_, expected) = asked(context, probe);
    let patterns = match expected {
        Value::Array(patterns) => patterns,
        one => vec![one],
    };
    let fit = |pattern: &str| match &probe.check {
        Check::Matches { .. } => sample(pattern),
        Check::Within(_) if pattern == "." => "file".to_owned(),
        Check::Within(_) => [pattern.trim_end_matches('/'), "/file"].concat(),
        Check::Pattern {
            kind: PatternKind::EndsWith,
            ..
        } if probe.derivation == Some(Derivation::UrlPath) && !pattern.starts_with('/') => {
            ["/", pattern].concat()
        }
        _ => pattern.to_owned(),
    };
    let texts = patterns.iter().filter_map(Value::as_str);
    texts
        .take(MAX_TRIED)
        .map(|pattern| Value::String(fit(pattern)))
        .collect()
}

/// The shortest text that a glob matches, with `x` for any code point.
fn sample(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => {}
            '?' => out.push('x'),
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}
