//! Values as text: what JSON has for numbers of arbitrary precision, dates, times and uuids.
//!
//! In: PostgreSQL's binary form. Out: text in ISO 8601, UTC. Invariants: no float and no rounding on the way; what is infinite, or
//! outside the years 0001 to 9999, is an error, because no common type of services reads it.

use std::fmt::Write as _;

use super::Fault;

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// The days from 1970-01-01 to 2000-01-01, from which PostgreSQL counts.
const EPOCH: i64 = 10_957;

pub(super) fn uuid(bytes: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// `days` from 2000-01-01.
pub(super) fn date(days: i32) -> Result<String, Fault> {
    let (year, month, day) = civil(i64::from(days) + EPOCH);
    if days == i32::MAX || days == i32::MIN || !(1..=9999).contains(&year) {
        return Err("the date is infinite or has no four-digit year".into());
    }
    Ok(format!("{year:04}-{month:02}-{day:02}"))
}

/// Microseconds from midnight.
pub(super) fn time(micros: i64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction != 0 {
        let _ = write!(text, ".{fraction:06}");
    }
    text
}

/// Microseconds from 2000-01-01.
pub(super) fn timestamp(micros: i64) -> Result<String, Fault> {
    if micros == i64::MAX || micros == i64::MIN {
        return Err("the time is infinite".into());
    }
    let days = i32::try_from(micros.div_euclid(MICROS_OF_DAY))?;
    Ok(format!("{}T{}", date(days)?, time(micros.rem_euclid(MICROS_OF_DAY))))
}

/// Year, month and day of a day from 1970-01-01 (Howard Hinnant's algorithm, <https://howardhinnant.github.io/date_algorithms.html>).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Groups of four decimal digits, with the weight of the first and the number of digits behind the point.
pub(super) fn numeric(raw: &[u8]) -> Result<String, Fault> {
    let mut words = raw.chunks_exact(2).map(|word| word.iter().fold(0, |number, byte| number << 8 | i16::from(*byte)));
    let mut word = || words.next().ok_or("the number is cut off");
    let (count, weight, sign, scale) = (word()?, word()?, word()?, word()?);
    // 0x4000 is minus; the others are NaN and the infinities.
    let minus = match sign {
        0 => false,
        0x4000 => true,
        _not_finite => return Err("the number is not finite".into()),
    };
    let groups: Vec<i16> = words.take(usize::try_from(count)?).collect();
    let group = |place: i32| usize::try_from(i32::from(weight) - place).ok().and_then(|at| groups.get(at)).copied();
    let mut text = String::from(if minus { "-" } else { "" });
    let first = i32::from(weight).max(0);
    for place in (0..=first).rev() {
        let digits = group(place).unwrap_or(0);
        let _ = if place == first { write!(text, "{digits}") } else { write!(text, "{digits:04}") };
    }
    let scale = usize::try_from(scale)?;
    if scale > 0 {
        let mut fraction = String::new();
        for place in 1..=i32::try_from(scale.div_ceil(4))? {
            let _ = write!(fraction, "{:04}", group(-place).unwrap_or(0));
        }
        fraction.truncate(scale);
        let _ = write!(text, ".{fraction}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, text) in
            [(0, "2000-01-01"), (59, "2000-02-29"), (-1, "1999-12-31"), (9_530, "2026-02-03"), (-730_119, "0001-01-01")]
        {
            assert_eq!(date(days).unwrap(), text);
        }
        assert!(date(i32::MAX).is_err() && date(-730_120).is_err() && date(2_921_940).is_err());
        assert_eq!(timestamp(-1).unwrap(), "1999-12-31T23:59:59.999999");
        assert_eq!(timestamp(0).unwrap(), "2000-01-01T00:00:00");
        assert!(timestamp(i64::MAX).is_err());
    }
}
