//! Instants: RFC 3339 timestamps to epoch milliseconds, and UTC hours and weekdays of those.

use super::number::is_digits;

const MS_PER_HOUR: i64 = 3_600_000;
const MS_PER_DAY: i64 = 24 * MS_PER_HOUR;

/// The furthest instant from the epoch, in milliseconds, as ECMAScript has it.
const MAX_INSTANT_MS: f64 = 8.64e15;

/// What [`utc_weekday`] gives, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Epoch milliseconds (UTC) of an RFC 3339 timestamp: years 0000 to 9999, at most three fraction digits, an offset in
/// hours and minutes or `Z`. A leap second and a space in place of `T` are refused; `-00:00` is UTC.
pub fn parse_rfc3339(text: &str) -> Option<f64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (clock, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let (fraction, zone) = split_fraction(rest)?;

    let (year, month_and_day) = date.split_at_checked(4)?;
    let (month, day) = month_and_day.strip_prefix('-')?.split_once('-')?;
    let (hour, minute_and_second) = clock.split_once(':')?;
    let (minute, second) = minute_and_second.split_once(':')?;

    let days = days_from_civil(digits(year, 4, 9999)?, two(month, 12)?, two(day, 31)?)?;
    let seconds = clock_seconds(two(hour, 23)?, two(minute, 59)?, two(second, 59)?);
    let instant = days
        .checked_mul(MS_PER_DAY)?
        .checked_add(seconds.checked_mul(1000)?)?
        .checked_add(fraction)?
        .checked_sub(offset_seconds(zone)?.checked_mul(1000)?)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "four-digit years stay far below 2^53 milliseconds"
    )]
    Some(instant as f64)
}

/// Hour of the day in UTC, 0 to 23, of `ms` epoch milliseconds within ±8.64e15.
pub fn utc_hour(ms: f64) -> Option<u8> {
    let hour = whole_ms(ms)?
        .rem_euclid(MS_PER_DAY)
        .checked_div(MS_PER_HOUR)?;
    u8::try_from(hour).ok()
}

/// Day of the week in UTC, one of [`WEEKDAYS`], of `ms` epoch milliseconds within ±8.64e15.
pub fn utc_weekday(ms: f64) -> Option<&'static str> {
    // 1970-01-01 was a Thursday.
    let day = whole_ms(ms)?
        .div_euclid(MS_PER_DAY)
        .checked_add(3)?
        .rem_euclid(7);
    WEEKDAYS.get(usize::try_from(day).ok()?).copied()
}

fn whole_ms(ms: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded down, and far below 2^63"
    )]
    (ms.abs() <= MAX_INSTANT_MS).then(|| ms.floor() as i64)
}

/// Splits `.123Z` into milliseconds and the rest.
fn split_fraction(rest: &str) -> Option<(i64, &str)> {
    let Some(rest) = rest.strip_prefix('.') else {
        return Some((0, rest));
    };
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let (fraction, zone) = rest.split_at_checked(end)?;
    let scale = match end {
        1 => 100,
        2 => 10,
        3 => 1,
        _ => return None,
    };
    Some((digits(fraction, end, 999)?.checked_mul(scale)?, zone))
}

/// Seconds east of UTC.
fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, offset) = match zone.strip_prefix('+') {
        Some(offset) => (1, offset),
        None => (-1, zone.strip_prefix('-')?),
    };
    let (hour, minute) = offset.split_once(':')?;
    clock_seconds(two(hour, 23)?, two(minute, 59)?, 0).checked_mul(sign)
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "the parts are bounded by a day"
)]
fn clock_seconds(hour: i64, minute: i64, second: i64) -> i64 {
    (hour * 60 + minute) * 60 + second
}

fn two(text: &str, max: i64) -> Option<i64> {
    digits(text, 2, max)
}

