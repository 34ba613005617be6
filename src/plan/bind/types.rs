//! Type names: sqlparser's many spellings to PostgreSQL's.

use sqlparser::ast::{ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, IntervalFields, TimezoneInfo};

use super::super::error::PlanError;
use super::tree::TypeName;
use super::{Binder, absent};

/// A type under construction: schema, name, what follows, and the position of a custom name.
struct Draft {
    schema: Option<Box<str>>,
    name: String,
    suffix: String,
    at: u32,
    custom: bool,
}

fn draft(name: &str) -> Draft {
    Draft { schema: None, name: name.to_owned(), suffix: String::new(), at: 0, custom: false }
}

fn with_length(name: &str, length: Option<u64>) -> Draft {
    let suffix = length.map(|n| format!("({n})")).unwrap_or_default();
    Draft { suffix, ..draft(name) }
}

impl Binder<'_> {
    pub(super) fn data_type(&self, data_type: &DataType) -> Result<TypeName, PlanError> {
        let Draft { schema, name, suffix, at, custom } = self.draft(data_type)?;
        Ok(TypeName { schema, name: name.into(), suffix: suffix.into(), at, custom })
    }

    fn draft(&self, data_type: &DataType) -> Result<Draft, PlanError> {
        Ok(match data_type {
            DataType::Character(length) => self.character("character", length)?,
            DataType::Char(length) => self.character("char", length)?,
            DataType::CharacterVarying(length) => self.character("character varying", length)?,
            DataType::CharVarying(length) => self.character("char varying", length)?,
            DataType::Varchar(length) => self.character("varchar", length)?,
            DataType::Uuid => draft("uuid"),
            DataType::Numeric(info) => number("numeric", *info),
            DataType::Decimal(info) => number("decimal", *info),
            DataType::Dec(info) => number("dec", *info),
            DataType::Float(info) => number("float", *info),
            DataType::Int2(None) => draft("int2"),
            DataType::SmallInt(None) => draft("smallint"),
            DataType::Int(None) => draft("int"),
            DataType::Int4(None) => draft("int4"),
            DataType::Int8(None) => draft("int8"),
            DataType::Integer(None) => draft("integer"),
            DataType::BigInt(None) => draft("bigint"),
            DataType::Float4 => draft("float4"),
            DataType::Float8 => draft("float8"),
            DataType::Real => draft("real"),
            DataType::DoublePrecision => draft("double precision"),
            DataType::Bool => draft("bool"),
            DataType::Boolean => draft("boolean"),
            DataType::Date => draft("date"),
            DataType::Time(precision, zone) => zoned("time", "timetz", *precision, *zone),
            DataType::Timestamp(precision, zone) => zoned("timestamp", "timestamptz", *precision, *zone),
            DataType::Interval { fields, precision } => {
                let fields = fields.as_ref().map(interval_fields).unwrap_or_default();
                let precision = precision.map(|p| format!("({p})")).unwrap_or_default();
                Draft { suffix: format!("{fields}{precision}"), ..draft("interval") }
            }
            DataType::JSON => draft("json"),
            DataType::JSONB => draft("jsonb"),
            DataType::Text => draft("text"),
            DataType::Bytea => draft("bytea"),
            DataType::Bit(length) => with_length("bit", *length),
            DataType::BitVarying(length) => with_length("bit varying", *length),
            DataType::VarBit(length) => with_length("varbit", *length),
            DataType::TsVector => draft("tsvector"),
            DataType::TsQuery => draft("tsquery"),
            DataType::GeometricType(kind) => draft(&kind.to_string().to_ascii_lowercase()),
            DataType::Regclass => draft("regclass"),
            DataType::Array(ArrayElemTypeDef::SquareBracket(element, size)) => {
                let mut element = self.draft(element)?;
                element.suffix.push_str(&size.map_or_else(|| "[]".to_owned(), |n| format!("[{n}]")));
                element
            }
            DataType::Array(
                ArrayElemTypeDef::None
                | ArrayElemTypeDef::AngleBracket(_)
                | ArrayElemTypeDef::Parenthesis(_)
                | ArrayElemTypeDef::Qualified(..),
            ) => return Err(PlanError::unsupported("this array type", 0)),
            DataType::Custom(name, modifiers) => {
                absent(
                    modifiers.iter().all(|m| !m.is_empty() && m.bytes().all(|b| b.is_ascii_digit())),
                    "this type modifier",
                )?;
                let mut parts = self.parts(name)?;
                let suffix = if modifiers.is_empty() { String::new() } else { format!("({})", modifiers.join(",")) };
                match (parts.pop(), parts.pop(), parts.is_empty()) {
                    (Some((name, at)), None, _) => Draft { schema: None, name: name.into(), suffix, at, custom: true },
                    (Some((name, _)), Some((schema, at)), true) => {
                        Draft { schema: Some(schema), name: name.into(), suffix, at, custom: true }
                    }
                    (_, Some((_, at)), _) => return Err(PlanError::unsupported("this type name", at)),
                    (None, None, _) => return Err(PlanError::unsupported("this type name", 0)),
                }
            }
            DataType::Table(_)
            | DataType::NamedTable { .. }
            | DataType::Nvarchar(_)
            | DataType::CharacterLargeObject(_)
            | DataType::CharLargeObject(_)
            | DataType::Clob(_)
            | DataType::Binary(_)
            | DataType::Varbinary(_)
            | DataType::Blob(_)
            | DataType::TinyBlob
            | DataType::MediumBlob
            | DataType::LongBlob
            | DataType::Bytes(_)
            | DataType::DecimalUnsigned(_)
            | DataType::BigNumeric(_)
            | DataType::BigDecimal(_)
            | DataType::DecUnsigned(_)
            | DataType::FloatUnsigned(_)
            | DataType::TinyInt(_)
            | DataType::TinyIntUnsigned(_)
            | DataType::UTinyInt
            | DataType::Int2(Some(_))
            | DataType::Int2Unsigned(_)
            | DataType::SmallInt(Some(_))
            | DataType::SmallIntUnsigned(_)
            | DataType::USmallInt
            | DataType::MediumInt(_)
            | DataType::MediumIntUnsigned(_)
            | DataType::Int(Some(_))
            | DataType::Int4(Some(_))
            | DataType::Int8(Some(_))
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Int128
            | DataType::Int256
            | DataType::Integer(Some(_))
            | DataType::IntUnsigned(_)
            | DataType::Int4Unsigned(_)
            | DataType::IntegerUnsigned(_)
            | DataType::HugeInt
            | DataType::UHugeInt
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
            | DataType::UInt128
            | DataType::UInt256
            | DataType::BigInt(Some(_))
            | DataType::BigIntUnsigned(_)
            | DataType::UBigInt
            | DataType::Int8Unsigned(_)
            | DataType::Signed
            | DataType::SignedInteger
            | DataType::Unsigned
            | DataType::UnsignedInteger
            | DataType::Float32
            | DataType::Float64
            | DataType::RealUnsigned
            | DataType::Double(_)
            | DataType::DoubleUnsigned(_)
            | DataType::DoublePrecisionUnsigned
            | DataType::Date32
            | DataType::Datetime(_)
            | DataType::Datetime64(..)
            | DataType::TimestampNtz(_)
            | DataType::TinyText
            | DataType::MediumText
            | DataType::LongText
            | DataType::String(_)
            | DataType::FixedString(_)
            | DataType::Map(..)
            | DataType::Tuple(_)
            | DataType::Nested(_)
            | DataType::Enum(..)
            | DataType::Set(_)
            | DataType::Struct(..)
            | DataType::Union(_)
            | DataType::Nullable(_)
            | DataType::LowCardinality(_)
            | DataType::Unspecified
            | DataType::Trigger
            | DataType::AnyType => return Err(PlanError::unsupported("this type", 0)),
        })
    }

    fn character(&self, name: &str, length: &Option<CharacterLength>) -> Result<Draft, PlanError> {
        match length {
            None => Ok(draft(name)),
            Some(CharacterLength::IntegerLength { length, unit: None }) => Ok(with_length(name, Some(*length))),
            Some(CharacterLength::IntegerLength { unit: Some(_), length: _ } | CharacterLength::Max) => {
                Err(PlanError::unsupported("this length of a character type", 0))
            }
        }
    }
}

