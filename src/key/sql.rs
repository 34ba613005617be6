//! Keys as parameters and in rows: text on the shard, a [`Key`] in the service.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::{Key, Prefix};

/// Goes wherever text goes. What is read is checked: a damaged key in a row is an error, one of 18 characters is read.
macro_rules! as_text {
    ($name:ident) => {
        impl ToSql for $name {
            fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
                self.as_str().to_sql(ty, out)
            }

            fn accepts(ty: &Type) -> bool {
                <&str as ToSql>::accepts(ty)
            }

            to_sql_checked!();
        }

        impl<'r> FromSql<'r> for $name {
            fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<$name, Box<dyn Error + Sync + Send>> {
                Ok(<&str as FromSql<'_>>::from_sql(ty, raw)?.parse()?)
            }

            fn accepts(ty: &Type) -> bool {
                <&str as FromSql<'_>>::accepts(ty)
            }
        }
    };
}

as_text!(Key);
as_text!(Prefix);
