//! Globs: `*` is any run of code points, `?` is one, `\` takes the next code point as it is.

use std::fmt::{self, Write};

use super::fold::fold_char;

/// A pattern, ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Shape);

/// Most patterns are a literal, or a literal and a star: those match without walking tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Exact(Box<str>),
    Prefix(Box<str>),
    Everything,
    Pattern(Box<[Token]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Run,
}

/// Why a text is no glob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// The pattern has no code point.
    #[error("a pattern may not be empty")]
    Empty,
    /// The last `\` has nothing to escape.
    #[error("a pattern may not end in a single `\\`: write `\\\\` for the character itself")]
    TrailingBackslash,
}

impl Glob {
    /// Parses a pattern that matches with case.
    ///
    /// # Errors
    /// An empty pattern, and one that ends in an escape.
    pub fn parse(pattern: &str) -> Result<Self, GlobError> {
        let special = |byte| matches!(byte, b'*' | b'?' | b'\\');
        if !pattern.is_empty() && !pattern.bytes().any(special) {
            return Ok(Self(Shape::Exact(pattern.into())));
        }
        Self::parse_with(pattern, |c| c)
    }

    /// Parses a pattern that matches without case: its literals are folded here, the text must be folded by the caller.
    ///
    /// # Errors
    /// As [`Glob::parse`].
    pub fn parse_folded(pattern: &str) -> Result<Self, GlobError> {
        Self::parse_with(pattern, fold_char)
    }

    fn parse_with(pattern: &str, fold: fn(char) -> char) -> Result<Self, GlobError> {
        let mut tokens = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            match c {
                '*' if tokens.last() == Some(&Token::Run) => {}
                '*' => tokens.push(Token::Run),
                '?' => tokens.push(Token::One),
                '\\' => tokens.push(Token::Literal(fold(
                    chars.next().ok_or(GlobError::TrailingBackslash)?,
                ))),
                _ => tokens.push(Token::Literal(fold(c))),
            }
        }
        if tokens.is_empty() {
            return Err(GlobError::Empty);
        }
        Ok(Self(Shape::of(tokens)))
    }

    /// Whether the whole of `text` fits the pattern. Takes time in proportion to pattern × text at worst.
    pub fn matches(&self, text: &str) -> bool {
        match &self.0 {
            Shape::Exact(literal) => **literal == *text,
            Shape::Prefix(literal) => text.starts_with(&**literal),
            Shape::Everything => true,
            Shape::Pattern(tokens) => matches_tokens(tokens, text),
        }
    }

    /// The one text that matches, where the pattern has no wildcard; escapes are resolved.
    pub fn as_exact(&self) -> Option<&str> {
        match &self.0 {
            Shape::Exact(literal) => Some(literal),
            _ => None,
        }
    }

    /// The non-empty literal of a pattern whose only wildcard is a final `*`; escapes are resolved.
    pub fn as_prefix(&self) -> Option<&str> {
        match &self.0 {
            Shape::Prefix(literal) => Some(literal),
            _ => None,
        }
    }

    /// The literal text that every match begins with, possibly none.
    pub fn literal_prefix(&self) -> String {
        match &self.0 {
            Shape::Exact(literal) | Shape::Prefix(literal) => literal.to_string(),
            Shape::Everything => String::new(),
            Shape::Pattern(tokens) => tokens.iter().map_while(Token::literal).collect(),
        }
    }

    /// The literal text that every match ends with, possibly none.
    pub fn literal_suffix(&self) -> String {
        match &self.0 {
            Shape::Exact(literal) => literal.to_string(),
            Shape::Prefix(_) | Shape::Everything => String::new(),
            Shape::Pattern(tokens) => {
                let reversed: Vec<char> = tokens.iter().rev().map_while(Token::literal).collect();
                reversed.into_iter().rev().collect()
            }
        }
    }

    /// Whether the pattern is `*`, which matches every text, the empty one too.
    pub fn is_everything(&self) -> bool {
        self.0 == Shape::Everything
    }
}

/// The pattern again; runs of stars are one, and case is as it was folded.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Shape::Exact(literal) => write_escaped(f, literal),
            Shape::Prefix(literal) => write_escaped(f, literal).and_then(|()| f.write_char('*')),
            Shape::Everything => f.write_char('*'),
            Shape::Pattern(tokens) => tokens.iter().try_for_each(|token| match token {
                Token::Literal(c) => write_escaped(f, c.encode_utf8(&mut [0; 4])),
                Token::One => f.write_char('?'),
                Token::Run => f.write_char('*'),
            }),
        }
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, literal: &str) -> fmt::Result {
    for c in literal.chars() {
        if matches!(c, '*' | '?' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    Ok(())
}

impl Token {
    fn literal(&self) -> Option<char> {
        match self {
            Self::Literal(c) => Some(*c),
            Self::One | Self::Run => None,
        }
    }
}

impl Shape {
    fn of(tokens: Vec<Token>) -> Self {
        let (head, starred) = match tokens.split_last() {
            Some((Token::Run, [])) => return Self::Everything,
            Some((Token::Run, head)) => (head, true),
            _ => (tokens.as_slice(), false),
        };
        match (literal(head), starred) {
            (Some(text), true) => Self::Prefix(text),
            (Some(text), false) => Self::Exact(text),
            (None, _) => Self::Pattern(tokens.into_boxed_slice()),
        }
    }
}

/// The tokens as text, if none is a wildcard.
fn literal(tokens: &[Token]) -> Option<Box<str>> {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Literal(c) => text.push(*c),
            Token::One | Token::Run => return None,
        }
    }
    Some(text.into_boxed_str())
}

