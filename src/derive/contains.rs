//! Search for a text in a text.

/// Whether `part` is somewhere in `text`. Takes time in proportion to the sum of their lengths (Knuth, Morris and Pratt).
///
/// The standard library's search is faster, but with what it panics with it came to 5 KB of the compressed binary.
pub fn contains(text: &str, part: &str) -> bool {
    let (mut rest, part) = (text.as_bytes(), part.as_bytes());
    let Some((first, others)) = part.split_first() else {
        return true;
    };
    // Of each beginning of the part, how long the longest shorter beginning is that it ends with.
    let mut borders = vec![0];
    let mut border = 0;
    for byte in others {
        border = longer(part, &borders, border, *byte);
        borders.push(border);
    }
    let mut held = 0;
    while held < part.len() {
        if held == 0 {
            let start = rest.iter().position(|byte| byte == first);
            rest = start.and_then(|at| rest.get(at..)).unwrap_or_default();
        }
        let Some((byte, after)) = rest.split_first() else {
            return false;
        };
        held = longer(part, &borders, held, *byte);
        rest = after;
    }
    true
}

/// How much of the part's beginning is held once `byte` follows `held` bytes of it.
fn longer(part: &[u8], borders: &[usize], mut held: usize, byte: u8) -> usize {
    while part.get(held) != Some(&byte) {
        match held.checked_sub(1) {
            Some(last) => held = borders.get(last).copied().unwrap_or_default(),
            None => return 0,
        }
    }
    held.saturating_add(1)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_at_either_end_and_across_borders() {
        for (text, part) in [
            ("", ""),
            ("a", ""),
            ("abc", "abc"),
            ("abc", "a"),
            ("abc", "c"),
            ("aaab", "aab"),
            ("abacabacabad", "abacabad"),
            ("ababababac", "ababac"),
            ("größe", "ß"),
        ] {
            assert!(contains(text, part), "{text} {part}");
        }
        for (text, part) in [("", "a"), ("a", "aa"), ("abab", "abc"), ("é", "ê")] {
            assert!(!contains(text, part), "{text} {part}");
        }
    }

    proptest! {
        #[test]
        fn finds_what_the_standard_library_finds(text in "[ab]{0,40}", part in "[ab]{0,8}", any in ".*", at in 0..20_usize) {
            prop_assert_eq!(contains(&text, &part), text.contains(&part));
            let piece: String = any.chars().skip(at).take(5).collect();
            prop_assert!(contains(&any, &piece));
        }
    }
}
