//! Collects what is wrong, in words.

use crate::error::{Diagnostic, Severity};
use crate::model::{MAX_NAME_BYTES, Value};

use super::codes::DiagnosticCode;
use super::cursor::At;

/// All that was found so far.
#[derive(Default)]
pub(crate) struct Findings {
    /// The policy that is being read, if its id is known.
    pub(crate) policy_id: Option<String>,
    /// In the order in which they were found.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How many of them are errors.
    pub(crate) errors: usize,
}

impl Findings {
    /// Findings about one policy.
    pub(crate) fn about(policy_id: &str) -> Self {
        Self {
            policy_id: Some(policy_id).filter(|id| !id.is_empty()).map(shorten),
            ..Self::default()
        }
    }

    /// Notes an error; the message comes in pieces.
    pub(crate) fn error(
        &mut self,
        code: DiagnosticCode,
        at: &At<'_>,
        message: &[&str],
        help: &str,
    ) {
        self.errors = self.errors.saturating_add(1);
        self.note(code, Severity::Error, at, message, help);
    }

    /// Notes a warning.
    pub(crate) fn warning(
        &mut self,
        code: DiagnosticCode,
        at: &At<'_>,
        message: &[&str],
        help: &str,
    ) {
        self.note(code, Severity::Warning, at, message, help);
    }

    fn note(
        &mut self,
        code: DiagnosticCode,
        severity: Severity,
        at: &At<'_>,
        message: &[&str],
        help: &str,
    ) {
        self.diagnostics.push(Diagnostic {
            code: code.as_str().to_owned(),
            severity,
            policy_id: self.policy_id.clone(),
            pointer: at.pointer().into(),
            message: message.concat(),
            help: help.to_owned(),
        });
    }

    /// Notes a value of the wrong JSON type; `wanted` is such as "a string".
    pub(crate) fn wrong_type(&mut self, at: &At<'_>, wanted: &str, value: &Value, help: &str) {
        self.error(
            DiagnosticCode::WrongJsonType,
            at,
            &["expected ", wanted, ", found ", value.kind_name()],
            help,
        );
    }

    /// Notes that something is over its cap, with what was used, what is allowed, and the unit.
    pub(crate) fn over_cap(
        &mut self,
        code: DiagnosticCode,
        at: &At<'_>,
        what: &str,
        used: usize,
        cap: usize,
        unit: &str,
    ) {
        self.error(
            code,
            at,
            &[
                what,
                " has ",
                &grouped(used),
                " ",
                unit,
                ", and ",
                &grouped(cap),
                " are allowed",
            ],
            "make it smaller, or split it",
        );
    }
}

/// `10000` as `10,000`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && digits.len().saturating_sub(i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What a user wrote, in backticks: cut where long, without what could disturb a terminal or a page.
pub(crate) fn quote(text: &str) -> String {
    const CHARS: usize = 60;
    let mut quoted = String::from("`");
    for (i, c) in text.chars().enumerate() {
        if i == CHARS {
            quoted.push('…');
            break;
        }
        let unsafe_to_show = c.is_control()
            || matches!(c, '`' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        quoted.push(if unsafe_to_show { '\u{fffd}' } else { c });
    }
    quoted.push('`');
    quoted
}

fn shorten(id: &str) -> String {
    let mut end = id.len().min(MAX_NAME_BYTES);
    while !id.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    id.get(..end).unwrap_or_default().to_owned()
}

/// "did you mean `x`?", or the fall-back where nothing is near.
pub(crate) fn did_you_mean(
    word: &str,
    known: &mut dyn Iterator<Item = &str>,
    otherwise: &str,
) -> String {
    match nearest(word, known) {
        Some(near) => ["did you mean ", &quote(near), "?"].concat(),
        None => otherwise.to_owned(),
    }
}

/// The known word that is at most two edits away, the nearest and then the first.
pub(crate) fn nearest<'a>(word: &str, known: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 256;
    if word.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        // Two edits make any two-letter word of any other.
        let allowed = word.len().min(candidate.len()).saturating_sub(1).min(2);
        if word.len().abs_diff(candidate.len()) > 8 {
            continue;
        }
        let distance = edits(word, candidate);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Levenshtein distance, where letters that changed places count one.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = Vec::with_capacity(above.len());
        row.push(i.saturating_add(1));
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX);
            let replaced = at(&above, j).saturating_add(usize::from(x != *y));
            let inserted = at(&row, j).saturating_add(1);
            let removed = at(&above, j.saturating_add(1)).saturating_add(1);
            let mut least = replaced.min(inserted).min(removed);
            if let Some(k) = j.checked_sub(1)
                && previous == Some(*y)
                && b.get(k) == Some(&x)
            {
                least = least.min(at(&before, k).saturating_add(1));
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
        previous = Some(x);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["effect", "enabled", "eq", "in"];
        let near = |word| nearest(word, &mut known.iter().copied());
        assert_eq!(near("efect"), Some("effect"));
        assert_eq!(near("enabeld"), Some("enabled"));
        assert_eq!(near("eqq"), Some("eq"));
        assert_eq!(near("at"), None);
        assert_eq!(near("wholly_other"), None);
        assert_eq!(near("x".repeat(1000).as_str()), None);
    }

    #[test]
    fn what_users_wrote_is_cut_and_made_harmless() {
        assert_eq!(quote("a`b\u{202e}c"), "`a\u{fffd}b\u{fffd}c`");
        assert_eq!(quote(&"é".repeat(100)), format!("`{}…`", "é".repeat(60)));
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
    }
}
