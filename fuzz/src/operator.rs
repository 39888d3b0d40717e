//! What leaves ask: operators that fit a kind.

use portcullis::Value;

use super::choices::Choices;
use super::condition::{Members, body, path, put};
use super::values::{number, object, text, value};
use super::vocabulary::{FIELDS, Kind};

/// One operator, with what it derives from.
pub(crate) fn asked(kind: Kind, is_root: bool, leaf: &mut Members, choices: &mut Choices<'_>) {
    let mut derived = |leaf: &mut Members, of: &[&'static str]| {
        let derivation = choices.pick(of);
        put(leaf, "as", Value::from(derivation));
        derivation
    };
    match kind {
        Kind::Flag => compared(kind, &["eq", "ne", "in", "not_in"], leaf, choices),
        Kind::Number => numeric(kind, leaf, choices),
        Kind::Millis => match choices.below(4) {
            0 => numeric(kind, leaf, choices),
            1 => ordered(Kind::Stamp, leaf, choices),
            _ => hours(leaf, choices),
        },
        Kind::Stamp => match choices.below(3) {
            0 => hours(leaf, choices),
            _ => {
                put(leaf, "as", Value::from("timestamp"));
                let right = if choices.chance(128) {
                    Kind::Millis
                } else {
                    Kind::Stamp
                };
                ordered(right, leaf, choices);
            }
        },
        Kind::Numeral => {
            put(leaf, "as", Value::from("number"));
            numeric(Kind::Number, leaf, choices);
        }
        Kind::Url => match derived(leaf, &["url_host", "url_path", "host_class", "url_scheme"]) {
            "url_path" => located(leaf, choices),
            derivation => among(derivation, leaf, choices),
        },
        Kind::File => {
            put(leaf, "as", Value::from("file_path"));
            located(leaf, choices);
        }
        Kind::Email => among(derived(leaf, &["email_domain"]), leaf, choices),
        Kind::Texts | Kind::Numbers | Kind::Flags | Kind::Objects => {
            listed(kind, is_root, leaf, choices)
        }
        Kind::Object => {
            put(leaf, "as", Value::from("keys"));
            included(Kind::Text, leaf, choices);
        }
        Kind::Text | Kind::Action | Kind::Mode | Kind::Id => textual(kind, leaf, choices),
    }
}

fn compared(kind: Kind, operators: &[&str], leaf: &mut Members, choices: &mut Choices<'_>) {
    let operator = choices.pick(operators);
    let is_list = matches!(operator, "in" | "not_in");
    if choices.chance(40) {
        let wanted = match (is_list, kind) {
            (true, Kind::Flag) => Kind::Flags,
            (true, Kind::Number) => Kind::Numbers,
            (true, _) => Kind::Texts,
            (false, kind) => kind,
        };
        put(leaf, operator, other(wanted, choices));
    } else if is_list {
        put(leaf, operator, list(kind, choices));
    } else {
        put(leaf, operator, value(kind, choices));
    }
}

/// Another field of the kind, if bytes lead to one.
fn other(kind: Kind, choices: &mut Choices<'_>) -> Value {
    let start = choices.below(FIELDS.len());
    let mut fields = FIELDS.iter().cycle().skip(start).take(FIELDS.len());
    let field = fields
        .find(|(_, other)| *other == kind)
        .unwrap_or(&FIELDS[start]);
    object([("field", path(*field, choices))])
}

fn list(kind: Kind, choices: &mut Choices<'_>) -> Value {
    let mut elements: Vec<Value> = Vec::new();
    for _ in choices.times(1, 5) {
        let element = value(kind, choices);
        if !elements.contains(&element) {
            elements.push(element);
        }
    }
    Value::Array(elements)
}

const ORDERS: [&str; 4] = ["gt", "lt", "lte", "gte"];

fn numeric(kind: Kind, leaf: &mut Members, choices: &mut Choices<'_>) {
    match choices.below(2) {
        0 => ordered(kind, leaf, choices),
        _ => compared(kind, &["eq", "ne", "in", "not_in"], leaf, choices),
    }
}

fn ordered(kind: Kind, leaf: &mut Members, choices: &mut Choices<'_>) {
    let operator = choices.pick(&ORDERS);
    let right = if choices.chance(40) {
        other(kind, choices)
    } else {
        value(kind, choices)
    };
    put(leaf, operator, right);
}

fn hours(leaf: &mut Members, choices: &mut Choices<'_>) {
    if choices.chance(128) {
        put(leaf, "as", Value::from("utc_weekday"));
        let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
        let some = choices
            .times(1, 3)
            .map(|_| Value::from(choices.pick(&days)));
        put(leaf, "in", Value::Array(some.collect()));
    } else {
        put(leaf, "as", Value::from("utc_hour"));
        let hour = u8::try_from(choices.below(24)).unwrap_or_default();
        put(leaf, choices.pick(&ORDERS), Value::Number(f64::from(hour)));
    }
}