/// Only the last run seen is ever lengthened: an earlier one has nothing to gain, since the tokens after it fitted already.
fn matches_tokens(tokens: &[Token], text: &str) -> bool {
    let mut pattern = tokens.iter();
    let mut rest = text.chars();
    let mut last_run = None;
    loop {
        let fits = match pattern.next() {
            None if rest.as_str().is_empty() => return true,
            None => false,
            Some(Token::Run) if pattern.as_slice().is_empty() => return true,
            Some(Token::Run) => {
                last_run = Some((pattern.clone(), rest.clone()));
                true
            }
            Some(token) => match rest.next() {
                None => return false,
                Some(c) => *token == Token::One || *token == Token::Literal(c),
            },
        };
        if fits {
            continue;
        }
        let Some((after_run, from)) = &mut last_run else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        pattern = after_run.clone();
        rest = from.clone();
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::parse(pattern).unwrap().matches(text)
    }

    /// The definition, without a thought for speed.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|n| naive(rest, &text[n..])),
            ['?', rest @ ..] => !text.is_empty() && naive(rest, &text[1..]),
            ['\\', c, rest @ ..] | [c, rest @ ..] => {
                text.first() == Some(c) && naive(rest, &text[1..])
            }
        }
    }

    #[test]
    fn refuses_what_matches_nothing() {
        assert_eq!(Glob::parse(""), Err(GlobError::Empty));
        assert_eq!(Glob::parse("\\"), Err(GlobError::TrailingBackslash));
        assert_eq!(Glob::parse("a*\\"), Err(GlobError::TrailingBackslash));
        assert_eq!(Glob::parse("\\\\\\"), Err(GlobError::TrailingBackslash));
        assert!(Glob::parse("\\\\").is_ok());
    }

    #[test]
    fn wildcards() {
        assert!(matches("stripe.*", "stripe.refund"));
        assert!(matches("stripe.*", "stripe."));
        assert!(!matches("stripe.*", "stripe"));
        assert!(matches("*", ""));
        assert!(matches("a*b", "a/\n/b"));
        assert!(!matches("?", ""));
        assert!(matches("?", "語"));
        assert!(matches("?", "\u{1F600}"));
        assert!(!matches("?", "e\u{301}"));
        assert!(matches("*ab", "aab"));
        assert!(matches("*a*b?c*", "xxaybzbqc"));
        assert!(!matches("[ab]", "a"));
        assert!(!matches("a", "A"));
    }

    #[test]
    fn a_glob_prints_as_a_pattern_again() {
        for pattern in ["a", "a*", "*", "?", r"\*a?", r"a\\b\?*c*", "*日?"] {
            assert_eq!(Glob::parse(pattern).unwrap().to_string(), pattern);
        }
        assert_eq!(Glob::parse(r"\a**B").unwrap().to_string(), "a*B");
        assert_eq!(Glob::parse_folded("A*B").unwrap().to_string(), "a*b");
    }

    #[test]
    fn escapes() {
        assert!(matches("a\\*", "a*"));
        assert!(!matches("a\\*", "ab"));
        assert!(matches("\\?\\\\\\n*", "?\\n!"));
    }

    #[test]
    fn without_case() {
        let glob = Glob::parse_folded("ÀB\\C?*Z").unwrap();
        assert!(glob.matches("àbcx--z"));
        assert!(!glob.matches("ÀBCX--Z"));
        assert_eq!(
            Glob::parse_folded("GET *").unwrap().as_prefix(),
            Some("get ")
        );
    }

    #[test]
    fn shapes() {
        let shape = |p: &str| {
            let glob = Glob::parse(p).unwrap();
            (
                glob.as_exact().map(str::to_owned),
                glob.as_prefix().map(str::to_owned),
                glob.is_everything(),
            )
        };
        assert_eq!(shape("a\\*b"), (Some("a*b".into()), None, false));
        assert_eq!(shape("a.**"), (None, Some("a.".into()), false));
        assert_eq!(shape("a\\*"), (Some("a*".into()), None, false));
        assert_eq!(shape("***"), (None, None, true));
        assert_eq!(shape("a?*"), (None, None, false));
        assert_eq!(shape("*a"), (None, None, false));
        assert_eq!(shape("a*b"), (None, None, false));
    }

    #[test]
    fn many_stars_stay_quick() {
        let pattern = "a*".repeat(2_000) + "b";
        assert!(!matches(&pattern, &"a".repeat(20_000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn equals_the_definition(pattern in "[ab*?]{1,8}|[aé*?]{1,8}|([a*?]|\\\\[a*?\\\\]){1,6}", text in "[ab*]{0,9}|[aé?\\\\]{0,9}") {
            let p: Vec<char> = pattern.chars().collect();
            let t: Vec<char> = text.chars().collect();
            prop_assert_eq!(matches(&pattern, &text), naive(&p, &t));
        }

        #[test]
        fn no_text_panics(pattern in ".*", text in ".*") {
            if let Ok(glob) = Glob::parse(&pattern) {
                glob.matches(&text);
            }
        }
    }
}
