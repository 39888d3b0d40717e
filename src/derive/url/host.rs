//! Hosts, and where they lead: to this machine, into a private network, or out.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::path::escape;
use super::{address, punycode};

/// What `host_class` gives.
pub const HOST_CLASSES: [&str; 4] = [DOMAIN, PUBLIC_IP, PRIVATE_IP, LOOPBACK];

const DOMAIN: &str = "domain";
const PUBLIC_IP: &str = "public_ip";
const PRIVATE_IP: &str = "private_ip";
const LOOPBACK: &str = "loopback";

/// First and last address of each IPv4 block that is not publicly routed (IANA special-purpose registry), but 127/8.
static PRIVATE_V4: [(u32, u32); 13] = [
    (0x0000_0000, 0x00FF_FFFF), // 0/8, this network
    (0x0A00_0000, 0x0AFF_FFFF), // 10/8
    (0x6440_0000, 0x647F_FFFF), // 100.64/10, shared by carriers
    (0xA9FE_0000, 0xA9FE_FFFF), // 169.254/16, link-local
    (0xAC10_0000, 0xAC1F_FFFF), // 172.16/12
    (0xC000_0000, 0xC000_00FF), // 192.0.0/24, protocols
    (0xC000_0200, 0xC000_02FF), // 192.0.2/24, documentation
    (0xC058_6300, 0xC058_63FF), // 192.88.99/24, 6to4 relays
    (0xC0A8_0000, 0xC0A8_FFFF), // 192.168/16
    (0xC612_0000, 0xC613_FFFF), // 198.18/15, benchmarks
    (0xC633_6400, 0xC633_64FF), // 198.51.100/24, documentation
    (0xCB00_7100, 0xCB00_71FF), // 203.0.113/24, documentation
    (0xE000_0000, 0xFFFF_FFFF), // 224/4 and 240/4: multicast, reserved, broadcast
];

/// The same for IPv6, by the first 32 bits.
static PRIVATE_V6: [(u32, u32); 6] = [
    (0x0100_0000, 0x0100_0000), // 100::/64, discard
    (0x2001_0000, 0x2001_01FF), // 2001::/23, protocols, Teredo
    (0x2001_0DB8, 0x2001_0DB8), // 2001:db8::/32, documentation
    (0x3FFF_0000, 0x3FFF_0FFF), // 3fff::/20, documentation
    (0x5F00_0000, 0x5F00_FFFF), // 5f00::/16, segment routing
    (0xFC00_0000, 0xFFFF_FFFF), // fc00::/7 unique local, fe80::/10 link-local, fec0::/10 site-local, ff00::/8 multicast
];

/// A host as clients look it up.
#[derive(Debug, Clone)]
pub(super) enum Host {
    Domain(String),
    /// The bits of an [`Ipv4Addr`].
    Ipv4(u32),
    /// The bits of an [`Ipv6Addr`].
    Ipv6(u128),
}

/// Parses a host as the WHATWG URL Standard does for `http`, whatever the scheme: an IPv4 address may come in any of its forms.
/// Non-ASCII is refused as escapes too. Labels in Punycode stay as they are.
pub(super) fn parse(text: &str) -> Option<Host> {
    if let Some(opened) = text.strip_prefix('[') {
        return address::parse_v6(opened.strip_suffix(']')?).map(Host::Ipv6);
    }
    let name = decode(text)?;
    let mut rest = &*name;
    loop {
        let (label, after) = address::cut(rest, b'.');
        if label.is_empty() {
            return None;
        }
        if let Some(code) = label.strip_prefix("xn--") {
            punycode::check(code)?;
        }
        match after {
            Some(after) => rest = after,
            None if address::is_number(label) => {
                return address::parse_v4(&name).map(Host::Ipv4);
            }
            None => return Some(Host::Domain(name)),
        }
    }
}

/// Decodes escapes once and puts letters in lower case, without one trailing dot.
fn decode(text: &str) -> Option<String> {
    let mut name = String::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = if byte == b'%' {
            escape(&mut rest)?
        } else {
            byte
        };
        if is_forbidden(byte) {
            return None;
        }
        name.push(char::from(byte.to_ascii_lowercase()));
    }
    if name.ends_with('.') {
        name.pop();
    }
    Some(name)
}

/// The forbidden domain code points, and what is not ASCII.
fn is_forbidden(byte: u8) -> bool {
    !matches!(byte, b'!'..=b'~') || b"%#/:<>?@[\\]^|".contains(&byte)
}

/// The host in lower case; IPv4 in dotted decimals, IPv6 in brackets.
pub(super) fn write(host: &Host) -> String {
    match host {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(address) => address::write_v4(*address),
        Host::Ipv6(address) => address::write_v6(*address),
    }
}

/// Whether the host is the name `localhost`, which files' URLs take for no host.
pub(super) fn is_localhost(host: &Host) -> bool {
    matches!(host, Host::Domain(name) if name == "localhost")
}

/// The class of a parsed host.
pub(super) fn class(host: &Host) -> &'static str {
    match host {
        Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => LOOPBACK,
        Host::Domain(_) => DOMAIN,
        Host::Ipv4(address) => class_v4(Ipv4Addr::from_bits(*address)),
        Host::Ipv6(address) => class_v6(Ipv6Addr::from_bits(*address)),
    }
}

fn class_v4(address: Ipv4Addr) -> &'static str {
    if address.is_loopback() {
        LOOPBACK
    } else {
        class_by(&PRIVATE_V4, address.to_bits())
    }
}

