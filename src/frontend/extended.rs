//! The extended protocol: Parse, Bind, Describe, Execute, Close.

use std::sync::Arc;

use super::fault::Fault;
use super::sequences::Drawn;
use super::session::{CopyIn, Expect, Session, notice_of};
use super::settle::Hindrance;
use super::statement::{ClientStatement, Reads, Way};
use crate::catalog::Isolation;
use crate::org::OrgId;
use crate::plan::{CompileOptions, Session as Command, Special};
use crate::sqlstate::SqlState;
use crate::upstream::{Lease, Prepared, Statement};
use crate::wire::bind::Bind;
use crate::wire::{Cursor, Frame, Malformed, reply, request};

/// Sets the org for this transaction: a leaf's default takes it for COPY FROM, and row-level security compares with it.
const SET_ORG: &str = "SELECT pg_catalog.set_config('orgfold.org_id', $1, true)";

/// The portal of orgfold's own statements.
const HIDDEN_PORTAL: &str = "orgfold_hidden";

/// What a Parse message says.
struct Parse {
    name: String,
    sql: String,
    types: Vec<u32>,
}

impl Parse {
    fn read(frame: &Frame) -> Result<Parse, Malformed> {
        let mut cursor = Cursor::new(frame.body());
        let (name, sql, count) = (cursor.text()?, cursor.text()?, cursor.count()?);
        // No more than the message has room for.
        let mut types = Vec::with_capacity(usize::from(count).min(cursor.left() / 4));
        for _ in 0..count {
            types.push(cursor.int()?.cast_unsigned());
        }
        cursor.end()?;
        Ok(Parse { name, sql, types })
    }
}

impl Session {
    pub(super) async fn parse(&mut self, frame: &Frame) -> Result<(), Hindrance> {
        let Parse { name, sql, types } = Parse::read(frame)?;
        self.say_cut_names(&sql);
        let statement = match self.prepare(sql.into(), types, !name.is_empty()) {
            Ok(statement) => statement,
            Err(fault) => {
                if name.is_empty() && self.expect.is_empty() {
                    self.statements.remove("");
                }
                return Err(fault.into());
            }
        };
        if self.status == b'E' && matches!(statement.way(), Way::Here(_)) {
            return Err(in_failed_transaction().into());
        }
        if !name.is_empty() && (self.statements.contains_key(name.as_str()) || self.prepared.contains_key(&*name)) {
            // What the shard has to say of the statement itself comes first.
            if self.expect.is_empty() && statement.way() == Way::Shard {
                self.ensure_lease().await?;
                self.prepared_name(&Arc::new(statement.unnamed()))?;
            }
            return Err(Fault::error(
                SqlState::DUPLICATE_PREPARED_STATEMENT,
                format!("prepared statement \"{name}\" already exists"),
            )
            .into());
        }
        if statement.way() == Way::Shard {
            self.ensure_lease().await?;
        }
        self.rename(&name, Some(Arc::clone(&statement)));
        if let Err(fault) = self.parse_on_shard(&name, &statement) {
            self.statements.remove(name.as_str());
            return Err(fault.into());
        }
        Ok(())
    }

    /// Compiles one statement.
    fn prepare(&self, text: Arc<str>, types: Vec<u32>, named: bool) -> Result<Arc<ClientStatement>, Fault> {
        let catalog = self.compile_catalog()?;
        let declared_params = u16::try_from(types.len()).unwrap_or(u16::MAX);
        let plans = self.engine.compile(&catalog, &text, CompileOptions { declared_params });
        let plans = plans.or_else(|refusal| self.definitions(&catalog, &text, refusal));
        let plans = plans.map_err(|error| self.if_failed(error.into()))?;
        if plans.len() > 1 {
            return Err(Fault::error(
                SqlState::SYNTAX_ERROR,
                "cannot insert multiple commands into a prepared statement",
            ));
        }
        let statement = Arc::new(ClientStatement::new(text, types, plans, 0, catalog.id, named));
        match statement.special() {
            Special::No
            | Special::Explain
            | Special::Set { .. }
            | Special::Truncate(_)
            | Special::Freeze(_)
            | Special::Define(_) => {}
            Special::Prepare(_) | Special::Execute(_) => {
                return Err(Fault::error(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    "PREPARE and EXECUTE in the extended protocol are not supported by orgfold",
                )
                .hint("use the protocol's own prepared statements, or send it as a simple query"));
            }
        }
        self.check_org(&statement)?;
        Ok(statement)
    }

