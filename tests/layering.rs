//! The crate is a pipeline: a stage imports only stages to its left, and nothing that would make a decision
//! depend on anything but its request. This reads the source as text, so it also sees what is not compiled here.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The base: these two may import each other, and nothing else.
const BASE: [&str; 2] = ["error", "model"];

/// From left to right. A new stage is put here where it belongs.
const STAGES: [&str; 11] = [
    "derive", "digest", "parse", "validate", "compile", "eval", "explain", "partial", "analyze",
    "engine", "wasm",
];

/// What may not be used, where it may all the same, and why.
const BANNED: [(&str, Option<&str>, &str); 14] = [
    (
        "wasm_bindgen",
        Some("wasm"),
        "bindings are in the stage wasm alone",
    ),
    (
        "js_sys",
        Some("wasm"),
        "bindings are in the stage wasm alone",
    ),
    (
        "web_sys",
        Some("wasm"),
        "bindings are in the stage wasm alone",
    ),
    (
        "serde_wasm_bindgen",
        Some("wasm"),
        "bindings are in the stage wasm alone",
    ),
    (
        "std::time",
        None,
        "the core has no clock: `now` is a fact of the request",
    ),
    ("std::fs", None, "the core does no I/O"),
    (
        "std::io",
        Some("wasm"),
        "the core does no I/O; the bindings write JSON to memory",
    ),
    ("std::env", None, "the core has no environment"),
    (
        "std::net",
        None,
        "the core does no I/O (addresses are in core::net)",
    ),
    ("std::process", None, "the core starts nothing"),
    ("std::thread", None, "the core has one thread"),
    ("rand", None, "the core has no randomness"),
    ("getrandom", None, "the core has no randomness"),
    ("std::hash::RandomState", None, "the core has no randomness"),
];

/// The methods of a hash map that show the order of its entries.
const ITERATIONS: [&str; 10] = [
    "iter",
    "iter_mut",
    "keys",
    "values",
    "values_mut",
    "into_iter",
    "into_keys",
    "into_values",
    "drain",
    "retain",
];

/// Identifiers, `::`, and every other character that is no space, outside comments and literals.
fn tokens(source: &str) -> Vec<String> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out: Vec<String> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = at(i);
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            loop {
                if at(i) == '/' && at(i + 1) == '*' {
                    depth += 1;
                    i += 2;
                } else if at(i) == '*' && at(i + 1) == '/' {
                    depth -= 1;
                    i += 2;
                } else {
                    i += 1;
                }
                if depth == 0 || i >= chars.len() {
                    break;
                }
            }
        } else if let Some(end) = raw_string(&chars, i) {
            i = end;
        } else if c == '"' {
            i += 1;
            while i < chars.len() && at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            // A character; a lifetime has no closing quote.
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && at(i) != '\'' {
                i += 1;
            }
            i += 1;
        } else if c.is_alphanumeric() || c == '_' {
            let start = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            out.push(chars.iter().skip(start).take(i - start).collect());
        } else if c == ':' && at(i + 1) == ':' {
            out.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() {
                out.push(c.to_string());
            }
            i += 1;
        }
    }
    out
}

/// The end of the raw string that starts at `start`, if one does.
fn raw_string(chars: &[char], start: usize) -> Option<usize> {
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut i = start + usize::from(at(start) == 'b');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if at(i) != 'r' || (start > 0 && is_word(at(start - 1))) {
        return None;
    }
    i += 1;
    let mut hashes = 0;
    while at(i) == '#' {
        hashes += 1;
        i += 1;
    }
    if at(i) != '"' {
        return None;
    }
    i += 1;
    while i < chars.len() {
        if at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#') {
            return Some(i + 1 + hashes);
        }
        i += 1;
    }
    Some(i)
}

/// The tokens without the modules and items that are compiled for tests alone.
fn without_tests(tokens: &[String]) -> Vec<String> {
    let cfg_test = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if tokens
            .iter()
            .skip(i)
            .map(String::as_str)
            .take(cfg_test.len())
            .ne(cfg_test)
        {
            out.extend(tokens.get(i).cloned());
            i += 1;
            continue;
        }
        // To the end of the item: a semicolon before any brace, or the closing brace.
        i += cfg_test.len();
        let mut depth = 0;
        while let Some(token) = tokens.get(i) {
            i += 1;
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                ";" => {}
                _ => continue,
            }
            if depth == 0 {
                break;
            }
        }
    }
    out
}

/// Every path of two names or more, with the groups of `use` written out.
fn paths(tokens: &[String]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let follows_path = i > 0 && tokens.get(i - 1).is_some_and(|token| token == "::");
        if !follows_path && is_name(tokens.get(i)) {
            let (found, end) = path(tokens, i, &[]);
            // The arguments of a generic type are looked at as well.
            out.extend(found.into_iter().filter(|names| names.len() > 1));
            i = end.max(i + 1);
        } else {
            i += 1;
        }
    }
    out
}