/// A number of exactly `length` ASCII digits, at most `max`.
fn digits(text: &str, length: usize, max: i64) -> Option<i64> {
    if text.len() != length || !is_digits(text) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= max)
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
#[expect(clippy::arithmetic_side_effects, reason = "years have four digits")]
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if month < 1 || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    // Years start in March, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_instants() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("1969-12-31T23:59:59.999Z", -1.0),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000.0),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999.0),
            ("9999-12-31T23:59:59-23:59", 253_402_387_139_000.0),
            ("2026-11-22T19:50:00Z", 1_795_377_000_000.0),
            ("2000-02-29t12:30:15.5z", 951_827_415_500.0),
            ("2000-02-29T12:30:15.05Z", 951_827_415_050.0),
            ("1985-04-12T23:20:50.52Z", 482_196_050_520.0),
            ("1996-12-19T16:39:57-08:00", 851_042_397_000.0),
            ("1996-12-19T16:39:57-00:00", 851_013_597_000.0),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130.0),
        ] {
            assert_eq!(parse_rfc3339(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T10:00:00",
            "2026-11-22 10:00:00Z",
            "2026-11-22T10:00Z",
            "2026-11-22T10:00:00.Z",
            "2026-11-22T10:00:00.1234Z",
            "2026-11-22T10:00:00,5Z",
            "2026-11-22T10:00:00.5",
            "2026-11-22T10:00:60Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T10:60:00Z",
            "2026-13-22T10:00:00Z",
            "2026-00-22T10:00:00Z",
            "2026-11-31T10:00:00Z",
            "2026-11-00T10:00:00Z",
            "2025-02-29T10:00:00Z",
            "1900-02-29T10:00:00Z",
            "2026-11-22T10:00:00+24:00",
            "2026-11-22T10:00:00+10:60",
            "2026-11-22T10:00:00+1000",
            "2026-11-22T10:00:00+10",
            "2026-11-22T10:00:00Z ",
            " 2026-11-22T10:00:00Z",
            "2026-11-22T10:00:00ZZ",
            "2026-1-022T10:00:00Z",
            "2026-11-22T1:00:000Z",
            "20260-1-22T10:00:00Z",
            "+026-11-22T10:00:00Z",
            "2026-11-22T+1:00:00Z",
            "２０26-11-22T10:00:00Z",
            "2026-11-22T10:00:00\u{2212}10:00",
            "2026-11-22T10:00:00.١Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn each_month_follows_the_one_before() {
        let mut day = parse_rfc3339("0000-01-01T00:00:00Z").unwrap();
        for year in 0..=9999 {
            for month in 1..=12 {
                for date in 1..=days_in_month(year, month) {
                    if matches!(date, 1 | 28..) {
                        let text = format!("{year:04}-{month:02}-{date:02}T00:00:00Z");
                        assert_eq!(parse_rfc3339(&text), Some(day), "{text}");
                    }
                    day += MS_PER_DAY as f64;
                }
            }
        }
    }

    #[test]
    fn hours_and_weekdays() {
        assert_eq!((utc_hour(0.0), utc_weekday(0.0)), (Some(0), Some("thu")));
        assert_eq!((utc_hour(-0.5), utc_weekday(-0.5)), (Some(23), Some("wed")));
        assert_eq!(
            (utc_hour(3_599_999.9), utc_hour(3_600_000.0)),
            (Some(0), Some(1))
        );
        assert_eq!(
            utc_weekday(parse_rfc3339("2026-11-22T23:59:59Z").unwrap()),
            Some("sun")
        );
        assert_eq!(
            utc_weekday(parse_rfc3339("2026-11-23T00:00:00Z").unwrap()),
            Some("mon")
        );
        assert_eq!(
            (utc_hour(8.64e15), utc_weekday(8.64e15)),
            (Some(0), Some("sat"))
        );
        assert_eq!(
            (utc_hour(-8.64e15), utc_weekday(-8.64e15)),
            (Some(0), Some("tue"))
        );
        for ms in [
            8.64e15 + 1.0,
            -8.64e15 - 1.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            assert_eq!((utc_hour(ms), utc_weekday(ms)), (None, None));
        }
    }

    proptest! {
        #[test]
        fn days_are_a_day_apart(year in 0..=9999_i64, month in 1..=12_i64, date in 1..28_u8) {
            let at = |date| parse_rfc3339(&format!("{year:04}-{month:02}-{date:02}T23:59:59.999Z")).unwrap();
            prop_assert_eq!(at(date.saturating_add(1)) - at(date), MS_PER_DAY as f64);
            prop_assert_eq!((utc_hour(at(date)), utc_hour(at(date) + 1.0)), (Some(23), Some(0)));
            prop_assert_eq!(utc_weekday(at(date)) == utc_weekday(at(date) + 1.0), false);
        }

        #[test]
        fn an_offset_moves_the_clock(hour in 0..24u8, minute in 0..60u8, east in any::<bool>()) {
            let sign = if east { '+' } else { '-' };
            let shift = f64::from(hour) * 3_600_000.0 + f64::from(minute) * 60_000.0;
            let local = parse_rfc3339(&format!("2024-02-29T12:00:00{sign}{hour:02}:{minute:02}")).unwrap();
            let utc = parse_rfc3339("2024-02-29T12:00:00Z").unwrap();
            prop_assert_eq!(local, if east { utc - shift } else { utc + shift });
        }

        #[test]
        fn no_text_panics(text in ".*|[0-9T:.Z+-]{0,30}") {
            parse_rfc3339(&text);
        }
    }
}