    /// Org data needs an org.
    pub(super) fn check_org(&self, statement: &ClientStatement) -> Result<(), Fault> {
        if statement.needs_org() && self.org.is_none() {
            return Err(Fault::error(SqlState::INVALID_AUTHORIZATION, "no org is set")
                .hint("connect to the org's name as the database, or SET orgfold.org = '...'"));
        }
        Ok(())
    }

    /// The shard reads a statement at Parse, so that its faults come there.
    fn parse_on_shard(&mut self, name: &str, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        if statement.way() != Way::Shard {
            self.say(|out| reply::bare(b'1', out));
            return Ok(());
        }
        let physical = self.physical(statement)?;
        let shown = Expect::Parse { shown: true, name: Some(name.into()), statement: Arc::clone(statement) };
        if !self.prepare_on_backend(&physical, statement.named, shown)?.is_new {
            // The shard, which would say so, is not asked.
            if self.status == b'E' && !(statement.transaction().is_some() && statement.ends_setting()) {
                return Err(in_failed_transaction());
            }
            self.say(|out| reply::bare(b'1', out));
        } else {
            self.unproven.insert(name.into(), self.groups);
        }
        Ok(())
    }

    pub(super) fn physical(&self, statement: &ClientStatement) -> Result<Statement, Fault> {
        let Some(catalog) = &self.catalog else {
            return Err(Fault::error(SqlState::INTERNAL_ERROR, "no shard is leased"));
        };
        statement.physical(catalog, self.place, &self.settings, self.scope(statement))
    }

    /// With whom a statement that is prepared under a name is shared: with those who read its strings as it does.
    fn scope(&self, statement: &ClientStatement) -> Option<Arc<str>> {
        if !statement.named {
            return None;
        }
        match statement.reads() {
            Reads::Nothing => None,
            Reads::Moments(number) => Some(format!("statement {number}").into()),
            Reads::Strings => {
                // What is not answered yet may change a setting.
                let sets = |expect: &Expect| match expect {
                    Expect::Execute { statement, .. } => {
                        statement.session().is_some()
                            || statement.transaction().is_some()
                            || matches!(statement.special(), Special::Set { .. })
                    }
                    _other => false,
                };
                if self.expect.iter().any(sets) {
                    return Some(format!("session {} {}", self.key.pid, self.groups).into());
                }
                self.settings.reading()
            }
        }
    }

    /// Prepares on the backend what it has not got; `expect` is queued for the answer to a Parse.
    fn prepare_on_backend(&mut self, physical: &Statement, named: bool, expect: Expect) -> Result<Prepared, Fault> {
        let Some(backend) = self.lease.as_mut().and_then(Lease::backend) else {
            return Err(Fault::error(SqlState::INTERNAL_ERROR, "no shard is leased"));
        };
        let prepared = backend.prepare(physical, named);
        if !prepared.is_new {
            return Ok(prepared);
        }
        self.expect.push_back(expect);
        self.group_open = true;
        while let Some(surplus) = backend.surplus() {
            request::close(b'S', &surplus, &mut backend.channel().output);
            self.expect.push_back(Expect::Close { shown: false });
        }
        Ok(prepared)
    }

    /// The name under which a statement is prepared on the backend, preparing it first if need be.
    pub(super) fn prepared_name(&mut self, statement: &Arc<ClientStatement>) -> Result<Arc<str>, Fault> {
        let key = statement.key(self.place);
        if let Some(key) = &key
            && let Some(name) = self.backend().and_then(|backend| backend.known(key))
        {
            return Ok(name);
        }
        let physical = self.numbered(statement)?;
        let name = self.hidden_name(&physical, statement.named, statement)?;
        if let Some(key) = key
            && let Some(backend) = self.backend()
        {
            backend.learn(key, &physical);
        }
        Ok(name)
    }

