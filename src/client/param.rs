//! [`Param`]: the service's parameters, with the org's id behind them.

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{BorrowToSql, Format, IsNull, ToSql, Type};

use crate::org::OrgId;

/// A parameter of a physical statement.
pub(super) enum Param<P> {
    /// The service's.
    Own(P),
    /// The org's id, always the last.
    Org(i64),
}

/// The service's parameters and, where the statement takes it, the org.
pub(super) fn params<P, I>(own: I, org: Option<OrgId>) -> Vec<Param<P>>
where
    I: IntoIterator<Item = P>,
{
    own.into_iter().map(Param::Own).chain(org.map(|org| Param::Org(org.get()))).collect()
}

impl<P: BorrowToSql> Param<P> {
    fn value(&self) -> &dyn ToSql {
        match self {
            Param::Own(own) => own.borrow_to_sql(),
            Param::Org(org) => org,
        }
    }
}

impl<P: BorrowToSql> fmt::Debug for Param<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<P: BorrowToSql> ToSql for Param<P> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.value().to_sql_checked(ty, out)
    }

    fn accepts(_: &Type) -> bool {
        true // each value is asked when it is written
    }

    fn encode_format(&self, ty: &Type) -> Format {
        self.value().encode_format(ty)
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.value().to_sql_checked(ty, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_org_is_last_and_values_check_their_types() {
        let own: [&(dyn ToSql + Sync); 1] = [&"text"];
        let all = params(own, OrgId::try_new(42).ok());
        assert_eq!(format!("{all:?}"), "[\"text\", 42]");
        let mut out = BytesMut::new();
        assert!(all[0].to_sql_checked(&Type::INT8, &mut out).is_err());
        assert!(all[1].to_sql_checked(&Type::INT8, &mut out).is_ok());
        assert_eq!(out[..], 42_i64.to_be_bytes());
    }
}
