//! Instants as text: the way back from milliseconds to RFC 3339.

use crate::model::MAX_TIME_MS;

const DAY_MS: i64 = 86_400_000;

/// An instant as RFC 3339 in UTC; nothing outside the years 0 to 9999.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be within the range of times"
)]
pub(super) fn rfc3339(ms: f64) -> Option<String> {
    if ms.is_nan() || ms.abs() > MAX_TIME_MS {
        return None;
    }
    let ms = ms.floor() as i64;
    let (year, month, day) = civil(ms.div_euclid(DAY_MS));
    let year = usize::try_from(year).ok().filter(|y| *y <= 9_999)?;
    let of_day = ms.rem_euclid(DAY_MS);
    let part = |unit: i64, of: i64| of_day.div_euclid(unit).rem_euclid(of);
    let (hour, minute) = (part(3_600_000, 24), part(60_000, 60));
    let (second, fraction) = (part(1_000, 60), part(1, 1_000));
    let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction != 0 {
        out.push_str(&format!(".{fraction:03}"));
    }
    out.push('Z');
    Some(out)
}

/// Year, month and day of a day since the epoch (H. Hinnant, "chrono-compatible date algorithms").
#[expect(
    clippy::arithmetic_side_effects,
    reason = "days are within ±10^8, so nothing comes near the range of i64"
)]
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::parse_rfc3339;

    #[test]
    fn instants_read_back() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-22T22:19:30.125Z",
            "2000-02-29T23:59:59.999Z",
            "1969-12-31T23:59:59Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            let ms = parse_rfc3339(text).unwrap();
            assert_eq!(rfc3339(ms).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_year_is_none() {
        assert_eq!(rfc3339(f64::NAN), None);
        assert_eq!(rfc3339(8.64e15), None);
        assert_eq!(rfc3339(1e300), None);
        assert_eq!(rfc3339(-8.64e15), None);
    }
}
