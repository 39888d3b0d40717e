//! Text that people can trust to be what it looks like: nothing invisible, nothing reordered,
//! nothing cut without saying so.

use crate::digest::write_number;
use crate::model::{Oversized, Value};

/// Longer texts are cut in the middle…
const MAX_CHARS: usize = 600;
/// …and this much of their beginning stays; the rest is their end.
const HEAD_CHARS: usize = 400;

/// Ranges of characters that can't be seen, or change how others are seen.
const UNSEEN: [(char, char); 26] = [
    ('\u{0}', '\u{1f}'),
    ('\u{7f}', '\u{a0}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{2000}', '\u{200f}'),
    ('\u{2028}', '\u{202f}'),
    ('\u{205f}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
    ('\u{f0000}', '\u{fffff}'),
    ('\u{100000}', '\u{10ffff}'),
];

fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if UNSEEN
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c)) =>
        {
            out.extend(c.escape_unicode());
        }
        c => out.push(c),
    }
}

/// A text on one line, without quotes, whole.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_escaped(&mut out, c));
    out
}

/// A text between quotes, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    cut(write_quoted(text))
}

fn write_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    push_quoted(&mut out, text);
    out
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        push_escaped(out, c);
    }
    out.push('"');
}

/// A value as JSON in which everything can be seen, cut where it is long.
pub(crate) fn shown_value(value: &Value) -> String {
    let mut out = String::new();
    push_value(&mut out, value);
    cut(out)
}

fn push_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(_) => match value.as_number() {
            Some(n) => write_number(out, n),
            None => out.push_str("(a number that isn't exact)"),
        },
        Value::String(text) => push_quoted(out, text),
        Value::Array(elements) => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                push_value(out, element);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (i, (name, member)) in members.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                push_quoted(out, name);
                out.push_str(": ");
                push_value(out, member);
            }
            out.push('}');
        }
        Value::Unsupported => out.push_str("(no JSON value)"),
        Value::Oversized(Oversized::String) => out.push_str("(a string that is too long)"),
        Value::Oversized(Oversized::Array) => out.push_str("(an array that is too long)"),
    }
}

/// Cuts the middle out of a long text, and says how much it was.
fn cut(text: String) -> String {
    let chars = text.chars().count();
    if chars <= MAX_CHARS {
        return text;
    }
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(i, _)| i);
    let left_out = chars.saturating_sub(MAX_CHARS);
    let head = text.get(..at(HEAD_CHARS)).unwrap_or_default();
    let tail = text
        .get(at(HEAD_CHARS.saturating_add(left_out))..)
        .unwrap_or_default();
    let count = left_out.to_string();
    [head, "… (", &count, " characters left out) …", tail].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        assert_eq!(
            plain("a\nb\tc\u{202e}d\u{200b}"),
            "a\\nb\\tc\\u{202e}d\\u{200b}"
        );
        assert_eq!(plain("é 日本 👍"), "é 日本 👍");
        assert_eq!(
            quoted("say \"no\" \\ \u{7}"),
            "\"say \\\"no\\\" \\\\ \\u{7}\""
        );
    }

    #[test]
    fn every_bidi_control_and_tag_is_spelt_out() {
        let controls = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
        for c in controls.chain('\u{e0001}'..='\u{e007f}') {
            assert!(!plain(&c.to_string()).contains(c));
        }
    }

    #[test]
    fn values_read_as_json() {
        let value = Value::from_json(r#"{"a":[1,true,null,"x"],"b":{"c":-0.5}}"#).unwrap();
        assert_eq!(
            shown_value(&value),
            r#"{"a": [1, true, null, "x"], "b": {"c": -0.5}}"#
        );
    }

    #[test]
    fn a_long_text_says_what_was_left_out() {
        let text = ["a".repeat(1_000), "z".repeat(1_000)].concat();
        let shown = quoted(&text);
        assert!(shown.contains("(1402 characters left out)"));
        assert!(shown.starts_with("\"aaa") && shown.ends_with("zzz\""));
        assert_eq!(quoted(&"b".repeat(598)).chars().count(), 600);
    }

    #[test]
    fn the_ranges_ascend() {
        for pair in UNSEEN.windows(2) {
            assert!(pair[0].1 < pair[1].0);
        }
    }
}