    fn hidden_name(
        &mut self,
        physical: &Statement,
        named: bool,
        whose: &Arc<ClientStatement>,
    ) -> Result<Arc<str>, Fault> {
        let hidden = Expect::Parse { shown: false, name: None, statement: Arc::clone(whose) };
        Ok(self.prepare_on_backend(physical, named, hidden)?.name)
    }

    /// A statement by the client's name, compiled anew when the catalog has changed since.
    fn statement(&mut self, name: &str) -> Result<Arc<ClientStatement>, Hindrance> {
        if self.is_doubtful(name) {
            return Err(Hindrance::Early);
        }
        let Some(statement) = self.statements.get(name).cloned() else {
            let what = if name.is_empty() {
                "unnamed prepared statement".to_owned()
            } else {
                format!("prepared statement \"{name}\"")
            };
            return Err(Fault::error(SqlState::INVALID_STATEMENT_NAME, format!("{what} does not exist")).into());
        };
        let catalog = self.compile_catalog()?;
        if statement.catalog == catalog.id {
            self.check_org(&statement)?;
            return Ok(statement);
        }
        let renewed = self.prepare(Arc::clone(&statement.text), statement.types().to_vec(), statement.named)?;
        self.statements.insert(name.into(), Arc::clone(&renewed));
        Ok(renewed)
    }

    pub(super) async fn bind(&mut self, frame: &Frame) -> Result<(), Hindrance> {
        let bind = Bind::parse(frame.body())?;
        let mut statement = self.statement(&bind.statement)?;
        if statement.way() == Way::Shard {
            self.ensure_lease().await?;
            // The lease may have brought a newer catalog.
            statement = self.statement(&bind.statement)?;
        }
        if bind.format_count() > 1 && bind.format_count() != usize::from(bind.count()) {
            let (formats, values) = (bind.format_count(), bind.count());
            let message = format!("bind message has {formats} parameter formats but {values} parameters");
            return Err(Fault::error(SqlState::PROTOCOL_VIOLATION, message).into());
        }
        let wanted = statement.plan().map_or(0, |plan| plan.params);
        if bind.count() != wanted {
            return Err(Fault::error(
                SqlState::PROTOCOL_VIOLATION,
                format!(
                    "bind message supplies {} parameters, but prepared statement \"{}\" requires {wanted}",
                    bind.count(),
                    bind.statement
                ),
            )
            .into());
        }
        if !bind.portal.is_empty() && self.portals.contains_key(bind.portal.as_str()) {
            return Err(
                Fault::error(SqlState::DUPLICATE_CURSOR, format!("cursor \"{}\" already exists", bind.portal)).into()
            );
        }
        if statement.way() == Way::Shard {
            self.set_org_for_walls(&statement)?;
            self.own_sequences(&statement)?;
            self.say_who(&statement)?;
            let name = self.prepared_name(&statement)?;
            let org = self.place.filter(|_| statement.takes_org()).map(|(_, org)| org.get());
            if statement.takes_org() && org.is_none() {
                return Err(Fault::error(SqlState::INTERNAL_ERROR, "an org's statement without an org").into());
            }
            if let Some(backend) = self.backend() {
                bind.write(&name, org, &mut backend.channel().output);
            }
            let portal = Some(bind.portal.as_str().into());
            self.expect.push_back(Expect::Bind { shown: true, portal, statement: Some(Arc::clone(&statement)) });
            self.group_open = true;
        } else if self.status == b'E' {
            return Err(in_failed_transaction().into());
        } else if !self.expect.is_empty() {
            return Err(Hindrance::Early);
        } else {
            self.say(|out| reply::bare(b'2', out));
        }
        self.portals.insert(bind.portal.as_str().into(), (self.groups, statement));
        Ok(())
    }

    pub(super) async fn describe(&mut self, frame: &Frame) -> Result<(), Hindrance> {
        let mut cursor = Cursor::new(frame.body());
        let (kind, name) = (cursor.byte()?, cursor.text()?);
        cursor.end()?;
        match kind {
            b'S' => self.describe_statement(&name).await,
            b'P' => Ok(self.describe_portal(&name)?),
            other => Err(no_subtype("DESCRIBE", other)),
        }
    }

