//! Against the standard library, which does the same with tables.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow is a failed test"
)]

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check_read(text: &str) {
    let theirs = text.parse::<f64>().unwrap();
    let theirs = theirs.is_finite().then(|| theirs.to_bits());
    assert_eq!(read(text).map(f64::to_bits), theirs, "{text}");
}

/// Of two that are as near, the standard library takes the greater, and ECMAScript the even one; the exact digits go on with a 5
/// alone then.
#[track_caller]
fn check_shortest(number: f64) {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap();
    let theirs = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap();
    let (ours, point) = shortest(number);
    assert_eq!(point, exponent + 1, "{number:e}");
    if ours != theirs {
        let exact = format!("{number:.800e}").replace('.', "");
        let rest = exact.strip_prefix(&ours).unwrap();
        let rest = rest.split_once('e').unwrap().0.trim_end_matches('0');
        assert_eq!(rest, "5", "{number:e}");
        let last: u64 = ours.parse().unwrap();
        assert!(last.is_multiple_of(2), "{number:e}");
        assert_eq!(theirs, (last + 1).to_string(), "{number:e}");
    }
    check_read(&text);
    assert_eq!(format!("0.{ours}e{point}").parse(), Ok(number));
}

/// A number in layouts of few digits, of the shortest, and of more than it has.
fn check_layouts(number: f64) {
    check_read(&format!("{number:e}"));
    check_read(&format!("{number}"));
    for precision in [0, 1, 5, 15, 16, 17, 20, 50] {
        check_read(&format!("{number:.precision$e}"));
    }
    check_read(&format!("{number:.3}"));
}

/// The digits and the power of ten of what is halfway between the double of these bits and the next.
fn halfway_above(bits: u64) -> (String, i32) {
    let field = (bits >> STORED_BITS) as i32;
    let stored = bits & ((1 << STORED_BITS) - 1);
    let mantissa = if field == 0 {
        stored
    } else {
        stored | 1 << STORED_BITS
    };
    let power = field.max(1) - 1076;
    let mut digits: Vec<u64> = (mantissa * 2 + 1)
        .to_string()
        .bytes()
        .rev()
        .map(|b| u64::from(b - b'0'))
        .collect();
    let factor = if power < 0 { 5 } else { 2 };
    for _ in 0..power.abs() {
        let mut carry = 0;
        for digit in &mut digits {
            carry += *digit * factor;
            *digit = carry % 10;
            carry /= 10;
        }
        if carry > 0 {
            digits.push(carry);
        }
    }
    let digits = digits.iter().rev().map(u64::to_string).collect();
    (digits, power.min(0))
}

/// What is halfway, and a little to either side of it.
fn check_halfway(bits: u64) {
    let (digits, power) = halfway_above(bits);
    let even = bits + (bits & 1);
    let is = |text: &str, bits: u64| {
        check_read(text);
        let number = f64::from_bits(bits);
        assert_eq!(read(text), number.is_finite().then_some(number), "{text}");
    };
    is(&format!("{digits}e{power}"), even);
    is(
        &format!("{digits}{}e{}", "0".repeat(900), power - 900),
        even,
    );
    is(&format!("{digits}.{}1e{power}", "0".repeat(900)), bits + 1);
    is(&format!("{digits}.1e{power}"), bits + 1);
    let (rest, last) = digits.split_at(digits.len() - 1);
    if let Some(less) = last.parse::<u32>().unwrap().checked_sub(1) {
        is(&format!("{rest}{less}{}e{power}", ".9"), bits);
        is(&format!("{rest}{less}.{}e{power}", "9".repeat(900)), bits);
    }
}

/// Bits of numbers where something changes: the smallest, the greatest, powers of 2, and their neighbours.
fn edges() -> impl Iterator<Item = u64> {
    let powers = (0..2047_u64).map(|field| field << STORED_BITS);
    let subnormal = (0..STORED_BITS).map(|bit| 1 << bit);
    let middles = [1.0, 1e22, 1e23, 9_007_199_254_740_992.0, f64::MAX].map(f64::to_bits);
    powers
        .chain(subnormal)
        .chain(middles)
        .flat_map(|bits| [bits.saturating_sub(1), bits, bits + 1])
        .filter(|bits| f64::from_bits(*bits).is_finite())
}

/// The same numbers in every run, and as different as they can be.
fn scattered(count: u64) -> impl Iterator<Item = f64> {
    (1..=count)
        .map(|n| {
            let mixed = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            f64::from_bits((mixed ^ mixed >> 31) >> 1)
        })
        .filter(|number| number.is_finite())
}

