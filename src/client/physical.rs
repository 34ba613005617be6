//! [`Physical`]: a statement as one org's shard will run it, and the way back from the shard's words.
//!
//! In: an org's target, a compiled plan. Out: SQL for the org's leaf. Invariants: what needs a session of its own (SET
//! without LOCAL, BEGIN as text) is refused, because a pooled connection must not remember it.

use std::sync::Arc;

use tokio_postgres::types::Type;

use super::figures;
use super::statement::ToStatement;
use super::watch::Watch;
use crate::catalog::{Isolation, LeafNumber};
use crate::engine::{Engine, Target};
use crate::error::Error;
use crate::org::OrgId;
use crate::plan::{Action, CompileOptions, Copy, Plan, Records, Run, Session, Special, Transaction, TransactionVerb};
use crate::sqlstate::SqlState;

/// Where a statement stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Around {
    /// On its own.
    Nothing,
    /// In a transaction that the library began.
    Transaction,
    /// The same, for definitions of the org's own objects.
    Definitions,
}

/// A statement for one org's leaf.
#[derive(Debug)]
pub(super) struct Physical {
    target: Arc<Target>,
    plans: Arc<[Plan]>,
    index: usize,
    sql: String,
    /// How many parameters the service gives.
    params: u16,
    /// Declared types, the org's behind them.
    types: Vec<Type>,
    watch: Watch,
}

fn refuse(what: &str, hint: &str) -> Error {
    Error::refused(SqlState::FEATURE_NOT_SUPPORTED, format!("{what} is not supported here")).with_hint(hint)
}

/// The SQL of a statement that is not a plan's template.
fn session_sql(session: &Session, around: Around) -> Result<String, Error> {
    match session {
        Session::Set { name, value, local: true } if around == Around::Transaction => {
            let name = name.replace('"', "\"\"");
            Ok(match value {
                // standard_conforming_strings is on: only quotes are doubled.
                Some(value) => format!("SET LOCAL \"{name}\" = '{}'", value.replace('\'', "''")),
                None => format!("SET LOCAL \"{name}\" = DEFAULT"),
            })
        }
        Session::Show { name, text } if &**name != "orgfold.org" => Ok(text.to_string()),
        Session::SetAlready => Ok(String::new()),
        Session::SetOrg(_) | Session::Show { name: _, text: _ } => {
            Err(refuse("the setting orgfold.org", "the org is the one that Orgfold::org was asked for"))
        }
        Session::Set { name: _, value: _, local: _ }
        | Session::Reset(_)
        | Session::ResetAll
        | Session::DiscardAll
        | Session::Listen(_)
        | Session::Unlisten(_)
        | Session::Deallocate(_) => {
            Err(refuse("changing the session", "connections are pooled: use SET LOCAL in a transaction"))
        }
    }
}

fn transaction_sql(transaction: &Transaction, around: Around) -> Result<String, Error> {
    match transaction.verb {
        TransactionVerb::SetTransaction if around == Around::Transaction => Ok(transaction.text.to_string()),
        TransactionVerb::SetTransaction
        | TransactionVerb::Begin
        | TransactionVerb::Commit { chain: _ }
        | TransactionVerb::Rollback { chain: _ }
        | TransactionVerb::Savepoint(_)
        | TransactionVerb::Release(_)
        | TransactionVerb::RollbackTo(_) => {
            Err(refuse("transaction control as text", "use Org::transaction, Transaction::commit and their like"))
        }
    }
}

/// BEGIN, and the org for the policies of row-level security, where they stand, and for the catalogs of one with objects.
pub(super) fn begin_within_walls(target: &Target, begin: &str) -> Option<String> {
    let known = &target.catalog.catalog;
    // Digits only: an `OrgId` is nothing else.
    let set = || format!("{begin}; SET LOCAL orgfold.org_id = '{}'", target.place.org().get());
    (known.isolation == Isolation::Rls || known.private.is_some()).then(set)
}

/// A text and its plans.
struct Compiled<'s> {
    sql: &'s str,
    plans: Arc<[Plan]>,
    cached: bool,
}

impl Compiled<'_> {
    fn of<'s>(engine: &Engine, target: &Target, sql: &'s str, declared_params: u16) -> Result<Compiled<'s>, Error> {
        let (plans, cached) = engine.compile_or_find(&target.catalog, sql, CompileOptions { declared_params })?;
        figures::plan(cached);
        Ok(Compiled { sql, plans, cached })
    }
}

