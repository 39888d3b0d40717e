//! Which literals a derivation can give, and which values it can derive from.

use crate::derive::{
    Glob, HOST_CLASSES, WEEKDAYS, contains, email_domain, file_path, fold, host_class, is_folded,
    parse_number, parse_rfc3339, url_host, url_path, url_scheme, utc_hour, utc_weekday,
};
use crate::digest::write_number;
use crate::model::{Derivation, Literal, MAX_STRING_BYTES, PatternKind, Scalar};
use crate::parse::quote;

/// The first and the last millisecond that an RFC 3339 string can say.
pub(crate) const FIRST_MS: f64 = -62_167_305_540_000.0;
pub(crate) const LAST_MS: f64 = 253_402_387_139_999.0;

/// The size of the longest string that is read.
#[expect(clippy::cast_precision_loss, reason = "the cap is far below 2^53")]
pub(crate) const MAX_SIZE: f64 = MAX_STRING_BYTES as f64;

/// Whether the derivation can give this value.
pub(crate) fn can_give(derivation: Derivation, literal: &Scalar) -> bool {
    match literal {
        Scalar::Bool(_) => false,
        Scalar::Number(number) => match derivation {
            Derivation::Size => number.fract() == 0.0 && (0.0..=MAX_SIZE).contains(number),
            Derivation::UtcHour => number.fract() == 0.0 && (0.0..24.0).contains(number),
            Derivation::Timestamp => number.fract() == 0.0 && (FIRST_MS..=LAST_MS).contains(number),
            _ => true,
        },
        Scalar::String(text) => can_give_text(derivation, text),
    }
}

fn can_give_text(derivation: Derivation, text: &str) -> bool {
    match derivation {
        Derivation::Lower => is_folded(text),
        Derivation::UrlScheme => {
            url_scheme(&[text, "://h"].concat()).is_some_and(|scheme| scheme == text)
        }
        Derivation::UrlHost => {
            url_host(&["http://", text].concat()).is_some_and(|host| host == text)
        }
        Derivation::UrlPath => text.is_empty() || is_url_path(text),
        Derivation::FilePath => file_path(text).is_some_and(|path| path == text),
        Derivation::EmailDomain => {
            email_domain(&["a@", text].concat()).is_some_and(|domain| domain == text)
        }
        _ => words(derivation).is_none_or(|words| words.contains(&text)),
    }
}

/// A literal as a message shows it.
pub(crate) fn show(literal: &Scalar) -> String {
    match literal {
        Scalar::Bool(true) => "true".to_owned(),
        Scalar::Bool(false) => "false".to_owned(),
        Scalar::Number(number) => {
            let mut text = String::new();
            write_number(&mut text, *number);
            text
        }
        Scalar::String(text) => quote(text),
    }
}

/// What the derivation makes of a text that was meant to be what it gives.
pub(crate) fn mended(derivation: Derivation, text: &str) -> Option<String> {
    let mended = match derivation {
        Derivation::Lower => fold(text).into_owned(),
        Derivation::FilePath => file_path(text)?.into_owned(),
        _ => text.to_ascii_lowercase(),
    };
    (mended != text && can_give_text(derivation, &mended)).then_some(mended)
}

/// The only words that a derivation gives, where they are few.
pub(crate) fn words(derivation: Derivation) -> Option<&'static [&'static str]> {
    match derivation {
        Derivation::HostClass => Some(&HOST_CLASSES),
        Derivation::UtcWeekday => Some(&WEEKDAYS),
        _ => None,
    }
}

/// Whether a decoded path of a URL can be this: rooted, resolved, decoded.
fn is_url_path(path: &str) -> bool {
    let resolved = !path.split('/').any(|segment| matches!(segment, "." | ".."));
    let bytes = path.as_bytes();
    let escaped = bytes
        .windows(3)
        .any(|w| matches!(w, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()));
    path.starts_with('/') && resolved && !escaped && !path.contains(['\\', '\0'])
}