#[test]
fn reads_texts_of_every_form() {
    for text in [
        "0",
        "-0",
        "0.0",
        "-0.000e5",
        "0e99999999999999999999",
        "1",
        "-1",
        "10",
        "0.1",
        "-12.50",
        "1E2",
        "1e+2",
        "1e-2",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993e22",
        "123456789012345678901234567890",
        "0.00001e5",
        "100000e-5",
        "18446744073709551615",
        "18446744073709551616",
        "5e-324",
        "2e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "3e-324",
        "4.9e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e308",
        "1e309",
        "-1e309",
        "1e400",
        "1e-400",
        "9.9e-325",
        "1e-323",
        "1e999999999",
        "1e-999999999",
        "1e99999999999999999999",
        "-1e-99999999999999999999",
        "6929495644600919.5",
        "3.7455744005952583e15",
        "0.500000000000000166533453693773481063544750213623046875",
    ] {
        check_read(text);
    }
}

#[test]
fn keeps_the_sign_of_zero() {
    assert!(read("-0").unwrap().is_sign_negative());
    assert!(read("0").unwrap().is_sign_positive());
}

#[test]
fn reads_exponents_that_cancel_zeros() {
    let zeros = "0".repeat(10_000);
    assert_eq!(read(&format!("0.{zeros}1e10001")), Some(1.0));
    assert_eq!(read(&format!("1{zeros}e-10000")), Some(1.0));
    assert_eq!(read(&format!("0.{zeros}1")), Some(0.0));
    assert_eq!(read(&format!("1{zeros}")), None);
    assert_eq!(read(&format!("0.{zeros}0")), Some(0.0));
    assert_eq!(
        read(&format!("0{zeros}e400").replace("00", "0.0")),
        Some(0.0)
    );
}

#[test]
fn reads_powers_of_ten() {
    for exponent in -350..=350 {
        for mantissa in ["1", "9", "9.999999999999999", "1.0000000000000002"] {
            check_read(&format!("{mantissa}e{exponent}"));
        }
    }
}

#[test]
fn reads_edges() {
    edges()
        .step_by(5)
        .map(f64::from_bits)
        .for_each(check_layouts);
}

#[test]
fn rounds_what_is_halfway_to_even() {
    edges().step_by(61).for_each(check_halfway);
    for bits in [
        0,
        1,
        2,
        (1 << STORED_BITS) - 2,
        (1 << STORED_BITS) - 1,
        f64::MAX.to_bits(),
    ] {
        check_halfway(bits);
    }
}

#[test]
fn writes_edges() {
    edges().map(f64::from_bits).for_each(check_shortest);
    (0..3_000).map(f64::from_bits).for_each(check_shortest);
}

#[test]
fn writes_decimals() {
    for exponent in -330..=300 {
        for mantissa in [
            "1",
            "2",
            "5",
            "9.5",
            "1.25",
            "9.999999999999999",
            "123456.789",
        ] {
            check_shortest(read(&format!("{mantissa}e{exponent}")).unwrap());
        }
    }
    for cents in 0..2_000 {
        check_shortest(f64::from(cents) / 100.0);
    }
}

#[test]
fn writes_of_two_as_near_the_even() {
    let spaced_by_quarters = 1_125_899_906_842_624.0;
    for (more, digits) in [
        (0.25, "11258999068426242"),
        (0.75, "11258999068426248"),
        (1.25, "11258999068426252"),
    ] {
        assert_eq!(shortest(spaced_by_quarters + more), (digits.to_owned(), 16));
    }
}

#[test]
fn writes_and_reads_scattered_numbers() {
    for number in scattered(10_000) {
        check_shortest(number);
        check_read(&format!("{number:e}"));
        check_read(&format!("{number:.16e}"));
    }
}

proptest! {
    #[test]
    fn reads_any_layout(bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        if number.is_finite() {
            check_layouts(number);
        }
    }

    #[test]
    fn reads_any_digits(text in "-?(0|[1-9][0-9]{0,39})(\\.[0-9]{1,40})?", exponent in -400..400) {
        check_read(&text);
        check_read(&format!("{text}e{exponent}"));
    }

    #[test]
    fn reads_long_texts(text in "[1-9][0-9]{0,2000}\\.[0-9]{1,2000}", exponent in -2400..400) {
        check_read(&format!("{text}e{exponent}"));
    }

    #[test]
    fn rounds_anything_halfway_to_even(bits in any::<u64>()) {
        if f64::from_bits(bits >> 1).is_finite() {
            check_halfway(bits >> 1);
        }
    }

    #[test]
    fn writes_anything(bits in any::<u64>(), whole in any::<u64>(), few in 0..1_u64 << 20, power in 0..200_u8) {
        let number = f64::from_bits(bits >> 1);
        if number.is_finite() {
            check_shortest(number);
        }
        check_shortest(whole as f64);
        check_shortest(few as f64 / f64::from(power).exp2());
    }
}
