//! Values of a kind, and beside it.

use portcullis::Value;

use super::choices::Choices;
use super::pools::{
    ACTIONS, EMAILS, FILES, IDS, MILLIS, MODES, NUMBERS, NUMERALS, STAMPS, TEXTS, URLS,
};
use super::vocabulary::{ITEMS, Kind};

/// A text of a kind, now and then a little beside one.
pub(crate) fn text(kind: Kind, choices: &mut Choices<'_>) -> String {
    let list: &[&str] = match kind {
        Kind::Stamp => &STAMPS,
        Kind::Numeral => &NUMERALS,
        Kind::Url => &URLS,
        Kind::File => &FILES,
        Kind::Email => &EMAILS,
        Kind::Action => &ACTIONS,
        Kind::Mode => &MODES,
        Kind::Id => &IDS,
        _ => &TEXTS,
    };
    // One byte for both, since most texts are as they stand.
    let byte = usize::from(choices.byte());
    let text = list[byte % list.len()];
    let how = if byte >= 216 { choices.byte() } else { 0 };
    beside(text, how)
}

fn beside(text: &str, how: u8) -> String {
    let mut characters = text.chars();
    match how % 12 {
        1 => text.to_uppercase(),
        2 => text.to_lowercase(),
        3 => format!("{text}x"),
        4 => format!("x{text}"),
        5 => format!("{text}/x"),
        6 => format!("{text}{text}"),
        7 => {
            characters.next();
            characters.collect()
        }
        8 => {
            characters.next_back();
            characters.collect()
        }
        9 => format!("{text}."),
        10 => format!("{text}*"),
        11 => text.chars().take(1).collect(),
        _ => text.to_owned(),
    }
}

pub(crate) fn number(kind: Kind, choices: &mut Choices<'_>) -> Value {
    let list: &[f64] = if kind == Kind::Millis {
        &MILLIS
    } else {
        &NUMBERS
    };
    Value::Number(choices.pick(list))
}

/// A value of a kind.
pub(crate) fn value(kind: Kind, choices: &mut Choices<'_>) -> Value {
    let mut list = |most, kind| {
        Value::Array(
            choices
                .times(0, most)
                .map(|_| value(kind, choices))
                .collect(),
        )
    };
    match kind {
        Kind::Flag => Value::Bool(choices.byte() & 1 == 0),
        Kind::Number | Kind::Millis => number(kind, choices),
        Kind::Texts => list(4, Kind::Text),
        Kind::Numbers => list(4, Kind::Number),
        Kind::Flags => list(3, Kind::Flag),
        Kind::Objects => Value::Array(choices.times(0, 3).map(|_| item(choices)).collect()),
        Kind::Object => {
            let members = choices
                .times(0, 3)
                .map(|_| (text(Kind::Text, choices), Value::Number(1.0)));
            last_of_each(members.collect())
        }
        _ => Value::String(text(kind, choices)),
    }
}

fn item(choices: &mut Choices<'_>) -> Value {
    let mut item = Value::Object(Vec::new());
    for (path, kind) in ITEMS {
        put(&mut item, path, kind, choices);
    }
    item
}

/// Of any kind: mostly not of the one that is asked for.
pub(crate) fn odd(choices: &mut Choices<'_>) -> Value {
    match choices.below(12) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::Number(1.0),
        3 => Value::from("x"),
        4 => Value::Number(1e300),
        5 => Value::Number(9_007_199_254_740_992.0),
        6 => Value::Array(vec![]),
        7 => Value::Array(vec![Value::from("a"), Value::Null]),
        8 => Value::Array(vec![Value::Number(1.0), Value::from("a")]),
        9 => Value::Object(vec![]),
        10 => Value::Array(vec![Value::Number(1e300), Value::Bool(true)]),
        _ => Value::from("5000"),
    }
}

/// Sets a member at a path: rightly for most bytes; else it is missing, `null`, odd, or something else is in the way.
pub(crate) fn put(root: &mut Value, path: &[&str], kind: Kind, choices: &mut Choices<'_>) {
    let (path, value) = match choices.byte() {
        0..=199 => (path, value(kind, choices)),
        200..=219 => return,
        220..=227 => (path, Value::Null),
        228..=247 => (path, odd(choices)),
        _ => (&path[..path.len() - 1], odd(choices)),
    };
    set(root, path, value);
}

/// Makes the objects on the way; where something else is in the way it gives up.
pub(crate) fn set(root: &mut Value, path: &[&str], value: Value) {
    let [first, rest @ ..] = path else {
        return;
    };
    let Value::Object(members) = root else {
        return;
    };
    let at = members
        .iter()
        .position(|(key, _)| key == first)
        .unwrap_or_else(|| {
            members.push(((*first).to_owned(), Value::Object(Vec::new())));
            members.len() - 1
        });
    match rest {
        [] => members[at].1 = value,
        rest => set(&mut members[at].1, rest, value),
    }
}

/// An object in which no key is there twice.
pub(crate) fn last_of_each(members: Vec<(String, Value)>) -> Value {
    let mut object = Value::Object(Vec::new());
    for (key, value) in members {
        set(&mut object, &[&key], value);
    }
    object
}

pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}
