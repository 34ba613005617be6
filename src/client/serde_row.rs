//! [`Serde`]: rows as whatever derives `Deserialize`.
//!
//! In: the driver's rows. Out: structs by the columns' names. Values that serde has no word for (numbers of arbitrary precision,
//! dates, times, uuids) are text as JSON has them, which is what the types of services for them read. Invariants: a value is
//! read by its type's own reader or is an error (42804); nothing is guessed. What is absent: composite types, ranges, and
//! arrays of more than one dimension.

use std::fmt;

use postgres_protocol::types as wire;
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Kind, Type};

use super::row::FromRow;
use crate::error::Error;
use crate::sqlstate::SqlState;

/// A row read by serde: `query_as::<Serde<Invoice>, _>(...)`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ddl = "CREATE TABLE book (id bigint PRIMARY KEY, title text, price numeric(8,2), printed date, tags text[]);";
/// # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme"]).await?;
/// # let org = sandbox.org("acme")?;
/// # org.batch("INSERT INTO book VALUES (1, 'Anvils', 12.50, '2026-02-03', '{heavy,iron}')").await?;
/// use orgfold::{GenericClient as _, Serde};
///
/// #[derive(serde::Deserialize)]
/// struct Book {
///     id: i64,
///     title: Option<String>,
///     price: String,   // or a decimal type that reads text
///     printed: String, // or a date type that reads text
///     tags: Vec<String>,
/// }
///
/// let Serde(book): Serde<Book> = org.query_one_as("SELECT * FROM book", &[]).await?;
/// assert_eq!((book.id, book.title.as_deref()), (1, Some("Anvils")));
/// assert_eq!((book.price.as_str(), book.printed.as_str()), ("12.50", "2026-02-03"));
/// assert_eq!(book.tags, ["heavy", "iron"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serde<T>(pub T);

impl<T: DeserializeOwned> FromRow for Serde<T> {
    fn from_row(row: &Row) -> Result<Serde<T>, Error> {
        T::deserialize(Columns { row, next: 0 })
            .map(Serde)
            .map_err(|Unread(message)| Error::here(SqlState::DATATYPE_MISMATCH, message))
    }
}

/// Why a row was not read.
#[derive(Debug)]
struct Unread(String);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unread {}

impl de::Error for Unread {
    fn custom<T: fmt::Display>(message: T) -> Unread {
        Unread(message.to_string())
    }
}

/// A row, as a map of its columns or as a sequence of them.
struct Columns<'r> {
    row: &'r Row,
    next: usize,
}

impl<'r> Columns<'r> {
    fn value(&self, at: usize) -> Result<Value<'r>, Unread> {
        let name = || self.row.columns().get(at).map_or("?", |column| column.name());
        self.row.try_get::<_, Value<'r>>(at).map_err(|error| {
            let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            Unread(format!("column {}: {why}", name()))
        })
    }
}