    async fn describe_statement(&mut self, name: &str) -> Result<(), Hindrance> {
        let mut statement = self.statement(name)?;
        match statement.way() {
            Way::Shard => {
                self.ensure_lease().await?;
                statement = self.statement(name)?;
                let prepared = self.prepared_name(&statement)?;
                if let Some(backend) = self.backend() {
                    request::describe(b'S', &prepared, &mut backend.channel().output);
                }
                let hides_last = statement.takes_org();
                self.expect.push_back(Expect::DescribeStatement { hides_last, statement });
                self.group_open = true;
            }
            Way::Empty | Way::Here(_) => {
                let shows = shows_org(&statement);
                self.say(|out| {
                    reply::no_parameters(out);
                    describe_here(shows, out);
                });
            }
        }
        Ok(())
    }

    fn describe_portal(&mut self, name: &str) -> Result<(), Fault> {
        // One that is not known here may be a cursor that DECLARE made: the shard knows.
        let statement = if self.may_be_cursor(name) { None } else { Some(self.portal(name)?) };
        let here = statement.filter(|statement| statement.way() != Way::Shard);
        if let Some(statement) = here {
            let shows = shows_org(&statement);
            self.say(|out| describe_here(shows, out));
        } else {
            if let Some(backend) = self.backend() {
                request::describe(b'P', name, &mut backend.channel().output);
            }
            self.expect.push_back(Expect::DescribePortal { simple: false, late: false });
            self.group_open = true;
        }
        Ok(())
    }

    fn may_be_cursor(&self, name: &str) -> bool {
        self.lease.is_some() && !name.is_empty() && name != HIDDEN_PORTAL && !self.portals.contains_key(name)
    }

    fn portal(&self, name: &str) -> Result<Arc<ClientStatement>, Fault> {
        let found = self.portals.get(name).map(|(_, statement)| Arc::clone(statement));
        found.ok_or_else(|| Fault::error(SqlState::INVALID_CURSOR_NAME, format!("portal \"{name}\" does not exist")))
    }

    pub(super) async fn execute(&mut self, frame: &Frame) -> Result<(), Hindrance> {
        let mut cursor = Cursor::new(frame.body());
        let (name, max_rows) = (cursor.text()?, cursor.int()?);
        cursor.end()?;
        let statement = self.portal(&name)?;
        match statement.way() {
            Way::Empty => self.say(|out| reply::bare(b'I', out)),
            // What comes before may fail, and then this is never done.
            Way::Here(_) if !self.expect.is_empty() => return Err(Hindrance::Early),
            Way::Here(_) if self.status == b'E' => return Err(in_failed_transaction().into()),
            Way::Here(command) => {
                if !self.listens(command).await? {
                    self.command(command, true)?;
                }
            }
            Way::Shard => self.execute_on_shard(&name, max_rows, &statement, false)?,
        }
        Ok(())
    }

    /// Sends Execute; for COPY FROM, the org goes before it.
    pub(super) fn execute_on_shard(
        &mut self,
        portal: &str,
        max_rows: i32,
        statement: &Arc<ClientStatement>,
        simple: bool,
    ) -> Result<(), Fault> {
        self.freezes(statement)?;
        if statement.copies_in() {
            self.set_org(statement)?;
            self.copy = CopyIn::Asked;
        } else {
            // The portal may be older than the setting.
            self.set_org_for_walls(statement)?;
        }
        self.before_definition(statement)?;
        if statement.ends_setting() {
            self.org_set = false;
            self.in_block = false;
        }
        for table in statement.cascaded() {
            let notice = format!("truncate cascades to table \"{table}\"");
            self.say(|out| notice_of("00000", notice, out));
        }
        let Some(backend) = self.backend() else {
            return Err(Fault::error(SqlState::INTERNAL_ERROR, "no shard is leased"));
        };
        request::execute(portal, max_rows, &mut backend.channel().output);
        if self.is_told_of() {
            self.last = Some(Arc::clone(statement));
        }
        self.expect.push_back(Expect::Execute { statement: Arc::clone(statement), simple });
        self.group_open = true;
        Ok(())
    }