fn class_v6(address: Ipv6Addr) -> &'static str {
    if address.is_loopback() {
        return LOOPBACK;
    }
    match address.segments() {
        // Compatible with IPv4, mapped, translated, NAT64, 6to4: all lead to the address inside.
        [0, 0, 0, 0, 0 | 0xFFFF, 0, a, b]
        | [0, 0, 0, 0, 0, 0xFFFF, a, b]
        | [0x64, 0xFF9B, 0, 0, 0, 0, a, b]
        | [0x2002, a, b, ..] => class_v4(Ipv4Addr::from_bits(join(a, b))),
        [0x64, 0xFF9B, 1, ..] => PRIVATE_IP, // 64:ff9b:1::/48, NAT64 of a local network
        [a, b, ..] => class_by(&PRIVATE_V6, join(a, b)),
    }
}

fn class_by(private: &[(u32, u32)], bits: u32) -> &'static str {
    if private
        .iter()
        .any(|&(first, last)| (first..=last).contains(&bits))
    {
        PRIVATE_IP
    } else {
        PUBLIC_IP
    }
}

fn join(high: u16, low: u16) -> u32 {
    (u32::from(high) << 16) | u32::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_from_their_first_address_to_their_last() {
        for (host, expected) in [
            ("example.com", DOMAIN),
            ("localhost", LOOPBACK),
            ("a.b.localhost", LOOPBACK),
            ("notlocalhost", DOMAIN),
            ("localhost.com", DOMAIN),
            ("0.0.0.0", PRIVATE_IP),
            ("0.255.255.255", PRIVATE_IP),
            ("1.0.0.0", PUBLIC_IP),
            ("9.255.255.255", PUBLIC_IP),
            ("10.0.0.0", PRIVATE_IP),
            ("10.255.255.255", PRIVATE_IP),
            ("11.0.0.0", PUBLIC_IP),
            ("100.63.255.255", PUBLIC_IP),
            ("100.64.0.0", PRIVATE_IP),
            ("100.127.255.255", PRIVATE_IP),
            ("100.128.0.0", PUBLIC_IP),
            ("126.255.255.255", PUBLIC_IP),
            ("127.0.0.0", LOOPBACK),
            ("127.255.255.255", LOOPBACK),
            ("128.0.0.0", PUBLIC_IP),
            ("169.253.255.255", PUBLIC_IP),
            ("169.254.169.254", PRIVATE_IP),
            ("169.255.0.0", PUBLIC_IP),
            ("172.15.255.255", PUBLIC_IP),
            ("172.16.0.0", PRIVATE_IP),
            ("172.31.255.255", PRIVATE_IP),
            ("172.32.0.0", PUBLIC_IP),
            ("192.0.0.8", PRIVATE_IP),
            ("192.0.1.0", PUBLIC_IP),
            ("192.0.2.255", PRIVATE_IP),
            ("192.0.3.0", PUBLIC_IP),
            ("192.88.99.1", PRIVATE_IP),
            ("192.167.255.255", PUBLIC_IP),
            ("192.168.0.0", PRIVATE_IP),
            ("192.168.255.255", PRIVATE_IP),
            ("192.169.0.0", PUBLIC_IP),
            ("198.17.255.255", PUBLIC_IP),
            ("198.18.0.0", PRIVATE_IP),
            ("198.19.255.255", PRIVATE_IP),
            ("198.20.0.0", PUBLIC_IP),
            ("198.51.100.1", PRIVATE_IP),
            ("203.0.113.255", PRIVATE_IP),
            ("203.0.114.0", PUBLIC_IP),
            ("223.255.255.255", PUBLIC_IP),
            ("224.0.0.0", PRIVATE_IP),
            ("255.255.255.255", PRIVATE_IP),
            ("[::]", PRIVATE_IP),
            ("[::1]", LOOPBACK),
            ("[::2]", PRIVATE_IP),
            ("[::127.0.0.1]", LOOPBACK),
            ("[::8.8.8.8]", PUBLIC_IP),
            ("[::ffff:10.0.0.1]", PRIVATE_IP),
            ("[::ffff:127.0.0.1]", LOOPBACK),
            ("[::ffff:8.8.8.8]", PUBLIC_IP),
            ("[::ffff:0:127.0.0.1]", LOOPBACK),
            ("[64:ff9b::169.254.169.254]", PRIVATE_IP),
            ("[64:ff9b::8.8.8.8]", PUBLIC_IP),
            ("[64:ff9b:1::8.8.8.8]", PRIVATE_IP),
            ("[2002:7f00:1::]", LOOPBACK),
            ("[2002:a00:1::1]", PRIVATE_IP),
            ("[2002:808:808::1]", PUBLIC_IP),
            ("[100::1]", PRIVATE_IP),
            ("[2001::1]", PRIVATE_IP),
            ("[2001:200::1]", PUBLIC_IP),
            ("[2001:db8::1]", PRIVATE_IP),
            ("[2001:db9::1]", PUBLIC_IP),
            ("[2606:4700::1111]", PUBLIC_IP),
            ("[3fff:fff::1]", PRIVATE_IP),
            ("[3fff:1000::1]", PUBLIC_IP),
            ("[5f00::1]", PRIVATE_IP),
            ("[fbff::1]", PUBLIC_IP),
            ("[fc00::1]", PRIVATE_IP),
            ("[fd12::1]", PRIVATE_IP),
            ("[fe80::1]", PRIVATE_IP),
            ("[fec0::1]", PRIVATE_IP),
            ("[ff02::1]", PRIVATE_IP),
        ] {
            assert_eq!(class(&parse(host).unwrap()), expected, "{host}");
            assert!(HOST_CLASSES.contains(&expected));
        }
    }
}
