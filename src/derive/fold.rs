//! Unicode 16.0 simple case folding: statuses C and S of `CaseFolding.txt`, one code point to one code point.

use std::borrow::Cow;

use super::fold_table::RUNS;

/// Folds one code point. Full foldings (`ß` to `ss`) and the Turkic ones are not applied.
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let code = u32::from(c);
    let at = RUNS.partition_point(|&(_, last, _, _)| last < code);
    match RUNS.get(at) {
        Some(&(first, _, stride, delta)) => shift(code, first, stride, delta).unwrap_or(c),
        None => c,
    }
}

/// The folded code point, or `None` where `code` lies before the run or between its members.
fn shift(code: u32, first: u32, stride: u32, delta: i32) -> Option<char> {
    let offset = code.checked_sub(first)?;
    if offset.checked_rem(stride)? != 0 {
        return None;
    }
    char::from_u32(code.checked_add_signed(delta)?)
}

/// Folds each code point of `text`; borrows where there is nothing to fold.
pub fn fold(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(fold_char).collect())
    }
}

/// Whether folding `text` would leave it as it is.
pub fn is_folded(text: &str) -> bool {
    text.chars().all(|c| fold_char(c) == c)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_chars() -> impl Iterator<Item = char> {
        (0..=0x10_FFFF).filter_map(char::from_u32)
    }

    #[test]
    fn runs_are_sorted_and_disjoint() {
        assert!(RUNS.windows(2).all(|w| w[0].1 < w[1].0));
        assert!(RUNS.iter().all(|r| r.0 <= r.1 && (r.1 - r.0) % r.2 == 0));
    }

    #[test]
    fn the_table_holds_every_common_and_simple_folding() {
        let members: u32 = RUNS.iter().map(|r| (r.1 - r.0) / r.2 + 1).sum();
        assert_eq!(members, 1453 + 31);
        assert_eq!(all_chars().filter(|&c| fold_char(c) != c).count(), 1484);
    }

    #[test]
    fn folding_twice_is_folding_once() {
        assert!(all_chars().all(|c| fold_char(fold_char(c)) == fold_char(c)));
    }

    #[test]
    fn known_foldings() {
        for (from, to) in [
            ('A', 'a'),
            ('[', '['),
            ('É', 'é'),
            ('\u{212A}', 'k'), // KELVIN SIGN
            ('\u{2126}', 'ω'), // OHM SIGN
            ('\u{017F}', 's'), // LONG S
            ('ς', 'σ'),
            ('Σ', 'σ'),
            ('ẞ', 'ß'),
            ('ß', 'ß'),
            ('İ', 'İ'), // Turkic and full foldings only
            ('ı', 'ı'),
            ('Ā', 'ā'),
            ('ā', 'ā'),
            ('\u{1F88}', '\u{1F80}'),
            ('\u{FB05}', '\u{FB06}'),
            ('\u{13F8}', '\u{13F0}'), // CHEROKEE folds to upper case
            ('\u{AB70}', '\u{13A0}'),
            ('\u{1C89}', '\u{1C8A}'),   // new in Unicode 16.0
            ('\u{10D50}', '\u{10D70}'), // new in Unicode 16.0
            ('\u{1E921}', '\u{1E943}'),
            ('Ａ', 'ａ'),
            ('語', '語'),
        ] {
            assert_eq!(fold_char(from), to, "{from}");
        }
    }

    #[test]
    fn borrows_what_is_folded() {
        assert!(matches!(fold("plain ascii, ünïcode"), Cow::Borrowed(_)));
        assert!(matches!(fold(""), Cow::Borrowed("")));
        assert_eq!(fold("ÀB\u{212A}c"), "àbkc");
    }

    proptest! {
        #[test]
        fn fold_is_idempotent(text in ".*") {
            let once = fold(&text).into_owned();
            prop_assert!(is_folded(&once));
            prop_assert_eq!(fold(&once), once.as_str());
            prop_assert_eq!(text.chars().count(), once.chars().count());
        }
    }
}
