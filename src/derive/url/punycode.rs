//! Punycode, in which the labels after `xn--` are written.

use core::str::Bytes;

/// What a label can have after `xn--`: DNS has 63 bytes for the whole of it.
const MAX_LENGTH: usize = 59;

/// `Some` if `text`, in lower case, decodes (RFC 3492 §6.2) to a label that is not all ASCII. Its code points are not looked
/// up; but U+FFFD is in no name, and a joiner does not come first.
pub(super) fn check(text: &str) -> Option<()> {
    if text.len() > MAX_LENGTH || text.ends_with('-') || text.is_empty() {
        return None;
    }
    let mut rest = text.bytes();
    let mut length = 0_u32;
    if let Some(hyphen) = text.bytes().rposition(|b| b == b'-').filter(|&at| at != 0) {
        length = u32::try_from(hyphen).ok()?;
        rest.nth(hyphen);
    }
    let mut first = None;
    let (mut code_point, mut bias, mut index) = (0x80_u32, 72, 0_u32);
    while rest.len() != 0 {
        let delta = read(&mut rest, bias)?;
        length = length.wrapping_add(1);
        bias = adapt(delta, length, index == 0)?;
        // What saturates is beyond the last code point, however long the label.
        index = index.saturating_add(delta);
        code_point = code_point.saturating_add(index.checked_div(length)?);
        index = index.checked_rem(length)?;
        let char = char::from_u32(code_point).filter(|&c| c != char::REPLACEMENT_CHARACTER)?;
        if index == 0 {
            first = Some(char);
        }
        index = index.wrapping_add(1);
    }
    (!matches!(first, Some('\u{200C}' | '\u{200D}'))).then_some(())
}

/// Reads a number of variable length.
fn read(digits: &mut Bytes<'_>, bias: u32) -> Option<u32> {
    let (mut number, mut weight, mut position) = (0_u32, 1_u32, 36_u32);
    loop {
        // The letters come before the digits.
        let digit = char::from(digits.next()?).to_digit(36)?.wrapping_add(26) % 36;
        number = number.saturating_add(digit.saturating_mul(weight));
        let threshold = position.saturating_sub(bias).clamp(1, 26);
        if digit < threshold {
            return Some(number);
        }
        weight = weight.saturating_mul(36_u32.wrapping_sub(threshold));
        position = position.wrapping_add(36);
    }
}

fn adapt(delta: u32, length: u32, is_first: bool) -> Option<u32> {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta = delta.saturating_add(delta.checked_div(length)?);
    let mut bias = 0_u32;
    while delta > 455 {
        delta /= 35;
        bias = bias.wrapping_add(36);
    }
    let rest = delta.wrapping_mul(36).checked_div(delta.wrapping_add(38))?;
    Some(bias.wrapping_add(rest))
}