/// What a derivation can give, and what it can't.
fn among(derivation: &str, leaf: &mut Members, choices: &mut Choices<'_>) {
    let all: &[&str] = match derivation {
        "url_scheme" => &["https", "http", "ws", "postgres", "file", "HTTPS"],
        "host_class" => &["domain", "public_ip", "private_ip", "loopback", "other"],
        "email_domain" => &[
            "example.com",
            "sub.example.org",
            "localhost",
            "org",
            "Example.com",
        ],
        _ => &[
            "example.com",
            "api.example.com",
            "localhost",
            "127.0.0.1",
            "10.0.0.1",
            "[::1]",
            "[::ffff:a00:1]",
            "server",
            "db.internal",
            "com",
            "EXAMPLE.com",
        ],
    };
    let mut some: Vec<Value> = choices
        .times(1, 3)
        .map(|_| Value::from(choices.pick(all)))
        .collect();
    some.dedup();
    let first = some.first().cloned().unwrap_or_default();
    match choices.below(6) {
        0 => put(leaf, "eq", first),
        1 => put(leaf, "in", Value::Array(some)),
        2 => put(leaf, "not_in", Value::Array(some)),
        3 => put(leaf, "ends_with", Value::Array(some)),
        4 => put(leaf, "starts_with", first),
        _ => put(leaf, "ne", first),
    }
}

fn located(leaf: &mut Members, choices: &mut Choices<'_>) {
    let folders = [
        "/workspace",
        "/api",
        "/",
        "/etc",
        "a",
        "/workspace/a",
        ".",
        "/workspace/",
        "/secret",
        "x",
    ];
    let mut some: Vec<Value> = choices
        .times(1, 3)
        .map(|_| Value::from(choices.pick(&folders)))
        .collect();
    some.dedup();
    let first = some.first().cloned().unwrap_or_default();
    match choices.below(6) {
        0 | 1 => put(leaf, "within", Value::Array(some)),
        2 => put(leaf, "within", first),
        3 => put(
            leaf,
            "matches",
            Value::from(choices.pick(&["/workspace/*", "*", "*a", "/*/a", "?"])),
        ),
        4 => put(leaf, "starts_with", first),
        _ => put(leaf, "eq", first),
    }
}

fn textual(kind: Kind, leaf: &mut Members, choices: &mut Choices<'_>) {
    match choices.below(8) {
        0..=2 => compared(kind, &["eq", "in", "ne", "not_in"], leaf, choices),
        3 => {
            put(leaf, "as", Value::from("lower"));
            let folded = [
                "admin",
                "strasse",
                "straße",
                "σίσυφοσ",
                "k",
                "a",
                "",
                "search",
                "s",
            ];
            put(
                leaf,
                choices.pick(&["eq", "ne", "starts_with", "contains"]),
                Value::from(choices.pick(&folded)),
            );
        }
        4 => {
            put(leaf, "as", Value::from("size"));
            let size = u8::try_from(choices.below(8)).unwrap_or_default();
            put(leaf, choices.pick(&ORDERS), Value::Number(f64::from(size)));
        }
        _ => {
            let operator = choices.pick(&["matches", "starts_with", "ends_with", "contains"]);
            let right = if choices.chance(80) {
                list(kind, choices)
            } else {
                Value::String(text(kind, choices))
            };
            put(leaf, operator, right);
            if choices.chance(80) {
                put(leaf, "ignore_case", Value::Bool(true));
            }
        }
    }
}

fn listed(kind: Kind, is_root: bool, leaf: &mut Members, choices: &mut Choices<'_>) {
    let element = match kind {
        Kind::Texts => Kind::Text,
        Kind::Numbers => Kind::Number,
        Kind::Flags => Kind::Flag,
        other => other,
    };
    match choices.below(5) {
        0 => {
            put(leaf, "as", Value::from("size"));
            put(leaf, choices.pick(&ORDERS), number(Kind::Number, choices));
        }
        1 | 2 if kind != Kind::Objects => included(element, leaf, choices),
        // Quantifiers don't nest.
        _ if !is_root => included(element, leaf, choices),
        _ => {
            let quantifier = choices.pick(&["some", "every"]);
            put(leaf, quantifier, body(element, choices));
        }
    }
}

fn included(kind: Kind, leaf: &mut Members, choices: &mut Choices<'_>) {
    match choices.below(4) {
        0 => put(leaf, "includes", value(kind, choices)),
        1 => put(leaf, "includes_any", list(kind, choices)),
        2 => put(leaf, "includes_all", list(kind, choices)),
        _ => put(leaf, "includes", other(kind, choices)),
    }
}