    /// COPY may freeze only what its transaction has truncated. A savepoint between them is not looked at.
    fn freezes(&mut self, statement: &ClientStatement) -> Result<(), Fault> {
        match statement.special() {
            Special::Truncate(tables) => self.truncated.extend(tables.iter().cloned()),
            Special::Freeze(table) if !self.truncated.contains(table) => {
                let message = "cannot perform COPY FREEZE because the table was not created or truncated in the \
                               current subtransaction";
                return Err(Fault::error(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message));
            }
            Special::Freeze(_)
            | Special::No
            | Special::Explain
            | Special::Set { .. }
            | Special::Define(_)
            | Special::Prepare(_)
            | Special::Execute(_) => {}
        }
        Ok(())
    }

    /// Where row-level security stands, and where objects are to be described, the org goes before the first statement on its data in each transaction: the
    /// server plans at Bind, and reads the setting then. Between two Syncs it is one transaction unless a statement
    /// ends it; past a Sync nothing is assumed.
    pub(super) fn set_org_for_walls(&mut self, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        let walls = self.catalog.as_ref().is_some_and(|known| known.catalog.isolation == Isolation::Rls);
        if self.org_set || !(walls && statement.needs_org() || statement.describes()) {
            return Ok(());
        }
        self.set_org(statement)?;
        self.org_set = true;
        Ok(())
    }

    /// Tells the server who asks, for this transaction, where the statement may show it: it knows orgfold's role and the
    /// shard's database.
    pub(super) fn say_who(&mut self, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        if !statement.asks_who() {
            return Ok(());
        }
        let literal = super::settings::literal;
        let mut sql = format!("SELECT pg_catalog.set_config('orgfold.role', {}, true)", literal(&self.role));
        if let Some(org) = &self.org {
            sql.push_str(&format!(", pg_catalog.set_config('orgfold.database', {}, true)", literal(org.slug.as_str())));
        }
        self.hidden(
            &Statement { sql: sql.into(), types: Arc::from([]), scope: None, version: 0 },
            true,
            None,
            statement,
        )
    }

    fn set_org(&mut self, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        let Some((_, org)) = self.place else {
            return Err(Fault::error(SqlState::INTERNAL_ERROR, "an org's statement without an org"));
        };
        let sql = match statement.records() {
            // Two numbers: there is nothing to quote.
            Some(records) => {
                format!("{SET_ORG}, pg_catalog.set_config('orgfold.object', '{}', true)", records.setting())
            }
            None => SET_ORG.to_owned(),
        };
        let set = Statement { sql: sql.into(), types: Arc::from([25]), scope: None, version: 0 };
        self.hidden(&set, true, Some(org), statement)
    }

    /// Runs something whose answer the client does not see, before or after its statement. The org's id is the only
    /// parameter, as text, of what takes one.
    pub(super) fn hidden(
        &mut self,
        physical: &Statement,
        named: bool,
        org: Option<OrgId>,
        statement: &Arc<ClientStatement>,
    ) -> Result<(), Fault> {
        let name = self.hidden_name(physical, named, statement)?;
        let Some(backend) = self.backend() else {
            return Err(Fault::error(SqlState::INTERNAL_ERROR, "no shard is leased"));
        };
        let mut bind = Bind::plain();
        HIDDEN_PORTAL.clone_into(&mut bind.portal);
        let out = &mut backend.channel().output;
        bind.write(&name, org.map(OrgId::get), out);
        request::execute(HIDDEN_PORTAL, 0, out);
        request::close(b'P', HIDDEN_PORTAL, out);
        self.expect.push_back(Expect::Bind { shown: false, portal: None, statement: None });
        self.expect.push_back(Expect::ExecuteHidden);
        self.expect.push_back(Expect::Close { shown: false });
        self.group_open = true;
        Ok(())
    }

