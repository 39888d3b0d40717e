//! IP addresses, read and written as the WHATWG URL Standard does.

use crate::derive::number::is_digits;

/// Whether a name with this last label, in lower case, is an IPv4 address or nothing.
pub(super) fn is_number(label: &str) -> bool {
    match label.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => is_digits(label),
    }
}

/// Parses one to four numbers with dots between; the last of them fills what the others leave.
pub(super) fn parse_v4(name: &str) -> Option<u32> {
    parse_parts(name, false)
}

/// With `is_dotted`, all four numbers have to be there, decimal and without leading zeros, as at the end of an IPv6 address.
fn parse_parts(text: &str, is_dotted: bool) -> Option<u32> {
    let (mut address, mut shift, mut rest) = (0, 24_u32, text);
    loop {
        let (part, after) = cut(rest, b'.');
        if is_dotted && (!is_digits(part) || part.len() > 1 && part.starts_with('0')) {
            return None;
        }
        let number = parse_number(part)?;
        let Some(after) = after else {
            let is_whole = number.wrapping_shr(shift) >> 8 == 0 && !(is_dotted && shift != 0);
            return is_whole.then_some(address | number);
        };
        if number > 0xFF {
            return None;
        }
        address |= number.wrapping_shl(shift);
        shift = shift.checked_sub(8)?;
        rest = after;
    }
}

/// What stands before the first `at`, and what after it.
pub(super) fn cut(text: &str, at: u8) -> (&str, Option<&str>) {
    let split = text
        .bytes()
        .position(|b| b == at)
        .and_then(|i| text.split_at_checked(i));
    match split {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// Parses a number in hexadecimal after `0x`, octal after `0`, or decimal. Nothing after `0x` is 0.
fn parse_number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => parse_digits(hex, 16),
        None if text.starts_with('0') => parse_digits(text, 8),
        None => parse_digits(text, 10),
    }
}

fn parse_digits(digits: &str, radix: u32) -> Option<u32> {
    let mut number = 0_u32;
    for digit in digits.bytes() {
        let digit = char::from(digit).to_digit(16).filter(|&d| d < radix)?;
        number = number.checked_mul(radix)?.checked_add(digit)?;
    }
    Some(number)
}

/// Parses what stands in brackets.
pub(super) fn parse_v6(text: &str) -> Option<u128> {
    let (mut head, mut bits, mut count, mut rest) = (0_u128, 0_u128, 0_u32, text);
    // How many pieces stand before `::`.
    let mut gap = None;
    if let Some(after) = rest.strip_prefix("::") {
        (gap, rest) = (Some(0), after);
    }
    while !rest.is_empty() {
        let (piece, after) = cut(rest, b':');
        let (size, value) = match after {
            None if piece.len() > 4 => (2, parse_parts(piece, true)?),
            _ => (1, parse_piece(piece)?),
        };
        bits = if size == 2 { bits << 32 } else { bits << 16 } | u128::from(value);
        count = count.wrapping_add(size);
        rest = match after {
            None => "",
            Some("") => return None,
            Some(after) => match after.strip_prefix(':') {
                None => after,
                Some(_) if gap.is_some() => return None,
                Some(after) => {
                    (gap, head, bits) = (Some(count), bits, 0);
                    after
                }
            },
        };
    }
    let is_whole = match gap {
        Some(_) => count < 8,
        None => count == 8,
    };
    if !is_whole {
        return None;
    }
    for _ in gap.unwrap_or(8)..8 {
        head <<= 16;
    }
    Some(head | bits)
}

fn parse_piece(text: &str) -> Option<u32> {
    matches!(text.len(), 1..=4)
        .then(|| parse_digits(text, 16))
        .flatten()
}

/// Writes four decimal numbers.
pub(super) fn write_v4(mut bits: u32) -> String {
    let mut text = String::new();
    for at in 0..4 {
        if at != 0 {
            text.push('.');
        }
        bits = bits.rotate_left(8);
        push_number(&mut text, bits & 0xFF, 10);
    }
    text
}

/// Writes the address in brackets, all hexadecimal, with `::` for the first of the longest runs of two zeros or more.
pub(super) fn write_v6(mut bits: u128) -> String {
    let (mut run, mut longest, mut end) = (0_u32, 1, 0);
    for after in 1_u32..=8 {
        bits = bits.rotate_left(16);
        run = if bits & 0xFFFF == 0 {
            run.wrapping_add(1)
        } else {
            0
        };
        if run > longest {
            (longest, end) = (run, after);
        }
    }
    let start = end.saturating_sub(longest);
    let mut text = String::from("[");
    for at in 0_u32..8 {
        bits = bits.rotate_left(16);
        if (start..end).contains(&at) {
            if at == start {
                text.push_str("::");
            }
            continue;
        }
        if at != 0 && at != end {
            text.push(':');
        }
        push_number(&mut text, (bits & 0xFFFF) as u32, 16);
    }
    text.push(']');
    text
}

fn push_number(text: &mut String, number: u32, radix: u32) {
    let (Some(rest), Some(last)) = (number.checked_div(radix), number.checked_rem(radix)) else {
        return;
    };
    if rest != 0 {
        push_number(text, rest, radix);
    }
    if let Some(digit) = char::from_digit(last, 16) {
        text.push(digit);
    }
}