impl<'r, 'de> Deserializer<'de> for Columns<'r> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_map(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_seq(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_seq(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        visitor.visit_seq(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct map struct
        enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Columns<'_> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unread> {
        let Some(column) = self.row.columns().get(self.next) else { return Ok(None) };
        seed.deserialize(StrDeserializer::<Unread>::new(column.name())).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unread> {
        let at = self.next;
        self.next += 1;
        let name = self.row.columns().get(at).map_or("?", |column| column.name());
        seed.deserialize(self.value(at)?).map_err(|Unread(message)| Unread(format!("column {name}: {message}")))
    }
}

impl<'de> SeqAccess<'de> for Columns<'_> {
    type Error = Unread;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unread> {
        if self.next >= self.row.len() {
            return Ok(None);
        }
        self.next_value_seed(seed).map(Some)
    }
}

/// One value.
enum Value<'r> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(std::borrow::Cow<'r, str>),
    Bytes(&'r [u8]),
    Json(serde_json::Value),
    Many(Vec<Value<'r>>),
}

type Fault = Box<dyn std::error::Error + Sync + Send>;

impl<'r> FromSql<'r> for Value<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Value<'r>, Fault> {
        Ok(match (ty.kind(), ty) {
            (Kind::Domain(inner), _) => Value::from_sql(inner, raw)?,
            (Kind::Enum(_), _) => Value::Text(wire::text_from_sql(raw)?.into()),
            (Kind::Array(inner), _) => many(inner, raw)?,
            (_, &Type::BOOL) => Value::Bool(wire::bool_from_sql(raw)?),
            (_, &Type::INT2) => Value::Int(wire::int2_from_sql(raw)?.into()),
            (_, &Type::INT4) => Value::Int(wire::int4_from_sql(raw)?.into()),
            (_, &Type::INT8) => Value::Int(wire::int8_from_sql(raw)?),
            (_, &Type::OID) => Value::Int(wire::oid_from_sql(raw)?.into()),
            (_, &Type::FLOAT4) => Value::Float(wire::float4_from_sql(raw)?.into()),
            (_, &Type::FLOAT8) => Value::Float(wire::float8_from_sql(raw)?),
            (_, &Type::BYTEA) => Value::Bytes(wire::bytea_from_sql(raw)),
            (_, &Type::JSON) => Value::Json(serde_json::from_slice(raw)?),
            (_, &Type::JSONB) => match raw.split_first() {
                Some((1, json)) => Value::Json(serde_json::from_slice(json)?),
                Some(_) | None => return Err("jsonb of another version".into()),
            },
            (_, &Type::UUID) => Value::Text(text::uuid(wire::uuid_from_sql(raw)?).into()),
            (_, &Type::NUMERIC) => Value::Text(text::numeric(raw)?.into()),
            (_, &Type::DATE) => Value::Text(text::date(wire::date_from_sql(raw)?)?.into()),
            (_, &Type::TIME) => Value::Text(text::time(wire::time_from_sql(raw)?).into()),
            (_, &Type::TIMESTAMP) => Value::Text(text::timestamp(wire::timestamp_from_sql(raw)?)?.into()),
            (_, &Type::TIMESTAMPTZ) => {
                Value::Text(format!("{}Z", text::timestamp(wire::timestamp_from_sql(raw)?)?).into())
            }
            _text if <&str as FromSql<'_>>::accepts(ty) => Value::Text(wire::text_from_sql(raw)?.into()),
            _other => return Err(format!("serde rows cannot read the type {ty}").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value<'r>, Fault> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true // what cannot be read is an error with the type's name
    }
}

fn many<'r>(inner: &Type, raw: &'r [u8]) -> Result<Value<'r>, Fault> {
    use fallible_iterator::FallibleIterator as _;
    let array = wire::array_from_sql(raw)?;
    if array.dimensions().count()? > 1 {
        return Err("serde rows cannot read arrays of more than one dimension".into());
    }
    let values = array.values().map(|value| match value {
        Some(raw) => Value::from_sql(inner, raw),
        None => Ok(Value::Null),
    });
    Ok(Value::Many(values.collect()?))
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Int(value) => visitor.visit_i64(value),
            Value::Float(value) => visitor.visit_f64(value),
            Value::Text(value) => visitor.visit_str(&value),
            Value::Bytes(value) => visitor.visit_bytes(value),
            Value::Json(value) => value.deserialize_any(visitor).map_err(de::Error::custom),
            Value::Many(values) => visitor.visit_seq(de::value::SeqDeserializer::new(values.into_iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        match self {
            Value::Text(text) => visitor.visit_enum(StrDeserializer::new(&text)),
            Value::Json(value) => value.deserialize_enum(name, variants, visitor).map_err(de::Error::custom),
            other => other.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl<'de> de::IntoDeserializer<'de, Unread> for Value<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[path = "serde_text.rs"]
mod text;
