//! Paths of URLs: dot segments and percent-encoding.

/// Resolves dot segments as the WHATWG URL Standard does in its path state: `%2e` counts as a dot.
pub(super) fn resolve(path: &str) -> String {
    let Some(inside) = path.strip_prefix('/') else {
        return path.to_owned();
    };
    let mut segments = Vec::new();
    let mut rest = inside.split('/').peekable();
    while let Some(segment) = rest.next() {
        let dots = dots(segment);
        if dots == Some(2) {
            segments.pop();
        }
        if !matches!(dots, Some(1 | 2)) {
            segments.push(segment);
        } else if rest.peek().is_none() {
            segments.push("");
        }
    }
    ["/", &segments.join("/")].concat()
}

/// How many dots the segment is, if it is nothing else.
fn dots(segment: &str) -> Option<usize> {
    let mut rest = segment;
    let mut count = 0_usize;
    while let Some(after) = [".", "%2e", "%2E"]
        .iter()
        .find_map(|dot| rest.strip_prefix(dot))
    {
        rest = after;
        count = count.saturating_add(1);
    }
    rest.is_empty().then_some(count)
}

/// Whether a segment is `C:` or `C|`, which some clients don't let `..` climb out of.
pub(super) fn has_drive_letter(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic()))
}

/// Decodes escapes once. `None` for an encoded `/`, `\` or NUL, bytes that are not UTF-8, and escapes that decoding leaves.
pub(super) fn decode_once(path: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let escaped = if byte == b'%' {
            escape(&mut rest)
        } else {
            None
        };
        match escaped {
            Some(0 | b'/' | b'\\') => return None,
            Some(escaped) => decoded.push(escaped),
            None => decoded.push(byte),
        }
    }
    let path = String::from_utf8(decoded).ok()?;
    let has_escape = escapes(&path).next().is_some();
    (!has_escape).then_some(path)
}

/// The bytes that are written as escapes.
fn escapes(text: &str) -> impl Iterator<Item = u8> {
    text.split('%')
        .skip(1)
        .filter_map(|after| escape(&mut after.bytes()))
}

/// Takes the two hexadecimal digits that follow a `%`; takes nothing where they don't.
pub(super) fn escape(rest: &mut std::str::Bytes<'_>) -> Option<u8> {
    let mut ahead = rest.clone();
    let (high, low) = (hex_digit(ahead.next()?)?, hex_digit(ahead.next()?)?);
    *rest = ahead;
    u8::try_from((high << 4) | low).ok()
}

fn hex_digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}
