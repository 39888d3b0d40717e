//! E-mail addresses: the domain of one, in the plain form that every mail system reads alike.

/// RFC 5321 §4.5.3.1, in bytes.
const MAX_LOCAL_PART: usize = 64;

/// RFC 1035 §2.3.4, in bytes of text without a trailing dot.
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

/// The domain of an address, in lower case. `None` unless `text` is exactly one RFC 5322 addr-spec in ASCII: a dot-atom of up
/// to 64 bytes, `@`, and a host name; no quotes, comments, display name, address literal or second address.
pub fn email_domain(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    (is_dot_atom(local) && is_host_name(domain)).then(|| domain.to_ascii_lowercase())
}

fn is_dot_atom(local: &str) -> bool {
    local.len() <= MAX_LOCAL_PART
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte))
}

/// RFC 5322 §3.2.3, `atext`.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_host_name(domain: &str) -> bool {
    domain.len() <= MAX_DOMAIN && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn domains() {
        for (text, domain) in [
            ("a@example.com", "example.com"),
            ("First.Last+tag@Mail.EXAMPLE.com", "mail.example.com"),
            ("!#$%&'*+-/=?^_`{|}~@x", "x"),
            ("a@xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("a@1.2.3.4", "1.2.3.4"),
        ] {
            assert_eq!(email_domain(text).as_deref(), Some(domain), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@example.com",
            "a@b@c.com",
            "a@good.com,b@evil.com",
            "a@evil.com, b@good.com",
            "a@evil.com;b@good.com",
            "<a@good.com>",
            "Me <a@good.com>",
            "a@evil.com<b@good.com>",
            "\"a@evil.com\"@good.com",
            "\"a b\"@good.com",
            "(x)a@good.com",
            "a@good.com(x)",
            "a@[127.0.0.1]",
            ".a@good.com",
            "a.@good.com",
            "a..b@good.com",
            "a@.good.com",
            "a@good.com.",
            "a@good..com",
            "a@-good.com",
            "a@good-.com",
            "a@good_x.com",
            "a@good.com ",
            " a@good.com",
            "a@good.com\n",
            "a\0@good.com",
            "a@good.com\r\nBcc: b@evil.com",
            "ä@good.com",
            "a@gööd.com",
            "a@ｇood.com",
            "a%evil.com@good.com@x",
        ] {
            assert_eq!(email_domain(text), None, "{text:?}");
        }
    }

    #[test]
    fn lengths() {
        let local = "a".repeat(64);
        let label = "b".repeat(63);
        let domain = [&*label, &label, &label, &"b".repeat(61)].join(".");
        assert_eq!(domain.len(), 253);
        assert!(email_domain(&format!("{local}@{domain}")).is_some());
        assert!(email_domain(&format!("{local}a@{domain}")).is_none());
        assert!(email_domain(&format!("a@{domain}b")).is_none());
        assert!(email_domain(&format!("a@{label}b.c")).is_none());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*|[a-z.@-]{0,20}") {
            if let Some(domain) = email_domain(&text) {
                prop_assert_eq!(text.matches('@').count(), 1);
                prop_assert!(text.to_ascii_lowercase().ends_with(&domain));
            }
        }
    }
}
