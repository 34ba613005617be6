//! What it means: SQL text to [`Plan`].
//!
//! ```text
//! text -> ast (3a parse) -> bind (3b names) -> policy (3c may it run) -> rewrite (3d make it real, verify) -> Plan
//! ```
//! In: the client's text and a [`Catalog`](crate::catalog::Catalog). Out: one [`Plan`] for each statement, or a [`PlanError`] with SQLSTATE and
//! position; never both. Invariants: every relation of a physical statement is a leaf bound to the org, a global
//! table, an allowed catalog view, a CTE or a function on the list; what no stage knows is refused. What is absent:
//! I/O, the org itself (a plan serves every org), trees in the public surface.

mod ast;
mod bind;
mod cache;
mod compile;
mod define;
mod difference;
mod error;
#[cfg(feature = "grammar")]
pub mod guard;
mod lift;
mod lone;
mod notices;
mod policy;
mod rewrite;
mod template;

pub use cache::{CacheStats, CatalogId, PlanCache};
#[cfg(feature = "proxy")]
pub(crate) use compile::first_parameter;
pub use compile::{Definitions, compile, compile_as};
pub use define::Defined;
pub use difference::{Step, differences, script};
pub use error::PlanError;
pub use lift::{Lifted, holds_strings, is_lasting, lift_literals};
#[cfg(feature = "proxy")]
pub(crate) use lone::are_key_types;
pub use notices::{cut_names, without_literals};

pub use template::Template;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A short name of a statement's text, the same in every instance of one build: for logs and traces.
#[must_use]
pub fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Checks a setting that a client names when it connects; `true` when it always has that value already.
///
/// # Errors
/// 42501 for what only orgfold may set, 0A000 for what it does not support.
#[cfg(feature = "proxy")]
pub(crate) fn check_session_setting(name: &str, value: &str) -> Result<bool, PlanError> {
    policy::check_setting(name, Some(value), false, 0)?;
    Ok(policy::is_fixed(name))
}

/// What a statement does to data; decides pools, replicas and what `orgfold rewrite` prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Reads only.
    Read,
    /// May change rows.
    Write,
    /// Touches no data: transaction control, settings.
    Session,
}

/// Options of [`compile`] that are not in the text.
#[derive(Clone, Copy, Debug)]
pub struct CompileOptions {
    /// How many parameter types the client declared in Parse. The org's parameter comes after the greatest of this
    /// and the highest `$n` in the text.
    pub declared_params: u16,
}

/// One compiled statement. Serves every org of every shard that has the same catalog.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What to do.
    pub action: Action,
    /// Where the statement stands in the client's text: byte offsets.
    pub span: std::ops::Range<usize>,
    /// The client's parameters: highest `$n`, or the declared number.
    pub params: u16,
}

impl Plan {
    /// Bytes that this plan holds, for the cache's bound.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let texts = match &self.action {
            Action::Run(run) => run.template.bytes(),
            Action::Transaction(transaction) => transaction.text.len(),
            Action::Empty | Action::Session(_) => 0,
        };
        std::mem::size_of::<Plan>() + texts
    }
}

/// What to do with a statement.
#[derive(Debug, Clone)]
pub enum Action {
    /// Nothing but white space and comments.
    Empty,
    /// Send it to the org's shard.
    Run(Run),
    /// BEGIN, COMMIT, SAVEPOINT and their like.
    Transaction(Transaction),
    /// SET, SHOW, RESET, DISCARD.
    Session(Session),
}

/// A statement for a shard.
#[derive(Debug, Clone)]
pub struct Run {
    /// The physical text, with holes for the leaf and (where no parameter can stand) the org.
    pub template: Template,
    /// Reads or writes.
    pub access: Access,
    /// Whether it touches org data: then there must be an org (else 28000). A statement on global tables or on
    /// nothing at all (`SELECT 1`) runs without one, on any shard.
    pub needs_org: bool,
    /// Whether it asks the catalogs for an org that has objects of its own: those show them where the setting
    /// `orgfold.org_id` says whose (`set_config('orgfold.org_id', ..., true)` in the same transaction, before).
    pub describes: bool,
    /// Whether the org's id follows the client's parameters as one more `bigint` parameter (number `params + 1`).
    pub org_param: bool,
    /// COPY from or to the client.
    pub copy: Option<Copy>,
    /// The object whose records COPY FROM makes: said before it, like the org.
    pub records: Option<Records>,
    /// The command tag to show instead of the server's (TRUNCATE runs as DELETE).
    pub tag: Option<&'static str>,
    /// Whether it returns rows.
    pub returns_rows: bool,
    /// Tables that TRUNCATE ... CASCADE takes along, which a notice tells.
    pub cascaded: Box<[Box<str>]>,
    /// What it does with sequences.
    pub sequences: Sequences,
    /// Whether it may show the caller's role or database: they go before it (`orgfold.role`, `orgfold.database`, set for
    /// the transaction), because the server knows others.
    pub asks_who: bool,
    /// Whether it reads one row of an org's table by its key and does nothing else: as a transaction by itself, it may share
    /// a backend with others of its kind.
    pub reads_one_row: bool,
    /// What whoever runs it must do besides.
    pub special: Special,
}

