//! Digests: SHA-256 (FIPS 180-4), written as `sha256:` and 64 lower-case hexadecimal digits.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::Sha256;

const PREFIX: &str = "sha256:";

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
        let nibbles = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
        let hex = nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16));
        PREFIX.chars().chain(hex).collect()
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
