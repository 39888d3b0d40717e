use proptest::prelude::*;

use super::*;

/// Lines of a double's bits in hexadecimal and what `JSON.stringify` makes of it (V8).
const NUMBERS: &str = include_str!("numbers.txt");

fn string(text: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, text);
    out
}

fn number(number: f64) -> String {
    let mut out = String::new();
    write_number(&mut out, number);
    out
}

#[test]
fn numbers_of_rfc_8785_appendix_b() {
    for (bits, expected) in [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] {
        assert_eq!(number(f64::from_bits(bits)), expected);
    }
}

#[test]
fn numbers_as_ecmascript_prints_them() {
    assert!(NUMBERS.lines().count() >= 200);
    for line in NUMBERS.lines() {
        let (bits, expected) = line.split_once(' ').unwrap();
        let bits = u64::from_str_radix(bits, 16).unwrap();
        assert_eq!(number(f64::from_bits(bits)), expected, "{bits:016x}");
    }
}

#[test]
fn what_json_cannot_write() {
    for not_finite in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(number(not_finite), "null");
    }
}

#[test]
fn strings_of_rfc_8785_section_3_2_2() {
    assert_eq!(
        string("\u{20ac}$\u{0F}\u{0a}A'\u{42}\u{22}\u{5c}\\\"/"),
        r#""€$\u000f\nA'B\"\\\\\"/""#
    );
}

#[test]
fn string_escapes() {
    assert_eq!(string(""), "\"\"");
    assert_eq!(string("\u{8}\t\n\u{C}\r"), r#""\b\t\n\f\r""#);
    assert_eq!(
        string("\0\u{1}\u{b}\u{10}\u{1f}"),
        r#""\u0000\u0001\u000b\u0010\u001f""#
    );
    assert_eq!(
        string("</script>\u{7f}\u{80}\u{2028}é\u{1F600}"),
        "\"</script>\u{7f}\u{80}\u{2028}é\u{1F600}\""
    );
}

#[test]
fn order_of_rfc_8785_section_3_2_3() {
    let mut names = [
        "\u{20ac}",
        "\r",
        "\u{fb33}",
        "1",
        "\u{1F600}",
        "\u{80}",
        "\u{f6}",
    ];
    names.sort_by(|a, b| utf16_cmp(a, b));
    assert_eq!(
        names,
        [
            "\r",
            "1",
            "\u{80}",
            "\u{f6}",
            "\u{20ac}",
            "\u{1F600}",
            "\u{fb33}"
        ]
    );
}

#[test]
fn a_prefix_comes_first() {
    assert_eq!(utf16_cmp("", "a"), Ordering::Less);
    assert_eq!(utf16_cmp("ab", "a"), Ordering::Greater);
    assert_eq!(utf16_cmp("B", "a"), Ordering::Less);
    assert_eq!(utf16_cmp("é", "é"), Ordering::Equal);
}

proptest! {
    #[test]
    fn numbers_read_back(bits in any::<u64>()) {
        let before = f64::from_bits(bits);
        if before.is_finite() {
            let text = number(before);
            prop_assert_eq!(text.parse(), Ok(before));
            prop_assert_eq!(serde_json::from_str::<f64>(&text).unwrap(), before);
        }
    }

    #[test]
    fn numbers_of_money_and_time_read_back(whole in -9_007_199_254_740_991_i64..=9_007_199_254_740_991, cents in 0..100_u8) {
        let before = whole as f64 + f64::from(cents) / 100.0;
        prop_assert_eq!(number(whole as f64), whole.to_string());
        prop_assert_eq!(number(before).parse(), Ok(before));
    }

    #[test]
    fn strings_read_back(text in any::<String>()) {
        prop_assert_eq!(serde_json::from_str::<String>(&string(&text)).unwrap(), text);
    }
}
