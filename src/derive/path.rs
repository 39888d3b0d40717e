//! File paths: normalised by segments, and whether one holds another.

use std::borrow::Cow;

/// `text` without empty and `.` segments and with each `..` resolved; nothing is decoded. `None` for an empty text, NUL, a
/// backslash, and a path that climbs above where it starts. A relative path with nothing left is `.`.
pub fn file_path(text: &str) -> Option<Cow<'_, str>> {
    if text.is_empty() || text.bytes().any(|b| matches!(b, 0 | b'\\')) {
        return None;
    }
    if is_normal(text) {
        return Some(Cow::Borrowed(text));
    }
    let mut segments = Vec::new();
    for segment in text.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            _ => segments.push(segment),
        }
    }
    let mut path = String::with_capacity(text.len());
    if text.starts_with('/') {
        path.push('/');
    } else if segments.is_empty() {
        path.push('.');
    }
    path.push_str(&segments.join("/"));
    Some(Cow::Owned(path))
}

fn is_normal(text: &str) -> bool {
    let inside = text.strip_prefix('/').unwrap_or(text);
    matches!(text, "/" | ".")
        || inside
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
}

/// Whether `path` is `ancestor` or lies in it, by whole segments. Both are normalised: `/` holds every absolute path, `.`
/// every relative one.
pub fn is_within(path: &str, ancestor: &str) -> bool {
    match ancestor {
        "/" => path.starts_with('/'),
        "." => !path.is_empty() && !path.starts_with('/'),
        _ => path
            .strip_prefix(ancestor)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn normalises() {
        for (text, path) in [
            ("/", "/"),
            ("//", "/"),
            ("/.", "/"),
            ("/a/..", "/"),
            (".", "."),
            ("./", "."),
            ("a/..", "."),
            ("a/../b", "b"),
            ("./a", "a"),
            ("a/", "a"),
            ("/workspace//a/./b/../c/", "/workspace/a/c"),
            ("/a/.../b", "/a/.../b"),
            ("/a/%2e%2e/b", "/a/%2e%2e/b"),
            ("/a/..b", "/a/..b"),
            ("~/x", "~/x"),
            ("/\u{FF0F}../x", "/\u{FF0F}../x"),
            ("/a b/é\n", "/a b/é\n"),
        ] {
            assert_eq!(file_path(text).as_deref(), Some(path), "{text}");
        }
    }

    #[test]
    fn refuses() {
        for text in [
            "",
            "..",
            "/..",
            "../a",
            "a/../..",
            "/a/../../b",
            "a/../../a",
            "/a\0",
            "\0",
            "C:\\x",
            "/a/..\\b",
            "./..",
        ] {
            assert_eq!(file_path(text), None, "{text}");
        }
    }

    #[test]
    fn borrows_what_is_normal() {
        for text in ["/", ".", "/a/b", "a/b", "..."] {
            assert!(matches!(file_path(text), Some(Cow::Borrowed(_))), "{text}");
        }
    }

    #[test]
    fn holds_by_whole_segments() {
        assert!(is_within("/workspace", "/workspace"));
        assert!(is_within("/workspace/a", "/workspace"));
        assert!(!is_within("/workspace-evil", "/workspace"));
        assert!(!is_within("/work", "/workspace"));
        assert!(is_within("/", "/"));
        assert!(is_within("/a", "/"));
        assert!(!is_within("a", "/"));
        assert!(is_within("a/b", "."));
        assert!(is_within(".", "."));
        assert!(!is_within("/a", "."));
        assert!(is_within("a/b", "a"));
        assert!(!is_within("/a/b", "a"));
        assert!(!is_within("", "/a"));
        assert!(!is_within("", "."));
    }

    proptest! {
        #[test]
        fn file_path_is_idempotent(text in "[a./\\\\]{0,12}|([./]|a|b){0,12}") {
            if let Some(path) = file_path(&text) {
                prop_assert_eq!(file_path(&path), Some(Cow::Borrowed(&*path)));
                prop_assert_eq!(path.starts_with('/'), text.starts_with('/'));
                prop_assert!(!path.split('/').any(|s| s == ".."));
                let root = if text.starts_with('/') { "/" } else { "." };
                prop_assert!(is_within(&path, root));
            }
        }

        #[test]
        fn what_lies_below_is_within(above in "(/[a-c]{1,2}){1,3}", below in "(/[a-c.]{1,3}){0,3}") {
            if let Some(path) = file_path(&(above.clone() + &below)) {
                let climbs = below.split('/').any(|s| s == "..");
                prop_assert!(climbs || is_within(&path, &above));
            }
        }

        #[test]
        fn no_text_panics(text in ".*") {
            file_path(&text);
        }
    }
}
