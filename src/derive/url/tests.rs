use proptest::prelude::*;

use super::*;

fn host(text: &str) -> Option<String> {
    url_host(text)
}

#[test]
fn hosts() {
    for (text, expected) in [
        ("http://evil.com", "evil.com"),
        ("http://evil.com.", "evil.com"),
        ("HTTP://EVIL.Com/", "evil.com"),
        ("https://evil.com:/", "evil.com"),
        ("https://evil.com:8443?x@y", "evil.com"),
        ("https://evil.com#@good.com", "evil.com"),
        ("https://evil.com/@good.com", "evil.com"),
        ("https://a_b.*.example/", "a_b.*.example"),
        ("http://%65vil.com/", "evil.com"),
        ("http://evil%2Ecom%2e/", "evil.com"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0177.0.0.1/", "127.0.0.1"),
        ("http://127.1./", "127.0.0.1"),
        ("http://%31%32%37.1/", "127.0.0.1"),
        ("http://[::ffff:10.0.0.1]/", "[::ffff:a00:1]"),
        ("http://[0:0::1]:80/", "[::1]"),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("http://XN--bcher-kva.example/", "xn--bcher-kva.example"),
        ("ftp://files.example/x", "files.example"),
        ("postgres://DB.Example:5432/app", "db.example"),
        ("postgres://0x7f.1/app", "127.0.0.1"),
        ("custom://[::1]/", "[::1]"),
        ("custom://%65vil.com./", "evil.com"),
        ("file://server/share", "server"),
        ("http://x//http://y", "x"),
    ] {
        assert_eq!(host(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn refuses_what_clients_read_differently() {
    for text in [
        "",
        "evil.com",
        "/path",
        "//evil.com",
        "http:evil.com",
        "http:/evil.com",
        "http:///evil.com",
        "http://",
        "http://?x",
        "http://#x",
        "http://:80/",
        "://evil.com",
        "1http://evil.com",
        "ht tp://evil.com",
        "mailto:a@evil.com",
        "data:text/html,x://y",
        "blob:http://evil.com/x",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "file://LOCALHOST./etc/passwd",
        "file://server:80/x",
        "file://C:/x",
        "file://C|/x",
        "custom:///x",
        "http://good.com\\@evil.com",
        "http:\\\\evil.com",
        "http://good.com/\\x",
        "http://good.com?\\",
        "http://user@evil.com/",
        "http://good.com:80@evil.com/",
        "http://@evil.com/",
        "http://good.com%40evil.com/",
        "http://good.com%2f.evil.com/",
        "http://good.com%00.evil.com/",
        "http://good.com%23.evil.com/",
        "http://%2565vil.com/",
        " http://evil.com/",
        "http://evil.com/ ",
        "http://evil.com /",
        "\thttp://evil.com/",
        "http://ev\til.com/",
        "http://evil.com/a\nb",
        "ht\rtp://evil.com/",
        "http://evil.com/\0",
        "http://evil.com/\u{7F}",
        "\u{FEFF}http://evil.com/",
        "http://bücher.example/",
        "http://b%C3%BCcher.example/",
        "custom://b%C3%BCcher.example/",
        "http://１２７.0.0.1/",
        "http://%EF%BC%91%32%37.0.0.1/",
        "http://evil。com/",
        "http://evil%E3%80%82com/",
        "http://ｅvil.com/",
        "http://evil.com:８０/",
        "http://evil.com..",
        "http://127.0.0.1../",
        "http://.",
        "http://../",
        "http://...",
        "http://%2e/",
        "http://.evil.com/",
        "http://a..b/",
        "http://evil.com:99999/",
        "http://evil.com:80x/",
        "http://evil.com:+80/",
        "http://evil.com:80:90/",
        "http://evil.com:-1/",
        "http://[::1]:x/",
        "http://[::1]]:80/",
        "http://[::1/]:80/",
        "http://[a]b:80/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://0x100000000/",
        "http://[::1/",
        "http://[::1]evil.com/",
        "http://[fe80::1%25eth0]/",
        "http://[]/",
        "http://a<b/",
        "http://a b/",
        "http://a%20b/",
        "custom://a b/",
        "custom://a%20b/",
    ] {
        assert!(
            UrlView::parse(text).is_none(),
            "{text:?} has {:?}",
            host(text)
        );
    }
}

#[test]
fn schemes() {
    for (text, expected) in [
        ("HtTpS://x/", "https"),
        ("git+SSH://x/", "git+ssh"),
        ("javascript://x/%0aalert(1)", "javascript"),
    ] {
        assert_eq!(url_scheme(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn paths() {
    for (text, expected) in [
        ("http://x", Some("/")),
        ("http://x?q", Some("/")),
        ("http://x/a/./b/../c?d=%2f#%2f", Some("/a/c")),
        ("http://x/a/%2e%2E/b", Some("/b")),
        ("http://x/a/.%2e/b/%2e", Some("/b/")),
        ("http://x/../../a", Some("/a")),
        ("http://x//a//", Some("//a//")),
        ("http://x//../a", Some("/a")),
        ("http://x/a//../b", Some("/a/b")),
        ("http://x/.../....", Some("/.../....")),
        ("http://x/C:/../admin", Some("/admin")),
        ("http://x/a/C|/../../admin", Some("/admin")),
        ("http://x/?/..", Some("/")),
        ("http://x:80/a/..#/b", Some("/")),
        ("FILE://x", Some("/")),
        ("file://x//a/..//b", Some("///b")),
        ("custom://x/..", Some("/")),
        ("custom://x?/a", Some("")),
        ("http://x/%61%20b c", Some("/a b c")),
        ("http://x/é/%C3%A9", Some("/é/é")),
        ("http://x/100%25", Some("/100%")),
        ("http://x/100%", Some("/100%")),
        ("http://x/%zz%4", Some("/%zz%4")),
        ("http://x/a%3Fb%23", Some("/a?b#")),
        ("custom://x/a/%2e./b", Some("/b")),
        ("custom://x", Some("")),
        ("file://x/C:/../admin", None),
        ("file://x/a/c|", None),
        ("http://x/a%2fb", None),
        ("http://x/x%2f..%2f", None),
        ("http://x/..%2F..", None),
        ("http://x/a%5cb", None),
        ("http://x/a%00", None),
        ("http://x/%252e", None),
        ("http://x/%252e%252e/", None),
        ("http://x/%25%32%65", None),
        ("http://x/%%32%65", None),
        ("http://x/%FF", None),
        ("http://x/%C0%AF", None),
    ] {
        assert_eq!(url_path(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn classes() {
    for (text, expected) in [
        ("http://LOCALHOST./", "loopback"),
        ("http://%6cocalhost/", "loopback"),
        ("http://api.localhost:3000/", "loopback"),
        ("http://0x7f.1/", "loopback"),
        ("redis://2130706433:6379", "loopback"),
        ("http://[::ffff:10.0.0.1]/", "private_ip"),
        ("http://169.254.169.254/latest", "private_ip"),
        ("http://0/", "private_ip"),
        ("http://8.8.8.8/", "public_ip"),
        ("http://127.0.0.1.nip.io/", "domain"),
    ] {
        assert_eq!(host_class(text), Some(expected), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn url_host_is_idempotent(
        text in "(https?|ftp|file|x)://[a-cxX0-9.%\\[\\]:_-]{0,14}(:[0-9]{0,5})?[/?#]?.{0,4}\
                 |http://(xn--[a-z0-9-]{1,9}\\.)?([0-9xa-f]{1,6}\\.?){1,5}\
                 |http://\\[[0-9a-f:.]{2,20}\\]/"
    ) {
        if let Some(view) = UrlView::parse(&text) {
            let rebuilt = ["http://", &view.host(), "/"].concat();
            let again = UrlView::parse(&rebuilt);
            prop_assert_eq!(again.as_ref().map(UrlView::host), Some(view.host()));
            prop_assert_eq!(again.map(|v| v.host_class()), Some(view.host_class()));
            prop_assert!(view.host().is_ascii() && !view.host().ends_with('.'));
            prop_assert!(!view.host().bytes().any(|b| b.is_ascii_uppercase()));
        }
    }

    #[test]
    fn agrees_with_a_whole_parser(
        text in "(https?|ftp|wss)://[a-cxX0-9.%\\[\\]:_-]{0,14}(:[0-9]{0,5})?([/?#][/.a%2eE%5fcC| é?#-]{0,16})?"
    ) {
        if let Some(view) = UrlView::parse(&text) {
            let whole = ::url::Url::parse(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(whole.scheme(), view.scheme());
            prop_assert_eq!(whole.host_str().map(|h| h.trim_end_matches('.').to_owned()), Some(view.host()));
            // The other parser does not climb out of drive letters.
            if !path::has_drive_letter(view.path) {
                prop_assert_eq!(path::decode_once(whole.path()), view.path());
            }
        }
    }

    #[test]
    fn url_path_has_no_dot_segments(path in "(/|\\.|%2e|%2E|%25|a|%){0,10}", scheme in "http|x|file") {
        if let Some(path) = url_path(&[&scheme, "://h/", &path].concat()) {
            prop_assert!(path.split('/').all(|s| s != "." && s != ".."), "{path}");
        }
    }

    #[test]
    fn no_text_panics(text in ".*|[a-z]{1,4}://.*|http://[^/]*/") {
        if let Some(view) = UrlView::parse(&text) {
            view.path();
            view.host_class();
        }
    }
}