    pub(super) fn close(&mut self, frame: &Frame) -> Result<(), Hindrance> {
        let mut cursor = Cursor::new(frame.body());
        let (kind, name) = (cursor.byte()?, cursor.text()?);
        cursor.end()?;
        match kind {
            // What SQL prepared is not put back when something fails: so nothing may be outstanding.
            b'S' if self.prepared.contains_key(&*name) && !self.expect.is_empty() => return Err(Hindrance::Early),
            // The backends keep it: another may use it again.
            b'S' => {
                self.prepared.remove(&*name);
                self.rename(&name, None);
                self.say(|out| reply::bare(b'3', out));
            }
            b'P' => {
                let may_be_cursor = self.may_be_cursor(&name);
                let known = self.portals.remove(name.as_str());
                let on_shard = may_be_cursor || known.is_some_and(|(_, portal)| portal.way() == Way::Shard);
                match self.backend() {
                    Some(backend) if on_shard => {
                        request::close(b'P', &name, &mut backend.channel().output);
                        self.expect.push_back(Expect::Close { shown: true });
                        self.group_open = true;
                    }
                    Some(_) | None => self.say(|out| reply::bare(b'3', out)),
                }
            }
            other => return Err(no_subtype("CLOSE", other)),
        }
        Ok(())
    }

    /// A command that the session carries out itself. `alone` says that no other statement shares its text.
    pub(super) fn command(&mut self, command: &Command, alone: bool) -> Result<(), Fault> {
        let tag = match command {
            Command::SetOrg(slug) => {
                let busy = self.status != b'I' || self.group_open || !self.expect.is_empty();
                if busy {
                    return Err(Fault::error(
                        SqlState::ACTIVE_TRANSACTION,
                        "orgfold.org cannot be changed inside a transaction",
                    ));
                }
                if !alone {
                    return Err(Fault::error(
                        SqlState::FEATURE_NOT_SUPPORTED,
                        "SET orgfold.org must be a query of its own",
                    ));
                }
                self.org = match slug {
                    None => None,
                    Some(slug) => {
                        self.caller.may_change_to(slug, self.proven)?;
                        Some(super::handshake::allowed_org(&self.engine, &self.role, slug)?)
                    }
                };
                // What was prepared for one org is not for another, nor what it listens to.
                self.ear = None;
                self.heard.clear();
                self.drawn = Drawn::default();
                self.prepared.clear();
                self.statements.clear();
                self.portals.clear();
                "SET"
            }
            Command::SetAlready => "SET",
            Command::DiscardAll => {
                if self.status != b'I' || self.group_open {
                    return Err(Fault::error(
                        SqlState::ACTIVE_TRANSACTION,
                        "DISCARD ALL cannot run inside a transaction block",
                    ));
                }
                self.ear = None;
                self.heard.clear();
                self.prepared.clear();
                self.statements.clear();
                self.portals.clear();
                self.drawn = Drawn::default();
                self.settings.reset_all();
                self.settings.commit();
                "DISCARD ALL"
            }
            Command::Deallocate(None) => {
                self.prepared.clear();
                self.statements.clear();
                "DEALLOCATE ALL"
            }
            Command::Deallocate(Some(name)) => {
                if self.prepared.remove(&**name).is_none() && self.statements.remove(&**name).is_none() {
                    return Err(Fault::error(
                        SqlState::INVALID_STATEMENT_NAME,
                        format!("prepared statement \"{name}\" does not exist"),
                    ));
                }
                "DEALLOCATE"
            }
            Command::Show { name: _, text: _ } => {
                let org = self.org.as_ref().map_or_else(String::new, |org| org.slug.as_str().to_owned());
                self.say(|out| reply::one_text_row(&org, out));
                "SHOW"
            }
            Command::Listen(_) | Command::Unlisten(_) | Command::Set { .. } | Command::Reset(_) | Command::ResetAll => {
                return Err(Fault::error(SqlState::INTERNAL_ERROR, "a shard's command in the session"));
            }
        };
        self.say(|out| reply::command_complete(tag, out));
        Ok(())
    }
}

fn no_subtype(message: &str, subtype: u8) -> Hindrance {
    let message = format!("invalid {message} message subtype {subtype}");
    Fault::error(SqlState::PROTOCOL_VIOLATION, message).into()
}

pub(super) fn in_failed_transaction() -> Fault {
    Fault::error(
        SqlState::IN_FAILED_TRANSACTION,
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

pub(super) fn shows_org(statement: &ClientStatement) -> bool {
    matches!(statement.session(), Some(Command::Show { .. }))
}

pub(super) fn describe_here(shows_org: bool, out: &mut bytes::BytesMut) {
    if shows_org {
        reply::one_text_column("orgfold.org", out);
    } else {
        reply::bare(b'n', out);
    }
}
