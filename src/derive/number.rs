//! Numbers: which doubles are supported, and those written in strings.

use crate::model::decimal;

/// 2^53 − 1: beyond it neighbouring integers share a double.
const MAX_MAGNITUDE: f64 = 9_007_199_254_740_991.0;

/// `number` if it is finite and within ±(2^53 − 1), with −0 as 0.
pub fn supported_number(number: f64) -> Option<f64> {
    // −0 + 0 is 0; every other number stays.
    (number.abs() <= MAX_MAGNITUDE).then_some(number + 0.0)
}

/// The supported number that `text` writes in JSON's grammar (RFC 8259 §6), with nothing around it.
pub fn parse_number(text: &str) -> Option<f64> {
    if !is_json_number(text) {
        return None;
    }
    decimal::read(text).and_then(supported_number)
}

fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    is_digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|e| is_digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// One or more ASCII digits.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn supported_numbers() {
        assert_eq!(
            supported_number(9_007_199_254_740_991.0),
            Some(9_007_199_254_740_991.0)
        );
        assert_eq!(
            supported_number(-9_007_199_254_740_991.0),
            Some(-9_007_199_254_740_991.0)
        );
        assert_eq!(supported_number(5e-324), Some(5e-324));
        assert!(supported_number(-0.0).unwrap().is_sign_positive());
        for number in [
            9_007_199_254_740_992.0,
            -1e300,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            assert_eq!(supported_number(number), None);
        }
    }

    #[test]
    fn texts_in_the_grammar() {
        for (text, number) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("-0.0e+5", 0.0),
            ("10", 10.0),
            ("-12.50", -12.5),
            ("1e2", 100.0),
            ("1E+02", 100.0),
            ("1.5e-3", 0.0015),
            ("9007199254740991", 9_007_199_254_740_991.0),
            ("0.1", 0.1),
            ("1e-400", 0.0),
            ("0e99999999999999999999", 0.0),
            ("1e-99999999999999999999", 0.0),
            (
                "123456789012345678901234567890e-20",
                1_234_567_890.123_456_8,
            ),
        ] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "-",
            "+1",
            "01",
            "00",
            "-01",
            ".5",
            "5.",
            "1.e3",
            "1e",
            "1e+",
            "e5",
            "0x10",
            "1_000",
            "1,000",
            " 1",
            "1 ",
            "1\n",
            "--1",
            "1e1.5",
            "1e1e1",
            "1.2.3",
            "NaN",
            "Infinity",
            "-Infinity",
            "null",
            "true",
            "\"1\"",
            "١",
            "1２",
            "9007199254740992",
            "9007199254740991.9",
            "1e400",
            "-1e400",
            "1e99999999999999999999",
            "18446744073709551616",
        ] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_as_serde_json_does(text in "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
            let number = serde_json::from_str(&text).ok().and_then(supported_number);
            prop_assert_eq!(parse_number(&text), number);
        }

        #[test]
        fn no_text_panics(text in ".*|[0-9.eE+-]{0,20}") {
            parse_number(&text);
        }
    }
}
