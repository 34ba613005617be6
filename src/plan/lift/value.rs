//! Values of literals: which type each has, and whether it is certainly valid input of it.
//!
//! In: a literal's text and the type of the column that it meets. Out: the type's number. Invariant: PostgreSQL takes every
//! value that passes here, as the same value in every session; what may depend on more is refused.

/// The types' numbers, which PostgreSQL never changes.
pub(super) mod oid {
    pub(in super::super) const INT8: u32 = 20;
    pub(in super::super) const INT2: u32 = 21;
    pub(in super::super) const INT4: u32 = 23;
    pub(in super::super) const TEXT: u32 = 25;
    pub(in super::super) const BPCHAR: u32 = 1042;
    pub(in super::super) const VARCHAR: u32 = 1043;
    pub(in super::super) const DATE: u32 = 1082;
    pub(in super::super) const TIMESTAMP: u32 = 1114;
    pub(in super::super) const TIMESTAMPTZ: u32 = 1184;
    pub(in super::super) const NUMERIC: u32 = 1700;
    pub(in super::super) const UUID: u32 = 2950;
}

/// The type that PostgreSQL gives an unquoted number; none for those with an exponent or in another base.
pub(super) fn number_type(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(if text.parse::<i32>().is_ok() {
            oid::INT4
        } else if text.parse::<i64>().is_ok() {
            oid::INT8
        } else {
            oid::NUMERIC
        });
    }
    let (whole, part) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(part) && text.len() < 100).then_some(oid::NUMERIC)
}

/// The type that a quoted literal takes from its column, where its text is certainly valid input.
pub(super) fn text_type(data_type: &str, value: &str) -> Option<u32> {
    let base = data_type.split('(').next().unwrap_or(data_type);
    let digits = |most: usize| {
        let digits = value.strip_prefix('-').unwrap_or(value);
        !digits.is_empty() && digits.len() <= most && digits.bytes().all(|b| b.is_ascii_digit())
    };
    match base {
        "text" => Some(oid::TEXT),
        "character varying" => Some(oid::VARCHAR),
        "character" => Some(oid::BPCHAR),
        "smallint" => digits(4).then_some(oid::INT2),
        "integer" => digits(9).then_some(oid::INT4),
        "bigint" => digits(18).then_some(oid::INT8),
        "uuid" => is_uuid(value).then_some(oid::UUID),
        "date" => is_date(value).then_some(oid::DATE),
        "timestamp without time zone" if data_type == base => is_time(value).then_some(oid::TIMESTAMP),
        "timestamp with time zone" if data_type == base => is_time(value).then_some(oid::TIMESTAMPTZ),
        _other => None,
    }
}

/// Whether a text has the form of `pattern`, in which `9` stands for a digit and `f` for a hexadecimal one.
fn has_form(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(b, form)| match form {
            b'9' => b.is_ascii_digit(),
            b'f' => b.is_ascii_hexdigit(),
            other => b == other,
        })
}

fn is_uuid(value: &str) -> bool {
    has_form(value, "ffffffff-ffff-ffff-ffff-ffffffffffff")
}

/// `2024-02-28`: a day that every month has, in a year of four digits.
fn is_date(value: &str) -> bool {
    let within = |from: usize, least: u32, most: u32| {
        let number = value.get(from..from + 2).and_then(|text| text.parse::<u32>().ok());
        number.is_some_and(|number| (least..=most).contains(&number))
    };
    has_form(value, "9999-99-99") && !value.starts_with('0') && within(5, 1, 12) && within(8, 1, 28)
}

/// `2024-02-28 23:59:59`, with or without a fraction of up to six digits.
fn is_time(value: &str) -> bool {
    let (Some(date), Some(rest)) = (value.get(..10), value.get(10..)) else { return false };
    let (clock, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let below = |from: usize, limit: u32| {
        let number = clock.get(from..from + 2).and_then(|text| text.parse::<u32>().ok());
        number.is_some_and(|number| number < limit)
    };
    is_date(date)
        && (has_form(clock, " 99:99:99") || has_form(clock, "T99:99:99"))
        && below(1, 24)
        && below(4, 60)
        && below(7, 60)
        && (1..=6).contains(&fraction.len())
        && fraction.bytes().all(|b| b.is_ascii_digit())
}
