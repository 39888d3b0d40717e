//! Conditions that fit the kinds of the fields that they read, mostly; what does not fit is for validation to refuse.

use portcullis::Value;

use super::choices::Choices;
use super::operator::asked;
use super::values::{object, odd, value};
use super::vocabulary::{FIELDS, Field, ITEMS, Kind};

/// Of an object.
pub(crate) type Members = Vec<(String, Value)>;

/// Where a leaf stands: it may read the root; in the body of a quantifier the element, too.
#[derive(Clone, Copy)]
enum At {
    Root,
    Element(Kind),
}

pub(crate) fn condition(choices: &mut Choices<'_>) -> Value {
    tree(At::Root, 3, choices)
}

/// The body of a quantifier over elements of a kind.
pub(crate) fn body(element: Kind, choices: &mut Choices<'_>) -> Value {
    tree(At::Element(element), 2, choices)
}

fn tree(at: At, depth: usize, choices: &mut Choices<'_>) -> Value {
    let kind = if depth == 0 { 0 } else { choices.byte() };
    let mut children = |key| {
        let children = choices.times(1, 4).map(|_| tree(at, depth - 1, choices));
        object([(key, Value::Array(children.collect()))])
    };
    match kind {
        0..=139 => leaf(at, choices),
        140..=189 => children("all"),
        190..=229 => children("any"),
        _ => object([("not", tree(at, depth - 1, choices))]),
    }
}

fn leaf(at: At, choices: &mut Choices<'_>) -> Value {
    let mut leaf = Vec::new();
    let kind = address(at, &mut leaf, choices);
    let byte = choices.byte();
    if byte >= 240 {
        put(&mut leaf, "exists", Value::Bool(byte & 1 == 0));
        return Value::Object(leaf);
    }
    if byte >= 208 {
        let default = if byte >= 236 {
            odd(choices)
        } else {
            value(kind, choices)
        };
        put(&mut leaf, "default", default);
    }
    // Now and then the field is taken for one of another kind.
    let kind = if byte % 32 == 31 {
        choices.pick(&FIELDS).1
    } else {
        kind
    };
    let is_root = matches!(at, At::Root);
    asked(kind, is_root, &mut leaf, choices);
    Value::Object(leaf)
}

fn address(at: At, leaf: &mut Members, choices: &mut Choices<'_>) -> Kind {
    if let At::Element(kind) = at
        && !choices.chance(24)
    {
        if kind != Kind::Objects {
            return kind;
        }
        let field = choices.pick(&ITEMS);
        put(leaf, "item", path(field, choices));
        return field.1;
    }
    let field = choices.pick(&FIELDS);
    put(leaf, "field", path(field, choices));
    field.1
}

/// With dots between its names, or as a list, as it must be where a name has one.
pub(crate) fn path((names, _): Field, choices: &mut Choices<'_>) -> Value {
    let dotted = names
        .iter()
        .all(|name| !name.is_empty() && !name.contains('.'));
    if dotted && !choices.chance(16) {
        return Value::String(names.join("."));
    }
    Value::Array(names.iter().map(|name| Value::from(*name)).collect())
}

pub(crate) fn put(leaf: &mut Members, key: &str, value: Value) {
    leaf.push((key.to_owned(), value));
}