/// What a statement does with the sequences behind columns. A server remembers by connection what was drawn last, and
/// `currval` and `lastval` tell it: on a pooled connection, what others drew.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Sequences {
    /// It may draw: `nextval`, or a default of what it inserts or updates.
    pub draws: bool,
    /// It asks for what was drawn: `currval`, `lastval`.
    pub asks: bool,
}

impl Sequences {
    /// What both do.
    pub fn add(&mut self, other: Sequences) {
        self.draws |= other.draws;
        self.asks |= other.asks;
    }
}

/// Statements that need more of whoever runs them than to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Special {
    /// Nothing.
    No,
    /// EXPLAIN: its rows are to be put in logical terms (`catalog::explained`).
    Explain,
    /// PREPARE of this name: physically [`PREPARED`], with the org as one more parameter behind the client's.
    Prepare(Box<str>),
    /// `SELECT set_config(...)` of this setting: SET in other words. Whoever keeps settings for a session keeps it too.
    Set {
        /// The setting's name, lower case.
        name: Box<str>,
        /// The value.
        value: Box<str>,
        /// For this transaction only.
        local: bool,
    },
    /// TRUNCATE of these tables, named first: COPY may freeze what it fills in the same transaction.
    Truncate(Box<[Box<str>]>),
    /// COPY ... FROM with FREEZE into this table: an error (55000) unless the transaction has truncated it. The rows are
    /// written as without it.
    Freeze(Box<str>),
    /// A definition of the org's own objects: behind it, statements of the transaction are compiled for this catalog.
    Define(Defined),
    /// EXECUTE of this name: [`PREPARED`] must have been prepared on the connection just before.
    Execute(Box<str>),
}

/// The name that PREPARE and EXECUTE have physically: the third word of their texts.
pub const PREPARED: &str = bind::PREPARED;

/// The direction of a COPY.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Copy {
    /// COPY ... FROM STDIN. The leaf fills `org_id` by its default, which reads the setting `orgfold.org_id`: it must
    /// be set to the org (`set_config('orgfold.org_id', ..., true)`) in the same transaction, before.
    In,
    /// COPY ... TO STDOUT.
    Out,
}

/// Records of an object that COPY FROM makes. The leaf fills in whose they are by its defaults, which read the setting
/// `orgfold.object` of the transaction ([`Records::setting`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Records {
    /// The object's number.
    pub object: u32,
    /// For which layout of it the statement was written.
    pub layout: u32,
}

impl Records {
    /// What the setting must be: two numbers.
    #[must_use]
    pub fn setting(self) -> String {
        format!("{} {}", self.object, self.layout)
    }
}

/// Transaction control. `text` is the statement rebuilt from the tree, safe to send.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// Which.
    pub verb: TransactionVerb,
    /// Rebuilt text.
    pub text: Box<str>,
}

/// The verbs of transaction control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionVerb {
    /// BEGIN, START TRANSACTION.
    Begin,
    /// COMMIT, END; with AND CHAIN.
    Commit {
        /// A new transaction begins at once.
        chain: bool,
    },
    /// ROLLBACK, ABORT; with AND CHAIN.
    Rollback {
        /// A new transaction begins at once.
        chain: bool,
    },
    /// SAVEPOINT.
    Savepoint(Box<str>),
    /// RELEASE SAVEPOINT.
    Release(Box<str>),
    /// ROLLBACK TO SAVEPOINT.
    RollbackTo(Box<str>),
    /// SET TRANSACTION: of this transaction only.
    SetTransaction,
}

/// Session commands. Names are folded; values are the text PostgreSQL's SET would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Session {
    /// `SET orgfold.org = 'acme'` (`None`: RESET or DEFAULT).
    SetOrg(Option<Box<str>>),
    /// SET of an allowed setting; `None` is DEFAULT.
    Set {
        /// The setting's name, lower case.
        name: Box<str>,
        /// The value, unquoted.
        value: Option<Box<str>>,
        /// SET LOCAL.
        local: bool,
    },
    /// SET of a setting to the value that it always has (`standard_conforming_strings = on`): answered, not sent.
    SetAlready,
    /// SHOW of an allowed setting; `text` is rebuilt.
    Show {
        /// The setting's name, lower case; `orgfold.org` is answered by the session.
        name: Box<str>,
        /// Rebuilt text.
        text: Box<str>,
    },
    /// RESET of one setting.
    Reset(Box<str>),
    /// RESET ALL.
    ResetAll,
    /// DISCARD ALL: settings, prepared statements, as on a new connection.
    DiscardAll,
    /// DEALLOCATE of one prepared statement, or of all.
    Deallocate(Option<Box<str>>),
    /// LISTEN on a channel of the org's.
    Listen(Box<str>),
    /// UNLISTEN of one channel, or of all.
    Unlisten(Option<Box<str>>),
}

#[cfg(test)]
mod tests;