impl Physical {
    /// One statement, not COPY.
    pub(super) fn one<T>(engine: &Engine, target: Arc<Target>, statement: &T, around: Around) -> Result<Physical, Error>
    where
        T: ToStatement + ?Sized,
    {
        Physical::typed(engine, target, statement.text(), statement.declared(), around)
    }

    /// One statement with declared parameter types, not COPY.
    pub(super) fn typed(
        engine: &Engine,
        target: Arc<Target>,
        sql: &str,
        declared: &[Type],
        around: Around,
    ) -> Result<Physical, Error> {
        let single = Physical::single(engine, target, sql, declared, around);
        single.and_then(Physical::without_copy).inspect_err(figures::refused)
    }

    fn without_copy(self) -> Result<Physical, Error> {
        match self.run().and_then(|run| run.copy) {
            None => Ok(self),
            Some(Copy::In) => Err(refuse("COPY ... FROM STDIN", "use copy_in")),
            Some(Copy::Out) => Err(refuse("COPY ... TO STDOUT", "use copy_out")),
        }
    }

    /// One COPY.
    pub(super) fn copy<T>(
        engine: &Engine,
        target: Arc<Target>,
        statement: &T,
        around: Around,
        copy: Copy,
    ) -> Result<Physical, Error>
    where
        T: ToStatement + ?Sized,
    {
        let physical = Physical::single(engine, target, statement.text(), statement.declared(), around)
            .inspect_err(figures::refused)?;
        if physical.run().and_then(|run| run.copy) == Some(copy) {
            return Ok(physical);
        }
        let wanted = match copy {
            Copy::In => "COPY ... FROM STDIN",
            Copy::Out => "COPY ... TO STDOUT",
        };
        Err(Error::refused(SqlState::WRONG_OBJECT_TYPE, format!("the statement is not {wanted}")))
    }

    fn single(
        engine: &Engine,
        target: Arc<Target>,
        sql: &str,
        declared: &[Type],
        around: Around,
    ) -> Result<Physical, Error> {
        let declared_params = u16::try_from(declared.len()).unwrap_or(u16::MAX);
        let compiled = Compiled::of(engine, &target, sql, declared_params)?;
        if compiled.plans.len() > 1 {
            return Err(Error::refused(
                SqlState::SYNTAX_ERROR,
                "cannot insert multiple commands into a prepared statement",
            )
            .with_hint("use batch"));
        }
        Physical::new(target, &compiled, 0, declared, around)
    }

    /// Every statement of a text; none of them COPY or with parameters.
    pub(super) fn all(engine: &Engine, target: &Arc<Target>, sql: &str) -> Result<Vec<Physical>, Error> {
        Physical::every(engine, target, sql).inspect_err(figures::refused)
    }

    fn every(engine: &Engine, target: &Arc<Target>, sql: &str) -> Result<Vec<Physical>, Error> {
        Physical::each(target, &Compiled::of(engine, target, sql, 0)?, Around::Transaction)
    }

    /// The same for a text that may define objects; what stands behind a definition sees what it makes.
    pub(super) fn definitions(engine: &Engine, target: &Arc<Target>, sql: &str) -> Result<Vec<Physical>, Error> {
        let compiled = engine.compile_definitions(&target.catalog, sql).map_err(Error::from);
        compiled
            .and_then(|plans| Physical::each(target, &Compiled { sql, plans, cached: false }, Around::Definitions))
            .inspect_err(figures::refused)
    }

    fn each(target: &Arc<Target>, compiled: &Compiled<'_>, around: Around) -> Result<Vec<Physical>, Error> {
        let one = |index| {
            let physical = Physical::new(Arc::clone(target), compiled, index, &[], around)?;
            if physical.params > 0 {
                return Err(Error::refused(SqlState::UNDEFINED_PARAMETER, "there is no parameter $1"));
            }
            match physical.run().and_then(|run| run.copy) {
                None => Ok(physical),
                Some(Copy::In | Copy::Out) => Err(refuse("COPY in a batch", "use copy_in or copy_out")),
            }
        };
        (0..compiled.plans.len()).map(one).collect()
    }