/// Whether some value that the derivation gives can satisfy the pattern, as far as its letters tell.
pub(crate) fn can_match(
    derivation: Derivation,
    kind: PatternKind,
    pattern: &str,
    ignore_case: bool,
) -> bool {
    if let Some(words) = words(derivation) {
        return words
            .iter()
            .any(|word| matches(kind, pattern, ignore_case, word));
    }
    let is_glob = kind == PatternKind::Matches;
    match derivation {
        Derivation::Lower => ignore_case || is_folded(pattern),
        Derivation::UrlScheme | Derivation::UrlHost | Derivation::EmailDomain => {
            pattern.is_ascii() && (ignore_case || !pattern.bytes().any(|b| b.is_ascii_uppercase()))
        }
        Derivation::UrlPath | Derivation::FilePath => {
            let doubled = derivation == Derivation::FilePath && contains(pattern, "//");
            let dotted = contains(pattern, "/./") || contains(pattern, "/../");
            !(doubled || dotted || pattern.contains('\0') || (!is_glob && pattern.contains('\\')))
        }
        _ => true,
    }
}

fn matches(kind: PatternKind, pattern: &str, ignore_case: bool, word: &str) -> bool {
    let folded = fold(pattern);
    let pattern = if ignore_case {
        folded.as_ref()
    } else {
        pattern
    };
    match kind {
        PatternKind::StartsWith => word.starts_with(pattern),
        PatternKind::EndsWith => word.ends_with(pattern),
        PatternKind::Contains => contains(word, pattern),
        PatternKind::Matches => Glob::parse(pattern).is_ok_and(|glob| glob.matches(word)),
    }
}

/// Whether the derivation derives something from this default.
pub(crate) fn derives(derivation: Derivation, default: &Literal) -> bool {
    match default {
        Literal::List(_) => derivation == Derivation::Size,
        Literal::Scalar(Scalar::String(text)) => match derivation {
            Derivation::Size | Derivation::Lower => true,
            Derivation::Timestamp => parse_rfc3339(text).is_some(),
            Derivation::Number => parse_number(text).is_some(),
            Derivation::UrlScheme => url_scheme(text).is_some(),
            Derivation::UrlHost => url_host(text).is_some(),
            Derivation::UrlPath => url_path(text).is_some(),
            Derivation::HostClass => host_class(text).is_some(),
            Derivation::FilePath => file_path(text).is_some(),
            Derivation::EmailDomain => email_domain(text).is_some(),
            Derivation::Keys | Derivation::UtcHour | Derivation::UtcWeekday => false,
        },
        Literal::Scalar(Scalar::Number(ms)) => match derivation {
            Derivation::UtcHour => utc_hour(*ms).is_some(),
            Derivation::UtcWeekday => utc_weekday(*ms).is_some(),
            _ => false,
        },
        Literal::Scalar(Scalar::Bool(_)) => false,
    }
}

/// A folder of `within`, normalised as the values that it is compared with: file paths, or under `as: url_path` the paths
/// of URLs, which are rooted and decoded already. `None` where it is no such path.
#[must_use]
pub fn folder(text: &str, derivation: Option<Derivation>) -> Option<String> {
    if derivation == Some(Derivation::UrlPath) {
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let path = if trimmed.is_empty() { "/" } else { trimmed };
        return (is_url_path(text) && is_url_path(path)).then(|| path.to_owned());
    }
    file_path(text).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_timestamps_are_what_can_be_written() {
        assert_eq!(parse_rfc3339("0000-01-01T00:00:00+23:59"), Some(FIRST_MS));
        assert_eq!(
            parse_rfc3339("9999-12-31T23:59:59.999-23:59"),
            Some(LAST_MS)
        );
    }

    #[test]
    fn folders_are_normalised() {
        assert_eq!(folder("/a/./b/", None).as_deref(), Some("/a/b"));
        assert_eq!(folder("a/..", None).as_deref(), Some("."));
        assert_eq!(folder("..", None), None);
        let url = Some(Derivation::UrlPath);
        assert_eq!(folder("/a/", url).as_deref(), Some("/a"));
        assert_eq!(folder("/", url).as_deref(), Some("/"));
        for wrong in ["a", "/a/../b", "/%41", "", "/a\\b"] {
            assert_eq!(folder(wrong, url), None, "{wrong}");
        }
    }
}
