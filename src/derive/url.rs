//! The parts of an absolute URL. The WHATWG parser repairs what browsers have to repair, and other clients read the same text
//! differently; so what would need repair in front of the path is refused. Hosts are parsed as it parses those in ASCII. Paths are not:
//! it keeps `C:` when `http://h/C:/../x` climbs out of it, which no client does.

mod address;
mod host;
mod path;
mod punycode;

use self::host::Host;
use super::number::is_digits;

pub use host::HOST_CLASSES;

/// A URL with a host, that every client reads alike up to its path.
#[derive(Debug, Clone)]
pub struct UrlView<'a> {
    scheme: &'a str,
    host: Host,
    path: &'a str,
}

impl<'a> UrlView<'a> {
    /// Takes an absolute URL apart. `None` for a backslash or a control character anywhere, a space at either end, a scheme
    /// without `://`, user-info, a port that is no number, and a host that is empty, is not ASCII when decoded, has an empty
    /// label (one trailing dot is dropped), has a label `xn--…` longer than DNS allows or is none to the WHATWG parser.
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.ends_with(' ') || text.bytes().any(|b| b == b'\\' || b.is_ascii_control()) {
            return None;
        }
        let (scheme, rest) = text
            .split_once(':')
            .filter(|(scheme, _)| is_scheme(scheme))?;
        let rest = rest.strip_prefix("//")?;
        let (authority, tail) =
            rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
        let (host, port) = split_port(authority)?;
        let host = host::parse(host)?;
        if scheme.eq_ignore_ascii_case("file") && (port.is_some() || host::is_localhost(&host)) {
            return None;
        }
        let path = tail.split(['?', '#']).next()?;
        Some(Self { scheme, host, path })
    }

    /// The scheme in lower case, without `:`.
    pub fn scheme(&self) -> String {
        self.scheme.to_ascii_lowercase()
    }

    /// The host in lower case; IPv4 in dotted decimals, IPv6 in brackets.
    pub fn host(&self) -> String {
        host::write(&self.host)
    }

    /// The path with dot segments resolved, then percent-decoded once. `None` for an encoded `/`, `\` or NUL, for bytes that
    /// are not UTF-8, for what is still an escape after decoding, and for a drive letter in a file's path.
    pub fn path(&self) -> Option<String> {
        match &*self.scheme() {
            "file" if path::has_drive_letter(self.path) => None,
            "http" | "https" | "ws" | "wss" | "ftp" | "file" if self.path.is_empty() => {
                Some("/".to_owned())
            }
            _ => path::decode_once(&path::resolve(self.path)),
        }
    }

    /// One of [`HOST_CLASSES`].
    pub fn host_class(&self) -> &'static str {
        host::class(&self.host)
    }
}

/// [`UrlView::scheme`] of `text`.
pub fn url_scheme(text: &str) -> Option<String> {
    Some(UrlView::parse(text)?.scheme())
}

/// [`UrlView::host`] of `text`.
pub fn url_host(text: &str) -> Option<String> {
    Some(UrlView::parse(text)?.host())
}

/// [`UrlView::path`] of `text`.
pub fn url_path(text: &str) -> Option<String> {
    UrlView::parse(text)?.path()
}

/// [`UrlView::host_class`] of `text`.
pub fn host_class(text: &str) -> Option<&'static str> {
    Some(UrlView::parse(text)?.host_class())
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Splits an authority without user-info into its host and port. The port may be empty, as in `http://h:/`.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.contains('@') {
        return None;
    }
    // The colons of an IPv6 address stand in brackets.
    let (address, after) = match authority.split_once(']') {
        Some((address, after)) => (address.len().checked_add(1)?, after),
        None => (0, authority),
    };
    let Some((name, port)) = after.split_once(':') else {
        return Some((authority, None));
    };
    let is_port = port.is_empty() || (is_digits(port) && port.parse::<u16>().is_ok());
    let host = authority.get(..address.checked_add(name.len())?)?;
    is_port.then_some((host, Some(port)))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod differential;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
