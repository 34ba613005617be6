//! A client's prepared statement: its text, its plan, and the physical statement it is for an org.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::fault::Fault;
use crate::catalog::{Catalog, LeafNumber};
use crate::engine::ShardCatalog;
use crate::org::OrgId;
use crate::plan::{
    Access, Action, CatalogId, Copy, Lifted, Plan, Records, Sequences, Session, Special, Transaction, TransactionVerb,
    are_key_types, holds_strings, is_lasting,
};
use crate::sqlstate::SqlState;
use crate::upstream::{Statement, StatementKey};

/// An org and its leaf; none for what touches no org's data.
type Home = Option<(LeafNumber, OrgId)>;

/// A physical statement: for which org, in which scope of settings.
type Rendered = (Home, Option<Arc<str>>, Statement);

/// One statement of a client's text.
#[derive(Debug)]
pub(super) struct ClientStatement {
    /// The whole text it stands in.
    pub(super) text: Arc<str>,
    /// Parameter types that the client declared.
    types: Arc<[u32]>,
    plans: Arc<[Plan]>,
    index: usize,
    pub(super) catalog: CatalogId,
    /// It is kept prepared: the client gave it a name, or others will send the same.
    pub(super) named: bool,
    reads: OnceLock<Reads>,
    /// The literals that became parameters.
    lifted: Option<Lifted>,
    /// The physical statement for the org it last ran for.
    rendered: Mutex<Option<Rendered>>,
}

/// What a statement's strings depend on besides themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// It holds none.
    Nothing,
    /// Settings.
    Strings,
    /// Settings, and when they were read: each statement has a number of its own.
    Moments(u64),
}

/// Words that stand for a moment, the one in which a statement is read.
const MOMENTS: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];

/// Who carries a statement out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// Nothing to do.
    Empty,
    /// The shard.
    Shard,
    /// The session itself.
    Here(&'a Session),
}

impl ClientStatement {
    pub(super) fn new(
        text: Arc<str>,
        types: Vec<u32>,
        plans: Arc<[Plan]>,
        index: usize,
        catalog: CatalogId,
        named: bool,
    ) -> ClientStatement {
        let types = types.into();
        let (reads, rendered) = (OnceLock::new(), Mutex::default());
        ClientStatement { text, types, plans, index, catalog, named, reads, lifted: None, rendered }
    }

    /// A statement of which only a shape was compiled, the same for all values of its literals.
    pub(super) fn lifted(text: Arc<str>, lifted: Lifted, plans: Arc<[Plan]>, catalog: CatalogId) -> ClientStatement {
        let named = is_lasting(&lifted.text);
        let types = lifted.types.clone();
        let statement = ClientStatement::new(text, types, plans, 0, catalog, named);
        ClientStatement { lifted: Some(lifted), ..statement }
    }

    /// The physical text, if it was written out.
    pub(super) fn rendered_sql(&self) -> Option<Arc<str>> {
        let rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        rendered.as_ref().map(|(_, _, statement)| Arc::clone(&statement.sql))
    }

    /// The same for all statements that differ in lifted literals alone.
    pub(super) fn fingerprint(&self) -> u64 {
        let text = self.lifted.as_ref().map_or(&*self.text, |lifted| lifted.text.as_str());
        crate::plan::fingerprint(text)
    }

    /// The values of the literals that became parameters.
    pub(super) fn values(&self) -> &[Box<str>] {
        self.lifted.as_ref().map_or(&[], |lifted| &lifted.values)
    }

    /// The same without a name.
    pub(super) fn unnamed(&self) -> ClientStatement {
        let (text, types, plans) = (Arc::clone(&self.text), self.types.to_vec(), Arc::clone(&self.plans));
        ClientStatement::new(text, types, plans, self.index, self.catalog, false)
    }

    /// The plan; `None` only for a text without statements.
    pub(super) fn plan(&self) -> Option<&Plan> {
        self.plans.get(self.index)
    }

    pub(super) fn types(&self) -> &[u32] {
        &self.types
    }