    fn new(
        target: Arc<Target>,
        compiled: &Compiled<'_>,
        index: usize,
        declared: &[Type],
        around: Around,
    ) -> Result<Physical, Error> {
        let bug = || Error::refused(SqlState::INTERNAL_ERROR, "the statement cannot be written out");
        let plan = compiled.plans.get(index).ok_or_else(bug)?;
        let place = Some((target.place.leaf(), target.place.org()));
        let mut types = declared.to_vec();
        let (sql, params) = match &plan.action {
            Action::Empty => (String::new(), 0),
            Action::Run(run) => {
                if run.sequences.asks {
                    return Err(refuse(
                        "currval and lastval",
                        "connections are pooled: use INSERT ... RETURNING, or nextval before it",
                    ));
                }
                match &run.special {
                    Special::No | Special::Truncate(_) => {}
                    Special::Freeze(_) => {
                        return Err(refuse("COPY with FREEZE", "leave it out: the rows are the same"));
                    }
                    Special::Set { local: true, .. } if around == Around::Transaction => {}
                    Special::Set { .. } => {
                        return Err(refuse(
                            "changing the session",
                            "connections are pooled: use SET LOCAL in a transaction",
                        ));
                    }
                    Special::Define(_) if around == Around::Definitions => {}
                    Special::Define(_) => return Err(refuse("a definition", "use Org::define")),
                    Special::Explain => {
                        return Err(refuse("EXPLAIN", "run it through the proxy, which puts plans in logical terms"));
                    }
                    Special::Prepare(_) | Special::Execute(_) => {
                        return Err(refuse("PREPARE and EXECUTE as text", "use Org::prepare, or Transaction::prepare"));
                    }
                }
                if run.org_param {
                    // A type that is not known is left to the server, like one that was not declared.
                    types.resize(usize::from(plan.params), Type::UNKNOWN);
                    types.push(Type::INT8);
                }
                (run.template.render(target.catalog.catalog.naming(), place).ok_or_else(bug)?, plan.params)
            }
            Action::Transaction(transaction) => (transaction_sql(transaction, around)?, 0),
            Action::Session(session) => (session_sql(session, around)?, 0),
        };
        // Watched from here on: what is refused is no statement.
        let watch = Watch::new(&target, compiled.sql, compiled.cached);
        Ok(Physical { target, plans: Arc::clone(&compiled.plans), index, sql, params, types, watch })
    }

    pub(super) const fn watch(&self) -> &Watch {
        &self.watch
    }

    pub(super) fn target(&self) -> &Arc<Target> {
        &self.target
    }

    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    pub(super) fn types(&self) -> &[Type] {
        &self.types
    }

    pub(super) const fn params(&self) -> u16 {
        self.params
    }

    /// The service's parameters must be as many as the statement has.
    pub(super) fn check_params(&self, given: usize) -> Result<(), Error> {
        if given == usize::from(self.params) {
            return Ok(());
        }
        let message = format!("expected {} parameters but got {given}", self.params);
        Err(Error::refused(SqlState::PROTOCOL_VIOLATION, message))
    }

    /// The org, where the statement takes it as its last parameter.
    pub(super) fn org_param(&self) -> Option<OrgId> {
        self.run().filter(|run| run.org_param).map(|_| self.target.place.org())
    }

    /// What must begin the transaction that it runs in, for the walls on the shard and for what it asks; `None` where it
    /// needs none.
    pub(super) fn begin(&self) -> Option<String> {
        let walls = self.target.catalog.catalog.isolation == Isolation::Rls;
        let sets = self.run().is_some_and(|run| run.describes || (walls && run.needs_org));
        let walls = if sets { begin_within_walls(&self.target, "BEGIN") } else { None };
        match (walls, self.who()) {
            (Some(walls), Some(who)) => Some(format!("{walls}; {who}")),
            (None, Some(who)) => Some(format!("BEGIN; {who}")),
            (walls, None) => walls,
        }
    }

    /// The object whose records COPY FROM makes.
    pub(super) fn records(&self) -> Option<Records> {
        self.run().and_then(|run| run.records)
    }

    /// What tells the shard which database this is to the service, where the statement may show it.
    pub(super) fn who(&self) -> Option<String> {
        // A slug has no quotes.
        let say = |_: &Run| format!("SET LOCAL orgfold.database = '{}'", self.target.slug);
        self.run().filter(|run| run.asks_who).map(say)
    }

    /// Whether it is another command on the shard than in the service's text: then the count of rows is not the
    /// service's either.
    pub(super) fn hides_count(&self) -> bool {
        self.run().is_some_and(|run| run.tag.is_some())
    }

    fn run(&self) -> Option<&Run> {
        match self.plans.get(self.index).map(|plan| &plan.action) {
            Some(Action::Run(run)) => Some(run),
            Some(Action::Empty | Action::Transaction(_) | Action::Session(_)) | None => None,
        }
    }

    /// The service's character number for a position in the physical text.
    pub(super) fn position(&self, position: u32) -> Option<u32> {
        let place: Option<(LeafNumber, OrgId)> = Some((self.target.place.leaf(), self.target.place.org()));
        self.run()?.template.client_position(self.target.catalog.catalog.naming(), place, position)
    }
}