fn number(name: &str, info: ExactNumberInfo) -> Draft {
    let suffix = match info {
        ExactNumberInfo::None => String::new(),
        ExactNumberInfo::Precision(precision) => format!("({precision})"),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => format!("({precision},{scale})"),
    };
    Draft { suffix, ..draft(name) }
}

fn zoned(name: &str, short: &str, precision: Option<u64>, zone: TimezoneInfo) -> Draft {
    let precision = precision.map(|p| format!("({p})")).unwrap_or_default();
    let (name, zone) = match zone {
        TimezoneInfo::None => (name, ""),
        TimezoneInfo::WithTimeZone => (name, " with time zone"),
        TimezoneInfo::WithoutTimeZone => (name, " without time zone"),
        TimezoneInfo::Tz => (short, ""),
    };
    Draft { suffix: format!("{precision}{zone}"), ..draft(name) }
}

fn interval_fields(fields: &IntervalFields) -> &'static str {
    match fields {
        IntervalFields::Year => " year",
        IntervalFields::Month => " month",
        IntervalFields::Day => " day",
        IntervalFields::Hour => " hour",
        IntervalFields::Minute => " minute",
        IntervalFields::Second => " second",
        IntervalFields::YearToMonth => " year to month",
        IntervalFields::DayToHour => " day to hour",
        IntervalFields::DayToMinute => " day to minute",
        IntervalFields::DayToSecond => " day to second",
        IntervalFields::HourToMinute => " hour to minute",
        IntervalFields::HourToSecond => " hour to second",
        IntervalFields::MinuteToSecond => " minute to second",
    }
}
