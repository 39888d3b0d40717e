//! Words for people: one table for operators, one for derivations.

use crate::explain::escape::{quoted, shown_value};
use crate::model::{ErrorCode, LeafFacts, Order, Value};

/// An operator's name in policies, what is said where it holds, and where it does not.
const OPERATORS: [(&str, &str, &str); 20] = [
    ("eq", "is", "is not"),
    ("ne", "is not", "is"),
    ("lt", "is less than", "is at least"),
    ("lte", "is at most", "is more than"),
    ("gt", "is more than", "is at most"),
    ("gte", "is at least", "is less than"),
    ("in", "is one of", "is none of"),
    ("not_in", "is none of", "is one of"),
    ("includes", "includes", "does not include"),
    ("includes_any", "includes any of", "includes none of"),
    ("includes_all", "includes all of", "does not include all of"),
    ("starts_with", "starts with", "does not start with"),
    ("ends_with", "ends with", "does not end with"),
    ("contains", "contains", "does not contain"),
    ("matches", "matches", "does not match"),
    ("within", "lies within", "does not lie within"),
    ("exists", "is present", "is absent"),
    (
        "some",
        "has an element that fits",
        "has no element that fits",
    ),
    (
        "every",
        "has only elements that fit",
        "has an element that does not fit",
    ),
    ("", "is as asked", "is not as asked"),
];

/// A derivation's name in policies, and what it gives in words, to be followed by the field.
const DERIVATIONS: [(&str, &str); 13] = [
    ("size", "the size of "),
    ("keys", "the member names of "),
    ("lower", "the lower-case form of "),
    ("timestamp", "the time in "),
    ("number", "the number in "),
    ("url_scheme", "the URL scheme of "),
    ("url_host", "the URL host of "),
    ("url_path", "the URL path of "),
    ("host_class", "the class of the URL host of "),
    ("file_path", "the normalised path "),
    ("email_domain", "the e-mail domain of "),
    ("utc_hour", "the hour (UTC) of "),
    ("utc_weekday", "the day of the week (UTC) of "),
];

/// What an operator says where it holds, or where it does not.
pub(crate) fn operator(name: &str, holds: bool) -> &'static str {
    let known = OPERATORS.iter().find(|(n, _, _)| *n == name);
    let (_, yes, no) = known.or(OPERATORS.last()).copied().unwrap_or_default();
    if holds { yes } else { no }
}

/// What a derivation gives, to be followed by the field.
pub(crate) fn derivation(name: &str) -> &'static str {
    DERIVATIONS
        .iter()
        .find(|(n, _)| *n == name)
        .map_or("", |(_, words)| words)
}

/// The name of an order in policies.
pub(crate) fn order_name(order: Order) -> &'static str {
    match order {
        Order::Less => "lt",
        Order::LessOrEqual => "lte",
        Order::Greater => "gt",
        Order::GreaterOrEqual => "gte",
    }
}

/// A leaf as a sentence without its end: what holds where it comes to `holds`.
pub(crate) fn leaf(facts: &LeafFacts, holds: bool) -> String {
    let mut out = String::new();
    // A path is normalised unasked where it is to lie within another.
    let unasked = facts.operator == "within" && facts.derivation == Some("file_path");
    if let Some(name) = facts.derivation.filter(|_| !unasked) {
        out.push_str(derivation(name));
    }
    push_field(&mut out, facts);
    out.push(' ');
    // `exists: false` holds where there is nothing.
    let inverted = facts.operator == "exists" && facts.expected == Value::Bool(false);
    out.push_str(operator(facts.operator, holds != inverted));
    match &facts.expected {
        Value::Null => {}
        _ if facts.operator == "exists" => {}
        right @ Value::Object(_) => {
            let name = right.get("field").unwrap_or(&Value::Null);
            out.push_str(" `");
            out.push_str(&field_text(name));
            out.push('`');
        }
        Value::Array(_) if !facts.operator.starts_with("in") && facts.operator != "not_in" => {
            out.push_str(" any of ");
            out.push_str(&shown_value(&facts.expected));
        }
        literal => {
            out.push(' ');
            out.push_str(&shown_value(literal));
        }
    }
    if facts.ignore_case {
        out.push_str(" (in any case)");
    }
    out
}

/// The name of a field between backticks.
pub(super) fn push_field(out: &mut String, facts: &LeafFacts) {
    out.push('`');
    if let Some(path) = &facts.field.0 {
        out.push_str(&field_text(&path.to_value()));
    }
    out.push('`');
}

/// A path as people read it: dotted, or a JSON array where a name has a dot.
pub(super) fn field_text(path: &Value) -> String {
    match path {
        Value::String(dotted) => crate::explain::escape::plain(dotted),
        other => shown_value(other),
    }
}

/// What the request holds where a leaf reads, in words.
pub(super) fn actual(facts: &LeafFacts) -> String {
    let mut out = String::new();
    match facts.left_out {
        Some(kind) => out.push_str(kind),
        None if facts.absent => out.push_str("absent"),
        None => out.push_str(&shown_value(&facts.actual)),
    }
    if let Some(default) = &facts.default {
        out.push_str(", so ");
        out.push_str(&shown_value(default));
    }
    if let Some(derived) = &facts.derived {
        out.push_str(", which gives ");
        out.push_str(&shown_value(derived));
    }
    out
}

/// What an error means, to be put behind a field.
pub(super) fn error(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Missing => "is missing",
        ErrorCode::WrongType => "is of another type",
        ErrorCode::Unsupported => "is no exact JSON value",
        ErrorCode::TooLong => "is too long",
        ErrorCode::TooMany => "has too many elements",
        ErrorCode::TooCostly => "takes too many steps to match",
        ErrorCode::Underivable => "is not well formed",
        ErrorCode::InvalidRequest => "is not as a request must be",
    }
}

/// An id between quotes, or `none`.
pub(super) fn id(id: Option<&str>) -> String {
    id.map_or_else(|| "none".to_owned(), quoted)
}
