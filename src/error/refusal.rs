//! [`Refusal`]: why orgfold did not send a statement, to match on.
//!
//! In: the SQLSTATE and the stage's stable code. Out: one of few cases. Invariants: every refusal has one; what no case knows
//! is [`Refusal::Invalid`], with its SQLSTATE.

use super::Error;

/// Why orgfold refused. Each stands for one or more SQLSTATEs; [`Error::code`] has the exact one.
///
/// ```
/// use orgfold::{Error, Refusal};
///
/// fn advice(error: &Error) -> &'static str {
///     match error.refusal() {
///         Some(Refusal::Definition) => "put it into a migration",
///         Some(Refusal::Unsupported | Refusal::TooComplex) => "write it in another way",
///         Some(Refusal::OrgMoving | Refusal::NotReady) => "try again",
///         Some(_) => "it is wrong",
///         None => "it was not refused: the server said so, or was not reached",
///     }
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// No org has that name (3D000).
    UnknownOrg,
    /// The org is suspended (28000).
    OrgSuspended,
    /// The org is being moved (57P03): try again.
    OrgMoving,
    /// The org's own objects are being read (40001): try again.
    NotReady,
    /// The text does not parse (42601).
    Syntax,
    /// There is no such table, view or schema (42P01, 3F000).
    UnknownTable,
    /// There is no such column, or it cannot be told which one is meant (42703, 42702).
    UnknownColumn,
    /// There is no such function (42883).
    UnknownFunction,
    /// DDL at run time (42501): it belongs into a migration.
    Definition,
    /// A function, setting, type or relation that statements of orgs may not use (42501).
    Forbidden,
    /// SQL that orgfold does not support, or that needs a session of its own (0A000).
    Unsupported,
    /// Too long, too deep, too many relations (54000, 54001, 54011).
    TooComplex,
    /// Parameters that are not those of the statement (08P01, 42P02).
    Parameters,
    /// Anything else that is wrong with the statement (42...).
    Invalid,
    /// A bug of orgfold's: its own check of the rewritten statement failed (XX000).
    Bug,
}

impl Refusal {
    /// By SQLSTATE, and by the stable code of the stage where one SQLSTATE stands for two cases.
    pub(super) fn of(sqlstate: &str, reason: &str) -> Refusal {
        match sqlstate {
            "3D000" => Refusal::UnknownOrg,
            "28000" => Refusal::OrgSuspended,
            "57P03" => Refusal::OrgMoving,
            "40001" => Refusal::NotReady,
            "42601" => Refusal::Syntax,
            "42P01" | "3F000" => Refusal::UnknownTable,
            "42703" | "42702" => Refusal::UnknownColumn,
            "42883" => Refusal::UnknownFunction,
            "42501" if reason == "ddl" => Refusal::Definition,
            "42501" => Refusal::Forbidden,
            "0A000" => Refusal::Unsupported,
            "54000" | "54001" | "54011" => Refusal::TooComplex,
            "08P01" | "42P02" => Refusal::Parameters,
            "XX000" => Refusal::Bug,
            _other => Refusal::Invalid,
        }
    }
}

impl Error {
    /// Why orgfold refused; `None` for what a server said, and for connections and values.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.is_refused().then(|| Refusal::of(self.code(), self.0.reason))
    }

    /// The refusal's stable code (`ddl`, `unknown_table`, `forbidden_function`, ...), finer than [`Refusal`], for logs and
    /// figures. Empty where there is none.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlstate::SqlState;

    #[test]
    fn only_refusals_have_one() {
        let here = Error::here(SqlState::CANNOT_CONNECT, "no");
        assert_eq!(here.refusal(), None);
        let ddl = Error::refused(SqlState::INSUFFICIENT_PRIVILEGE, "no");
        assert_eq!(ddl.refusal(), Some(Refusal::Forbidden));
        assert_eq!(Refusal::of("42501", "ddl"), Refusal::Definition);
        assert_eq!(Refusal::of("42P16", "two_keys"), Refusal::Invalid);
    }
}
