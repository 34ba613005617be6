//! The SQLSTATE codes orgfold answers with.
//!
//! In: nothing. Out: [`SqlState`] constants. Invariant: every code here is either PostgreSQL's own for the same
//! fault or stands in the table of ARCHITECTURE.md. What is absent: messages (each stage writes its own).

use std::fmt;

/// A five-character SQLSTATE.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SqlState(&'static str);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        impl SqlState { $($(#[$doc])* pub const $name: SqlState = SqlState($code);)* }
        #[cfg(test)]
        const ALL: &[SqlState] = &[$(SqlState::$name),*];
    };
}

codes! {
    /// 01000: a warning.
    WARNING = "01000";
    /// 08001: a shard or the directory cannot be reached.
    CANNOT_CONNECT = "08001";
    /// 08006: the connection to a shard was lost.
    CONNECTION_FAILURE = "08006";
    /// 08P01: a malformed or unexpected frame.
    PROTOCOL_VIOLATION = "08P01";
    /// 0A000: SQL that orgfold does not support.
    FEATURE_NOT_SUPPORTED = "0A000";
    /// 22021: text that is not valid UTF-8.
    CHARACTER_NOT_IN_REPERTOIRE = "22021";
    /// 22023: a setting or option with a bad value.
    INVALID_PARAMETER_VALUE = "22023";
    /// 22P02: a value that is not of its type.
    INVALID_TEXT_REPRESENTATION = "22P02";
    /// 25000: a transaction is not where it should be.
    INVALID_TRANSACTION_STATE = "25000";
    /// 25001: not inside a transaction block.
    ACTIVE_TRANSACTION = "25001";
    /// 25P02: the transaction has failed.
    IN_FAILED_TRANSACTION = "25P02";
    /// 26000: unknown prepared statement.
    INVALID_STATEMENT_NAME = "26000";
    /// 28000: the role may not act for the org, or no org is set.
    INVALID_AUTHORIZATION = "28000";
    /// 28P01: wrong role or wrong password.
    INVALID_PASSWORD = "28P01";
    /// 34000: unknown portal or cursor.
    INVALID_CURSOR_NAME = "34000";
    /// 3D000: unknown org.
    INVALID_CATALOG_NAME = "3D000";
    /// 3F000: unknown schema.
    INVALID_SCHEMA_NAME = "3F000";
    /// 40001: the transaction must be tried again.
    SERIALIZATION_FAILURE = "40001";
    /// 42501: refused: DDL, a forbidden setting or function, another org.
    INSUFFICIENT_PRIVILEGE = "42501";
    /// 42601: the text does not parse.
    SYNTAX_ERROR = "42601";
    /// 42602: a bad name.
    INVALID_NAME = "42602";
    /// 42622: a name longer than 63 bytes where it cannot be cut.
    NAME_TOO_LONG = "42622";
    /// 42701: a column named twice.
    DUPLICATE_COLUMN = "42701";
    /// 42702: an ambiguous column.
    AMBIGUOUS_COLUMN = "42702";
    /// 42703: an unknown column.
    UNDEFINED_COLUMN = "42703";
    /// 42704: an unknown object (type, constraint, setting).
    UNDEFINED_OBJECT = "42704";
    /// 42710: an object of that name exists.
    DUPLICATE_OBJECT = "42710";
    /// 42712: a table alias used twice.
    DUPLICATE_ALIAS = "42712";
    /// 42804: a type mismatch.
    DATATYPE_MISMATCH = "42804";
    /// 42809: the wrong kind of object.
    WRONG_OBJECT_TYPE = "42809";
    /// 42883: an unknown function.
    UNDEFINED_FUNCTION = "42883";
    /// 428C9: a value given for a GENERATED ALWAYS column.
    GENERATED_ALWAYS = "428C9";
    /// 42P01: an unknown table.
    UNDEFINED_TABLE = "42P01";
    /// 42P02: an unknown parameter.
    UNDEFINED_PARAMETER = "42P02";
    /// 42P03: a cursor or portal of that name exists.
    DUPLICATE_CURSOR = "42P03";
    /// 42P05: a prepared statement of that name exists.
    DUPLICATE_PREPARED_STATEMENT = "42P05";
    /// 42P07: a table of that name exists.
    DUPLICATE_TABLE = "42P07";
    /// 42830: a foreign key that cannot be so.
    INVALID_FOREIGN_KEY = "42830";
    /// 2BP01: something else depends on what is to be dropped.
    DEPENDENT_OBJECTS = "2BP01";
    /// 42P16: a table that cannot be so.
    INVALID_TABLE_DEFINITION = "42P16";
    /// 42P10: a bad column reference.
    INVALID_COLUMN_REFERENCE = "42P10";
    /// 53300: no connection became free in time.
    TOO_MANY_CONNECTIONS = "53300";
    /// 54000: the statement is too big.
    PROGRAM_LIMIT_EXCEEDED = "54000";
    /// 54001: the statement is nested too deeply.
    STATEMENT_TOO_COMPLEX = "54001";
    /// 54011: more columns than there can be.
    TOO_MANY_COLUMNS = "54011";
    /// 55000: the object is not in the state the operation needs.
    OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
    /// 57014: cancelled.
    QUERY_CANCELED = "57014";
    /// 57P01: orgfold is shutting down.
    ADMIN_SHUTDOWN = "57P01";
    /// 57P03: not accepting connections now.
    CANNOT_CONNECT_NOW = "57P03";
    /// P0002: a row was asked for, and there is none.
    NO_DATA_FOUND = "P0002";
    /// P0003: one row was asked for, and there are several.
    TOO_MANY_ROWS = "P0003";
    /// F0000: the configuration file cannot be used.
    CONFIG_FILE_ERROR = "F0000";
    /// XX000: a bug of orgfold's; the statement was not sent.
    INTERNAL_ERROR = "XX000";
}

impl SqlState {
    /// The five characters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlState({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_well_formed_and_distinct() {
        let mut seen = std::collections::HashSet::new();
        for state in ALL {
            assert_eq!(state.code().len(), 5, "{state:?}");
            assert!(state.code().bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
            assert!(seen.insert(state.code()), "{state:?} twice");
        }
    }
}