fn is_name(token: Option<&String>) -> bool {
    token.is_some_and(|token| token.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

/// The paths that begin at `start`, each under `prefix`, and where they end.
fn path(tokens: &[String], start: usize, prefix: &[String]) -> (Vec<Vec<String>>, usize) {
    let mut names = prefix.to_vec();
    let mut i = start;
    loop {
        names.extend(tokens.get(i).cloned());
        i += 1;
        if tokens.get(i).is_none_or(|token| token != "::") {
            return (vec![names], i);
        }
        match tokens.get(i + 1).map(String::as_str) {
            Some("{") => {
                let mut found = Vec::new();
                i += 2;
                while tokens.get(i).is_some_and(|token| token != "}") {
                    if tokens.get(i).is_some_and(|token| token == "as") {
                        i += 2;
                    } else if is_name(tokens.get(i)) {
                        let (inner, end) = path(tokens, i, &names);
                        found.extend(inner);
                        i = end;
                    } else {
                        i += 1;
                    }
                }
                return (found, i + 1);
            }
            Some(token) if is_name(Some(&token.to_owned())) => i += 1,
            // `::*` or `::<T>`
            _ => return (vec![names], i + 1),
        }
    }
}

/// The stage of a file, and how deep its module is: `parse/leaf.rs` is ("parse", 2).
fn module(file: &str) -> (String, usize) {
    let mut names: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if matches!(names.last(), Some(&("mod" | "lib"))) {
        names.pop();
    }
    (names.first().copied().unwrap_or("").to_owned(), names.len())
}

fn may_import(stage: &str, other: &str) -> bool {
    let place = |name: &str| STAGES.iter().position(|stage| *stage == name);
    stage == other
        || BASE.contains(&other)
        || place(stage)
            .zip(place(other))
            .is_some_and(|(here, there)| there < here)
}

/// What is wrong with one file of `src/`.
fn violations(file: &str, source: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let all = tokens(source);
    let (stage, depth) = module(file);
    if !stage.is_empty() {
        if !BASE.contains(&stage.as_str()) && !STAGES.contains(&stage.as_str()) {
            out.insert(format!("{file}: `{stage}` is not in the list of stages"));
        }
        for names in paths(&all) {
            let supers = names.iter().take_while(|name| *name == "super").count();
            let from_root = match names.first().map(String::as_str) {
                Some("crate") => names.get(1),
                Some("super") if supers >= depth => names.get(supers),
                _ => None,
            };
            if let Some(other) = from_root.filter(|other| !may_import(&stage, other)) {
                out.insert(format!(
                    "{file}: `{stage}` may not import `{other}` ({})",
                    names.join("::")
                ));
            }
        }
    }
    if file.ends_with("/tests.rs") || file.contains("/tests/") {
        return out;
    }
    let shipped = without_tests(&all);
    for (banned, allowed_in, why) in BANNED {
        let banned_names: Vec<&str> = banned.split("::").collect();
        let used = paths(&shipped).iter().any(|names| {
            names
                .iter()
                .map(String::as_str)
                .take(banned_names.len())
                .eq(banned_names.iter().copied())
        });
        if used && allowed_in != Some(stage.as_str()) {
            out.insert(format!("{file}: `{banned}`: {why}"));
        }
    }
    for name in hash_maps(&shipped) {
        if iterates(&shipped, &name) {
            out.insert(format!(
                "{file}: `{name}` is a hash map, whose order would show in decisions"
            ));
        }
    }
    out
}

/// The names that a file gives to hash maps and sets: `name: HashMap`, `name: &HashMap`, `name = HashMap::new()`.
fn hash_maps(tokens: &[String]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (i, token) in tokens.iter().enumerate() {
        if token != "HashMap" && token != "HashSet" {
            continue;
        }
        // Back over the path and the marks of a reference.
        let mut before = tokens.iter().take(i).rev().skip_while(|token| {
            matches!(
                token.as_str(),
                "::" | "&" | "mut" | "'" | "std" | "collections" | "hashbrown"
            )
        });
        if before
            .next()
            .is_some_and(|token| token == ":" || token == "=")
        {
            out.extend(before.next().filter(|token| is_name(Some(token))).cloned());
        }
    }
    out
}

fn iterates(tokens: &[String], name: &str) -> bool {
    tokens.iter().enumerate().any(|(i, token)| {
        if token != name {
            return false;
        }
        let next = |n: usize| tokens.get(i + n).map_or("", String::as_str);
        let method = next(1) == "." && ITERATIONS.contains(&next(2)) && next(3) == "(";
        // `for x in &self.name {`
        let loops = next(1) == "{"
            && tokens
                .iter()
                .take(i)
                .rev()
                .take_while(|token| *token != "for" && *token != ";" && *token != "{")
                .any(|token| token == "in");
        method || loops
    })
}

fn sources(folder: &Path, prefix: &str, out: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            sources(&entry.path(), &format!("{name}/"), out);
        } else if name.ends_with(".rs") {
            out.push((name, fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

#[test]
fn a_stage_imports_only_stages_to_its_left() {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        "",
        &mut files,
    );
    assert!(!files.is_empty());
    let found: Vec<String> = files
        .iter()
        .flat_map(|(file, source)| violations(file, source))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn what_is_allowed_passes() {
    for (file, source) in [
        (
            "parse/leaf.rs",
            "use crate::error::E; use crate::{model::M, derive::{self, D}}; use super::Parser;",
        ),
        (
            "parse/leaf.rs",
            "use crate::{error as e, model::M as N}; use crate::derive as d;",
        ),
        (
            "parse/mod.rs",
            "use super::error::E; mod leaf; pub(crate) use self::leaf::Leaf;",
        ),
        ("error.rs", "use crate::model::Path;"),
        ("partial/mod.rs", "use crate::explain::E;"),
        ("engine/mod.rs", "use crate::{partial, analyze};"),
        (
            "wasm/mod.rs",
            "use wasm_bindgen::prelude::*; use crate::engine::Engine;",
        ),
        (
            "eval/mod.rs",
            "// crate::engine\nconst S: &str = \"crate::engine std::fs\"; /* std::fs::read */ const R: &str = r#\"\"crate::wasm\"#;",
        ),
        (
            "eval/mod.rs",
            "use core::net::Ipv4Addr; fn f<'a>(c: &'a str) -> char { 'x' }",
        ),
        (
            "eval/mod.rs",
            "#[cfg(test)] mod tests { use std::fs::read; fn t() { proptest::run(|| { std::env::var(\"A\") }); } }",
        ),
        ("eval/tests.rs", "use std::fs;"),
        (
            "eval/mod.rs",
            "struct S { map: HashMap<u32, u32> } fn f(s: &S) { s.map.get(&1); for x in 0..3 {} }",
        ),
        ("eval/mod.rs", "fn operand() {}"),
    ] {
        assert_eq!(violations(file, source), BTreeSet::new(), "{source}");
    }
}

#[test]
fn what_is_not_allowed_is_found() {
    for (file, source) in [
        ("parse/leaf.rs", "use crate::compile::Plan;"),
        (
            "parse/leaf.rs",
            "use crate::{error::E, model::{A, B}, compile::{self, Plan}};",
        ),
        ("parse/leaf.rs", "fn f() { crate::engine::go(); }"),
        ("parse/leaf.rs", "type T = Vec<crate::engine::Engine>;"),
        ("parse/leaf.rs", "type T = Vec::<crate::engine::Engine>;"),
        ("parse/leaf.rs", "use super::super::eval::run;"),
        ("parse/mod.rs", "use super::eval::run;"),
        ("parse.rs", "use super::{error::E, eval::run};"),
        (
            "parse/mod.rs",
            "#[cfg(test)] mod tests { use crate::compile::Plan; }",
        ),
        ("parse/mod.rs", "use crate::Engine;"),
        ("error.rs", "use crate::derive::D;"),
        ("model/mod.rs", "use crate::parse::P;"),
        ("digest/mod.rs", "use crate::parse::P;"),
        ("partial/mod.rs", "use crate::engine::E;"),
        ("helpers/mod.rs", ""),
        ("engine/mod.rs", "use wasm_bindgen::prelude::*;"),
        ("engine/mod.rs", "fn f(v: js_sys::Array) {}"),
        ("lib.rs", "pub use wasm_bindgen::JsValue;"),
        (
            "eval/mod.rs",
            "use std::{collections::BTreeMap, time::Instant};",
        ),
        ("eval/mod.rs", "fn f() { std::fs::read(\"x\"); }"),
        ("eval/mod.rs", "fn f() { std::env::var(\"x\"); }"),
        ("eval/mod.rs", "use std::net::TcpStream;"),
        ("eval/mod.rs", "use std::process;"),
        ("eval/mod.rs", "use std::thread::spawn;"),
        ("eval/mod.rs", "fn f() -> u32 { rand::random() }"),
        ("eval/mod.rs", "#[cfg(test)] mod tests; use std::fs::read;"),
        (
            "eval/mod.rs",
            "struct S { map: HashMap<u32, u32> } fn f(s: &S) { for x in &s.map {} }",
        ),
        (
            "eval/mod.rs",
            "fn f(map: &std::collections::HashMap<u32, u32>) { map.keys(); }",
        ),
        (
            "eval/mod.rs",
            "fn f() { let mut seen = HashSet::new(); seen.drain(); }",
        ),
    ] {
        assert!(!violations(file, source).is_empty(), "{file}: {source}");
    }
}
