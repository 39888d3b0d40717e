//! Digests: SHA-256 (FIPS 180-4), written as `sha256:` and 64 lower-case hexadecimal digits.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::Sha256;

const PREFIX: &str = "sha256:";
const TEXT_BYTES: usize = 71;

/// A SHA-256 digest. Orders, prints and serialises as its text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(<Sha256 as sha2::Digest>::digest(bytes).into())
    }

    /// The text: `sha256:` and 64 lower-case hexadecimal digits.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(TEXT_BYTES);
        self.write(&mut text);
        text
    }

    /// Appends the text.
    pub fn write(&self, out: &mut String) {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&hex(byte));
        }
        out.push_str(PREFIX);
        out.push_str(str::from_utf8(&digits).unwrap_or_default());
    }

    /// The first byte, in the text its first two digits.
    pub fn first(&self) -> u8 {
        let [first, ..] = self.0;
        first
    }
}

/// Appends a byte as two lower-case hexadecimal digits.
pub fn push_hex(out: &mut String, byte: u8) {
    out.push_str(str::from_utf8(&hex(byte)).unwrap_or_default());
}

const fn hex(byte: u8) -> [u8; 2] {
    [digit(byte >> 4), digit(byte & 0xF)]
}

const fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => b'a'.wrapping_sub(10).wrapping_add(nibble),
    }
}

/// Whether a text is that of the digest, letter for letter.
impl PartialEq<str> for Digest {
    fn eq(&self, text: &str) -> bool {
        self.text() == text
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        for (bytes, text) in [
            (
                "",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                "abc",
                "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ] {
            let digest = Digest::of(bytes.as_bytes());
            assert_eq!(digest.to_string(), text);
            assert_eq!(digest, *text);
            assert_eq!(
                serde_json::to_string(&digest).unwrap(),
                format!("\"{text}\"")
            );
        }
    }

    #[test]
    fn only_the_exact_text_is_equal() {
        let digest = Digest::of(b"abc");
        assert_ne!(digest, *digest.text().to_uppercase());
        assert_ne!(digest, *format!("{digest} "));
        assert_ne!(digest, *"");
    }
}