    pub(super) fn way(&self) -> Way<'_> {
        match self.plan().map(|plan| &plan.action) {
            None | Some(Action::Empty) => Way::Empty,
            Some(Action::Run(_) | Action::Transaction(_)) => Way::Shard,
            Some(Action::Session(session)) => match session {
                Session::Set { .. } | Session::Reset(_) | Session::ResetAll => Way::Shard,
                Session::Show { name, text: _ } if &**name != "orgfold.org" => Way::Shard,
                Session::Show { .. }
                | Session::SetOrg(_)
                | Session::SetAlready
                | Session::DiscardAll
                | Session::Listen(_)
                | Session::Unlisten(_)
                | Session::Deallocate(_) => Way::Here(session),
            },
        }
    }

    /// What it needs besides being sent.
    pub(super) fn special(&self) -> &Special {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => &run.special,
            Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => &Special::No,
        }
    }

    /// Tables that are truncated besides those that the client named.
    pub(super) fn cascaded(&self) -> &[Box<str>] {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => &run.cascaded,
            _other => &[],
        }
    }

    /// What it does with sequences.
    pub(super) fn sequences(&self) -> Sequences {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => run.sequences,
            Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => Sequences::default(),
        }
    }

    /// Whether it may show who asks.
    pub(super) fn asks_who(&self) -> bool {
        match self.plan().map(|plan| &plan.action) {
            // What was prepared may ask.
            Some(Action::Run(run)) => run.asks_who || matches!(run.special, Special::Execute(_)),
            Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => false,
        }
    }

    /// Whether it takes the org's id as its last parameter.
    pub(super) fn takes_org(&self) -> bool {
        matches!(self.plan().map(|plan| &plan.action), Some(Action::Run(run)) if run.org_param)
    }

    /// Whether it reads one row of the org's by its key, and does nothing else.
    pub(super) fn reads_one_row(&self) -> bool {
        matches!(self.plan().map(|plan| &plan.action), Some(Action::Run(run)) if run.reads_one_row)
            && are_key_types(&self.types)
    }

    /// Whether it asks the catalogs for an org that has objects.
    pub(super) fn describes(&self) -> bool {
        matches!(self.plan().map(|plan| &plan.action), Some(Action::Run(run)) if run.describes)
    }

    pub(super) fn needs_org(&self) -> bool {
        matches!(self.plan().map(|plan| &plan.action), Some(Action::Run(run)) if run.needs_org)
    }

    /// Whether a setting of the transaction is gone once it has run: with the transaction, with what came after a
    /// savepoint, or reset with all the others.
    pub(super) fn ends_setting(&self) -> bool {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Transaction(transaction)) => match transaction.verb {
                TransactionVerb::Commit { chain: _ }
                | TransactionVerb::Rollback { chain: _ }
                | TransactionVerb::RollbackTo(_) => true,
                TransactionVerb::Begin
                | TransactionVerb::Savepoint(_)
                | TransactionVerb::Release(_)
                | TransactionVerb::SetTransaction => false,
            },
            Some(Action::Session(Session::ResetAll)) => true,
            Some(Action::Session(_) | Action::Run(_) | Action::Empty) | None => false,
        }
    }

    /// Whether it runs to its end before its first row is sent, as what changes data and returns rows does.
    pub(super) fn runs_first(&self) -> bool {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => {
                run.access == Access::Write || matches!(run.special, Special::Explain | Special::Execute(_))
            }
            Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => false,
        }
    }

    pub(super) fn copies_in(&self) -> bool {
        matches!(self.plan().map(|plan| &plan.action), Some(Action::Run(run)) if run.copy == Some(Copy::In))
    }

    /// The object whose records COPY FROM makes.
    pub(super) fn records(&self) -> Option<Records> {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => run.records,
            Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => None,
        }
    }

    /// The command's tag, where it is not the server's.
    pub(super) fn tag(&self) -> Option<&'static str> {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => run.tag,
            Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => None,
        }
    }

    pub(super) fn transaction(&self) -> Option<&Transaction> {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Transaction(transaction)) => Some(transaction),
            Some(Action::Run(_) | Action::Session(_) | Action::Empty) | None => None,
        }
    }

    pub(super) fn session(&self) -> Option<&Session> {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Session(session)) => Some(session),
            Some(Action::Run(_) | Action::Transaction(_) | Action::Empty) | None => None,
        }
    }

    /// What a backend knows it by, where its text is the same for all orgs of a leaf and all sessions.
    pub(super) fn key(&self, place: Home) -> Option<StatementKey> {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run))
                if self.named
                    && self.reads() == Reads::Nothing
                    && run.special == Special::No
                    && run.template.is_shared() =>
            {
                Some(StatementKey {
                    plans: Arc::clone(&self.plans),
                    index: self.index,
                    leaf: place.map(|(leaf, _)| leaf.get()),
                    types: Arc::clone(&self.types),
                })
            }
            Some(_) | None => None,
        }
    }

    /// How far strings in it may be shared: they may mean another value under other settings, and `now` at another time.
    pub(super) fn reads(&self) -> Reads {
        *self.reads.get_or_init(|| {
            let text = match self.plan().map(|plan| &plan.action) {
                Some(Action::Run(run)) => run.template.text(),
                Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => "",
            };
            if !holds_strings(text) {
                return Reads::Nothing;
            }
            let text = text.to_ascii_lowercase();
            if !MOMENTS.iter().any(|moment| text.contains(moment)) {
                return Reads::Strings;
            }
            static NEXT: AtomicU64 = AtomicU64::new(1);
            Reads::Moments(NEXT.fetch_add(1, Ordering::Relaxed))
        })
    }

    /// The physical statement on a shard with that catalog, for an org in its leaf.
    pub(super) fn physical(
        &self,
        catalog: &ShardCatalog,
        place: Option<(LeafNumber, OrgId)>,
        settings: &super::settings::Settings,
        scope: Option<Arc<str>>,
    ) -> Result<Statement, Fault> {
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, whose, statement)) = rendered.as_ref()
            && *known == place
            && *whose == scope
        {
            return Ok(statement.clone());
        }
        let sql = self.sql(&catalog.catalog, place, settings)?;
        let mut types = self.types.to_vec();
        if self.takes_org() {
            types.resize(usize::from(self.plan().map_or(0, |plan| plan.params)), 0);
            types.push(INT8);
        }
        let statement =
            Statement { sql: sql.into(), types: types.into(), scope: scope.clone(), version: catalog.catalog.version };
        // RESET's text depends on the session's defaults, which never change.
        *rendered = Some((place, scope, statement.clone()));
        Ok(statement)
    }

    fn sql(
        &self,
        catalog: &Catalog,
        place: Option<(LeafNumber, OrgId)>,
        settings: &super::settings::Settings,
    ) -> Result<String, Fault> {
        let bug = || Fault::error(SqlState::INTERNAL_ERROR, "the statement cannot be written out");
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => run.template.render(catalog.naming(), place).ok_or_else(bug),
            Some(Action::Transaction(transaction)) => Ok(transaction.text.to_string()),
            Some(Action::Session(session)) => match session {
                Session::Set { name, value, local } => {
                    let value = value.as_deref().or_else(|| settings.default(name));
                    let verb = if *local { "SET LOCAL " } else { "SET " };
                    Ok(match value {
                        Some(value) => super::settings::set(name, value).replacen("SET ", verb, 1),
                        None => format!("{verb}{} = DEFAULT", super::settings::quoted(name)),
                    })
                }
                Session::Reset(name) => Ok(match settings.default(name) {
                    Some(value) => super::settings::set(name, value),
                    None => format!("RESET {}", super::settings::quoted(name)),
                }),
                Session::ResetAll => Ok("RESET ALL".to_owned()),
                Session::Show { name: _, text } => Ok(text.to_string()),
                Session::SetOrg(_)
                | Session::SetAlready
                | Session::DiscardAll
                | Session::Listen(_)
                | Session::Unlisten(_)
                | Session::Deallocate(_) => Err(bug()),
            },
            Some(Action::Empty) | None => Err(bug()),
        }
    }

    /// The client's character number for a position in the physical text.
    pub(super) fn position(&self, catalog: &Catalog, place: Option<(LeafNumber, OrgId)>, position: u32) -> Option<u32> {
        match self.plan().map(|plan| &plan.action) {
            Some(Action::Run(run)) => {
                let position = run.template.client_position(catalog.naming(), place, position)?;
                Some(self.lifted.as_ref().map_or(position, |lifted| lifted.client_position(position)))
            }
            Some(Action::Transaction(_) | Action::Session(_) | Action::Empty) | None => None,
        }
    }
}

/// `bigint`'s OID.
const INT8: u32 = 20;
