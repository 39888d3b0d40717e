//! Durations: a positive whole number and a unit, such as `90s` or `24h`.

use crate::model::Value;

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::{Findings, quote};
use super::values::text;

/// The most milliseconds a duration may have: what JavaScript counts exactly.
const MOST: u64 = 9_007_199_254_740_991;

/// The milliseconds of a duration such as `24h`; `None` where it is none.
///
/// Units are `ms`, `s`, `m`, `h` and `d`. There is no zero, sign, fraction or leading zero.
#[must_use]
pub fn duration_ms(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    if number.starts_with('0') {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    number.checked_mul(unit).filter(|ms| *ms <= MOST)
}

/// Reads a duration, as it was written.
pub(crate) fn duration(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<String> {
    let text = text(value, at, findings)?;
    if duration_ms(text).is_none() {
        findings.error(
            Code::InvalidDuration,
            at,
            &[&quote(text), " is no duration"],
            "write a positive whole number and one of ms, s, m, h, d, as `24h`",
        );
        return None;
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::duration_ms;

    #[test]
    fn units_count_milliseconds() {
        assert_eq!(duration_ms("1ms"), Some(1));
        assert_eq!(duration_ms("90s"), Some(90_000));
        assert_eq!(duration_ms("24h"), Some(86_400_000));
        for wrong in [
            "",
            "h",
            "0s",
            "01s",
            "-1s",
            "1.5h",
            "1",
            "1 h",
            "1w",
            "99999999999999999999d",
        ] {
            assert_eq!(duration_ms(wrong), None, "{wrong}");
        }
    }
}
