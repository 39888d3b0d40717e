//! What the `url` crate takes for hosts, and what is taken for them here.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const CASES: u32 = 10_000;

/// What addresses are made of: numbers at their limits and next to them, in every form.
const NUMBERS: [&str; 42] = [
    "0",
    "1",
    "00",
    "01",
    "07",
    "08",
    "7",
    "8",
    "9",
    "10",
    "099",
    "0377",
    "0400",
    "127",
    "255",
    "256",
    "0x",
    "0X",
    "0x0",
    "0xf",
    "0xfg",
    "0xff",
    "0x100",
    "00x1",
    "x1",
    "1e1",
    "+1",
    "-1",
    "_1",
    "65535",
    "65536",
    "0xffff",
    "0x10000",
    "0177777",
    "16777215",
    "16777216",
    "4294967295",
    "4294967296",
    "0xffffffff",
    "0x100000000",
    "037777777777",
    "040000000000",
];

const PIECES: [&str; 24] = [
    "",
    "",
    "",
    "0",
    "0",
    "0",
    "0",
    "1",
    "f",
    "00",
    "a0",
    "0000",
    "0001",
    "ffff",
    "FfFf",
    "00000",
    "10000",
    "g",
    "x",
    "1.2.3.4",
    "127.0.0.1",
    "1.2.3",
    "01.2.3.4",
    "1.2.3.256",
];

fn name() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        4 => "[a-z0-9]{1,3}",
        2 => select(&NUMBERS[..]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9_*.-]{0,5}",
        1 => "[ -~]{0,3}",
        1 => "\\PC{0,2}",
        3 => "xn--[a-z0-9]{1,7}",
        2 => "xn--[a-z0-9-]{0,12}",
        1 => "[a-f0-9]{60,70}",
        1 => "xn--[a-c0-1]{50,65}",
        1 => Just(String::new()),
    ];
    (vec(label, 1..5), "\\.{0,2}").prop_map(|(labels, end)| labels.join(".") + &end)
}

fn numbers() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        3 => select(&NUMBERS[..]).prop_map(str::to_owned),
        1 => any::<u32>().prop_map(|n| format!("{n}")),
        1 => any::<u32>().prop_map(|n| format!("0x{:x}", n >> (n % 32))),
        1 => any::<u32>().prop_map(|n| format!("0{:o}", n >> (n % 32))),
    ];
    (vec(number, 1..6), "\\.?").prop_map(|(numbers, end)| numbers.join(".") + &end)
}

fn brackets() -> impl Strategy<Value = String> {
    let inside = prop_oneof![
        4 => vec(select(&PIECES[..]), 1..10).prop_map(|pieces| pieces.join(":")),
        2 => vec(select(&["0", "0", "1", "a0f"][..]), 8).prop_map(|pieces| pieces.join(":")),
        1 => any::<u128>().prop_map(|bits| core::net::Ipv6Addr::from_bits(bits).to_string()),
        1 => "[0-9a-f:.%]{0,16}",
    ];
    prop_oneof![
        15 => inside.clone().prop_map(|inside| ["[", &inside, "]"].concat()),
        1 => ("[\\[\\]]{0,2}", inside, "[\\[\\]]{0,2}[a.]?").prop_map(|(a, b, c)| a + &b + &c),
    ]
}

/// Writes some bytes as escapes, and some letters in upper case, by the bits of `disguise`.
fn disguise(host: &str, mut disguise: u128) -> String {
    let mut text = String::new();
    for char in host.chars() {
        match disguise & 7 {
            0 => char
                .to_string()
                .bytes()
                .for_each(|b| text += &format!("%{b:02x}")),
            1 => char
                .to_string()
                .bytes()
                .for_each(|b| text += &format!("%{b:02X}")),
            2 | 3 => text.push(char.to_ascii_uppercase()),
            _ => text.push(char),
        }
        disguise = disguise.rotate_right(3);
    }
    text
}

fn hosts() -> impl Strategy<Value = String> {
    let plain = prop_oneof![3 => name(), 2 => numbers(), 2 => brackets()];
    // All bits set: as it is.
    let bits = prop_oneof![
        Just(u128::MAX),
        any::<u128>(),
        any::<u128>().prop_map(|n| n | n << 1 | n << 2)
    ];
    (plain, bits).prop_map(|(host, bits)| disguise(&host, bits))
}

