//! JSON Pointers (RFC 6901), built while walking.

use std::fmt;

/// A JSON Pointer that grows by one token a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// This pointer, one member deeper. `~` and `/` are escaped.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut text = self.0.clone();
        text.push('/');
        for c in key.chars() {
            match c {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                c => text.push(c),
            }
        }
        Self(text)
    }

    /// The key that a token of a pointer's text stands for.
    #[must_use]
    pub fn unescaped(token: &str) -> String {
        let mut parts = token.split('~');
        let mut key = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.strip_prefix('1') {
                Some(rest) => key.extend(["/", rest]),
                None => key.extend(["~", part.strip_prefix('0').unwrap_or(part)]),
            }
        }
        key
    }

    /// This pointer, one element deeper.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.key(&index.to_string())
    }

    /// The pointer's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_unescaped_once() {
        for (token, key) in [
            ("", ""),
            ("plain", "plain"),
            ("a~1b~0c", "a/b~c"),
            ("~01", "~1"),
            ("~1~0", "/~"),
            ("~~1~2~", "~/~2~"),
        ] {
            assert_eq!(Pointer::unescaped(token), key);
            let replaced = token.replace("~1", "/").replace("~0", "~");
            assert_eq!(replaced, key);
        }
        let key = "/~01~1//~";
        let pointer = Pointer::root().key(key);
        let token = pointer.as_str().strip_prefix('/').unwrap();
        assert_eq!(Pointer::unescaped(token), key);
    }
}
