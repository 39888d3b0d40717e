//! Reads JSON text (RFC 8259) into values.
//!
//! Written here and not taken from a library for three reasons: every duplicate key must be known
//! with its place, errors need a line and a column, and a second reader of numbers would weigh more
//! than all of this.

use super::{MAX_JSON_DEPTH, Value, decimal, sorted};

/// A text that is no JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at line {line} column {column}")]
pub struct JsonError {
    problem: &'static str,
    line: usize,
    column: usize,
}

impl JsonError {
    /// What is wrong, in words.
    #[must_use]
    pub fn problem(&self) -> &'static str {
        self.problem
    }

    /// Whether it is the nesting that is refused.
    #[must_use]
    pub fn is_too_deep(&self) -> bool {
        self.problem == TOO_DEEP
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in code points, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

/// What a text that is nested too deep is told.
const TOO_DEEP: &str = "the text is nested too deep";

/// Reads one value that takes up the whole text; where keys must be unique, that is refused too.
pub(super) fn read(text: &str, unique_keys: bool) -> Result<Value, JsonError> {
    let mut reader = Reader {
        text,
        at: 0,
        unique_keys,
    };
    reader.document().map_err(|problem| {
        let before = text.get(..reader.at).unwrap_or(text);
        let line = before.matches('\n').count().saturating_add(1);
        let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let column = before
            .get(start..)
            .map_or(0, |l| l.chars().count())
            .saturating_add(1);
        JsonError {
            problem,
            line,
            column,
        }
    })
}

type Read<T> = Result<T, &'static str>;

struct Reader<'t> {
    text: &'t str,
    /// In bytes, always between code points.
    at: usize,
    unique_keys: bool,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Read<Value> {
        let value = self.value(0)?;
        self.space();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err("there is more after the value"),
        }
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline(always)]
    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.advance(1);
        }
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.advance(1);
        }
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        if depth > MAX_JSON_DEPTH {
            return Err(TOO_DEEP);
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth.saturating_add(1)),
            Some(b'[') => self.array(depth.saturating_add(1)),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => Err("a value is expected"),
            None => Err("the text ends where a value is expected"),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err("a value is expected");
        }
        self.advance(word.len());
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Read<Value> {
        self.advance(1);
        self.space();
        let mut elements = Vec::new();
        if self.eat(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth)?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::Array(elements));
            }
            if !self.eat(b',') {
                return Err("`,` or `]` is expected");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Read<Value> {
        self.advance(1);
        self.space();
        let mut members = Vec::new();
        if self.eat(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err("a key in double quotes is expected");
            }
            let key = self.string()?;
            self.space();
            if !self.eat(b':') {
                return Err("`:` is expected");
            }
            members.push((key, self.value(depth)?));
            self.space();
            if self.eat(b'}') {
                return self.checked(members);
            }
            if !self.eat(b',') {
                return Err("`,` or `}` is expected");
            }
        }
    }

    fn checked(&self, members: Vec<(String, Value)>) -> Read<Value> {
        if self.unique_keys {
            let names = sorted(members.iter().map(|(name, _)| name.as_str()).collect());
            if names
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if a == b))
            {
                return Err("an object that ends here has a key twice");
            }
        }
        Ok(Value::Object(members))
    }

    /// A number is read to the nearest double, as JavaScript reads it.
    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        if let Some(number) = self.short_number() {
            return Ok(Value::Number(number));
        }
        self.at = start;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        match self.text.get(start..self.at).and_then(decimal::read) {
            // Adding 0 turns −0 into 0.
            Some(number) => Ok(Value::Number(number + 0.0)),
            None => Err("the number is too large"),
        }
    }

    /// A whole number of few digits, which is exact without more ado.
    fn short_number(&mut self) -> Option<f64> {
        const FEW: usize = 15;
        let start = self.at;
        let mut whole = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            whole = whole
                .wrapping_mul(10)
                .wrapping_add(u64::from(digit.wrapping_sub(b'0')));
            self.advance(1);
        }
        let digits = self.at.saturating_sub(start);
        let plain = (1..=FEW).contains(&digits)
            && !matches!(self.peek(), Some(b'.' | b'e' | b'E'))
            && (digits == 1 || self.text.as_bytes().get(start) != Some(&b'0'));
        #[expect(clippy::cast_precision_loss, reason = "below 10^15 there is none")]
        plain.then_some(whole as f64)
    }

    fn digits(&mut self) -> Read<()> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err("a digit is expected");
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.advance(1);
        }
        Ok(())
    }

    fn string(&mut self) -> Read<String> {
        self.advance(1);
        let mut out = self.plain().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.advance(1);
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.advance(1);
                    out.push(self.escape()?);
                    out.push_str(self.plain());
                }
                Some(_) => return Err("a control character must be escaped"),
                None => return Err("the text ends within a string"),
            }
        }
    }

    /// What comes before the next quote, escape or control character.
    fn plain(&mut self) -> &'t str {
        let start = self.at;
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at)
            && byte >= b' '
            && byte != b'"'
            && byte != b'\\'
        {
            self.at = self.at.wrapping_add(1);
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn escape(&mut self) -> Read<char> {
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.advance(1);
                return self.code_point();
            }
            _ => return Err("the escape is unknown"),
        };
        self.advance(1);
        Ok(c)
    }

    /// One code point, which may be written as two surrogates.
    fn code_point(&mut self) -> Read<char> {
        let lone = "a surrogate stands alone";
        let first = self.hex()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).ok_or(lone);
        }
        if !(self.eat(b'\\') && self.eat(b'u')) {
            return Err(lone);
        }
        let second = self.hex()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(lone);
        }
        let high = (first & 0x3ff) << 10;
        char::from_u32(0x1_0000_u32.saturating_add(high | (second & 0x3ff))).ok_or(lone)
    }

    fn hex(&mut self) -> Read<u32> {
        let end = self.at.saturating_add(4);
        let digits = self
            .text
            .get(self.at..end)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let digits = digits.ok_or("four hexadecimal digits are expected")?;
        self.at = end;
        u32::from_str_radix(digits, 16).map_err(|_| "four hexadecimal digits are expected")
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_any(text: &str) -> Result<Value, JsonError> {
        read(text, false)
    }

    #[test]
    fn refuses_keys_that_are_there_twice() {
        assert!(read(r#"{"a": {"b": 1, "b": 2}}"#, true).is_err());
        assert!(read(r#"{"a": {"b": 1}, "b": 2}"#, true).is_ok());
    }

    #[test]
    fn says_where() {
        let error = read_any("[1,\n  \"ä\" 2]").unwrap_err();
        assert_eq!((error.line(), error.column()), (2, 7));
    }

    #[test]
    fn agrees_with_serde_json_on_odd_texts() {
        let texts = [
            "",
            " ",
            "nul",
            "nullx",
            "01",
            "-",
            "-0",
            "1.",
            ".5",
            "1e",
            "1e+",
            "1E-5",
            "1e400",
            "[",
            "[1,]",
            "[,]",
            "{}",
            "{\"a\":}",
            "{\"a\" 1}",
            "{a:1}",
            "\"\\u12\"",
            "\"\\ud83d\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ude00\"",
            "\"\\x\"",
            "\"\t\"",
            "\"\u{7f}\"",
            "[1] 2",
            "\u{feff}1",
            "\"\\/\"",
            "5e-324",
            "2.2250738585072014E-308",
            "9007199254740993",
            "0.1e1",
        ];
        for text in texts {
            let theirs = serde_json::from_str::<serde_json::Value>(text)
                .ok()
                .map(Value::from);
            assert_eq!(read_any(text).ok(), theirs, "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{}:,"\\ue0-9a-f.\- tn]{0,24}"#) {
            let theirs = serde_json::from_str::<serde_json::Value>(&text).ok().map(Value::from);
            let ours = read_any(&text).ok();
            // Objects keep duplicates here, so compare what can be compared.
            prop_assert_eq!(ours.is_some(), theirs.is_some());
        }

        #[test]
        fn reads_numbers_exactly(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                let text = serde_json::to_string(&number).unwrap();
                prop_assert_eq!(read_any(&text), Ok(Value::Number(number + 0.0)));
            }
        }
    }
}