/// What is refused here though another parser takes it for `host`.
fn is_refused(text: &str, host: &str) -> bool {
    let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    text.contains(['\\', '@', ' ']) || text.bytes().any(|b| b.is_ascii_control())
        || text.starts_with("http:///") // clients that repair look for a host behind it
        || labels.contains(&"")
        || labels.iter().any(|l| l.starts_with("xn--") && l.len() > 63)
}

fn compare(text: &str) -> Result<(), TestCaseError> {
    let ours = url_host(text);
    let whole = ::url::Url::parse(text).ok();
    let theirs = whole.as_ref().and_then(::url::Url::host_str);
    match (&ours, theirs) {
        (None, None) => {}
        (None, Some(theirs)) => prop_assert!(is_refused(text, theirs), "{text} has {theirs}"),
        (Some(ours), _) => {
            let theirs = theirs.map(|h| h.strip_suffix('.').unwrap_or(h));
            prop_assert_eq!(Some(&**ours), theirs, "{}", text);
        }
    }
    Ok(())
}

#[test]
fn takes_what_the_url_crate_takes() {
    for host in [
        "1",
        "1.",
        "0x",
        "0x.0x",
        "1.2.3.0x",
        "08",
        "a.08",
        "a.0x1",
        "a.0xg",
        "1.2.3.4.",
        "1.2.3.4.0",
        "1.2.65535",
        "1.2.65536",
        "1.16777215",
        "1.16777216",
        "256.1",
        "0xffffffff",
        "037777777777",
        "4294967296",
        "1.2.3.+4",
        "xn--1",
        "0.0.0.0x",
        "[1:2:3:4:5:6:7:8]",
        "[1:2:3:4:5:6:7::]",
        "[::2:3:4:5:6:7:8]",
        "[1::3:4:5:6:7:8]",
        "[1:2:3:4:5:6:7:8::]",
        "[::]",
        "[1:2:3:4::5:6:7:8]",
        "[1:2:3:4:5:6:1.2.3.4]",
        "[1:2:3:4:5::1.2.3.4]",
        "[1:2:3:4:5:6::1.2.3.4]",
        "[1.2.3.4::]",
        "[1:2:3:4:5:6:7:1.2.3.4]",
        "[1.2.3.4]",
        "[::1.2.3]",
        "[::1.2.3.4.5]",
        "[::1.2.3.04]",
        "[::0.0.0.0]",
        "[::1.2.3.256]",
        "[::0x1.2.3.4]",
        "[::1.2.3.4:5]",
        "[::1.2.3.]",
        "[:1]",
        "[1:]",
        "[:::]",
        "[::1::]",
        "[::1:]",
        "[1:2:3:4:5:6:7:8:]",
        "[1::2:3:4:5:6:7:8:9]",
        "[1:2:3:4:5:6:7:8::9]",
        "[::1:2:3:4:5:6:7:8]",
        "[1::2::3]",
        "[::12345]",
        "[::g]",
        "[1:0:0:2:0:0:0:3]",
        "[1:0:0:2:0:0:3:4]",
        "[0:1:0:2:0:3:0:4]",
        "[0:0:1::]",
        "[::1%25a]",
        "[%31::]",
        "[]",
        "[:]",
        "[",
        "xn--",
        "xn--a-",
        "xn---",
        "xn---a",
        "xn---3ug",
        "xn--3ug",
        "xn--a-b-",
        "xn--a-b-3ug",
        "xn--99999999",
        "xn--zzzzzzzz",
        "xn--bcher-kva",
        "xn--BCHER-KVA",
        "xn--b%63her-kva",
        "%78n--bcher-kva",
        "xn--bcher_kva",
        "xn--a.b",
        "a.xn--",
        "xn--a",
        "xn--0ug",
        "xn--1ug",
        "xn--a-0ug",
        "xn--a-sgn",
        "xn--zn7c",
        "xn--a-q10i",
        "xn--mgba3gch31f060k",
        "xn--80ak6aa92e",
        "a-",
        "-a",
        "a--b",
        "a%",
        "a%2",
        "a%zz",
        "%2525",
        "%2E",
        "a%2e",
        "a%2e%2e",
        "a%7f",
        "a%80",
        "a!$&'()*+,;=`{}~\"_",
    ] {
        compare(&["http://", host].concat()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]
    #[test]
    fn agrees_with_the_url_crate(host in hosts(), end in select(&["", "/", ":80/", ":8080", "?", "#a"][..])) {
        compare(&["http://", &host, end].concat())?;
    }
}
