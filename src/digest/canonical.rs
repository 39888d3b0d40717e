//! The parts of canonical JSON as RFC 8785 (JCS) lays them out: strings, numbers, and the order of an object's members.

use std::cmp::Ordering;

use crate::model::decimal;

/// The order of member names: by UTF-16 code units (RFC 8785 §3.2.3).
///
/// That is the order of UTF-8 bytes, but that characters of two surrogates come before U+E000 to U+FFFF.
pub fn utf16_cmp(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0_usize;
    loop {
        match (a.get(at), b.get(at)) {
            (Some(left), Some(right)) if left == right => at = at.wrapping_add(1),
            (Some(&left), Some(&right)) => return utf16_rank(left).cmp(&utf16_rank(right)),
            _ => return a.len().cmp(&b.len()),
        }
    }
}

/// A byte of UTF-8, where those that begin U+E000 to U+FFFF are after all others.
fn utf16_rank(byte: u8) -> u8 {
    if byte & 0xfe == 0xee {
        byte | 0x10
    } else {
        byte
    }
}

/// Appends `text` in quotes, with the fewest escapes that JSON allows (RFC 8785 §3.2.2.2).
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let (mut plain, mut at) = (0_usize, 0_usize);
    while let Some(&byte) = text.as_bytes().get(at) {
        if byte < b' ' || byte == b'"' || byte == b'\\' {
            out.push_str(text.get(plain..at).unwrap_or_default());
            write_escape(out, char::from(byte));
            plain = at.wrapping_add(1);
        }
        at = at.wrapping_add(1);
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

fn write_escape(out: &mut String, c: char) {
    let short = match c {
        '"' | '\\' => c,
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{C}' => 'f',
        '\r' => 'r',
        _ => {
            out.push_str(if c < '\u{10}' { "\\u000" } else { "\\u001" });
            out.extend(char::from_digit(u32::from(c) & 0xF, 16));
            return;
        }
    };
    out.push('\\');
    out.push(short);
}

/// Appends `number` as ECMAScript prints it (RFC 8785 §3.2.2.3); −0 is `0`. JSON has no NaN and no infinities: refuse them
/// first, here they are `null`, as in `JSON.stringify`.
pub fn write_number(out: &mut String, number: f64) {
    if let Some(whole) = decimal::whole(number) {
        if number < 0.0 {
            out.push('-');
        }
        out.push_str(&whole.to_string());
        return;
    }
    match Decimal::shortest(number.abs()) {
        Some(decimal) => {
            if number < 0.0 {
                out.push('-');
            }
            decimal.write(out);
        }
        None => out.push_str("null"),
    }
}

/// `0.digits × 10^point`, without zeros at either end of the digits; zero has the digit `0`.
struct Decimal {
    digits: String,
    point: i32,
}

impl Decimal {
    /// The fewest digits that read back as `number`, which is not negative. `None` for what is not finite.
    fn shortest(number: f64) -> Option<Self> {
        let (digits, point) = number.is_finite().then(|| decimal::shortest(number))?;
        Some(Self { digits, point })
    }

    /// Number::toString of ECMAScript (§6.1.6.1.20), whose k and n are the count of digits and the point.
    fn write(&self, out: &mut String) {
        let count = length(&self.digits);
        match self.point {
            point @ 1..=21 if point >= count => {
                out.push_str(&self.digits);
                push_zeros(out, point.saturating_sub(count));
            }
            point @ 1..=21 => self.write_split(out, point),
            point @ -5..=0 => {
                out.push_str("0.");
                push_zeros(out, point.saturating_neg());
                out.push_str(&self.digits);
            }
            point => {
                self.write_split(out, 1);
                out.push_str(if point > 0 { "e+" } else { "e-" });
                out.push_str(&point.saturating_sub(1).unsigned_abs().to_string());
            }
        }
    }

    /// Writes the digits with a point after the first `point` of them, if any follow.
    fn write_split(&self, out: &mut String, point: i32) {
        let at = usize::try_from(point).unwrap_or_default();
        let (before, after) = self
            .digits
            .split_at_checked(at)
            .unwrap_or((&self.digits, ""));
        out.push_str(before);
        if !after.is_empty() {
            out.push('.');
            out.push_str(after);
        }
    }
}

/// The length of a text of a few hundred digits at most.
fn length(digits: &str) -> i32 {
    i32::try_from(digits.len()).unwrap_or(i32::MAX)
}

fn push_zeros(out: &mut String, count: i32) {
    out.extend((0..count).map(|_| '0'));
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
