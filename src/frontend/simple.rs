//! The simple protocol: one text, any number of statements, in one implicit transaction.
//!
//! The whole text is compiled before anything is sent: if any of it is refused, none of it happens. Its statements then
//! go to the shard as extended messages with one Sync at the end, which is what PostgreSQL's implicit transaction is.

use std::collections::VecDeque;
use std::sync::Arc;

use super::extended::{describe_here, in_failed_transaction, shows_org};
use super::fault::{Fault, Severity};
use super::session::{CopyIn, End, Expect, Session, Simple};
use super::statement::{ClientStatement, Way};
use crate::plan::{CompileOptions, PlanError, Special, first_parameter};
use crate::sqlstate::SqlState;
use crate::wire::bind::Bind;
use crate::wire::{Cursor, Frame, reply, request};

impl Session {
    pub(super) async fn query(&mut self, frame: &Frame) -> Result<(), End> {
        let mut cursor = Cursor::new(frame.body());
        let read = cursor.text().and_then(|text| cursor.end().map(|()| text));
        self.statements.remove("");
        self.portals.remove("");
        let compiled = match read {
            Ok(text) => {
                self.say_cut_names(&text);
                self.compile_simple(text.into())
            }
            Err(malformed) => Err(Fault { severity: Severity::Error, ..malformed.into() }),
        };
        match compiled {
            Ok(statements) => {
                if let (Some(only), 1) = (statements.front(), statements.len())
                    && self.lone_query(only).await
                {
                    return Ok(());
                }
                self.simple = Some(Simple { statements });
                self.pump_simple().await
            }
            Err(fault) => {
                self.refuse(fault);
                self.sync();
                Ok(())
            }
        }
    }

    pub(super) fn compile_simple(&self, text: Arc<str>) -> Result<VecDeque<Arc<ClientStatement>>, Fault> {
        let catalog = self.compile_catalog()?;
        let compiled = if self.lift_literals {
            self.engine.compile_query(&catalog, &text)
        } else {
            let plans = self.engine.compile(&catalog, &text, CompileOptions { declared_params: 0 });
            plans.map(|plans| (plans, None))
        };
        let compiled = compiled.or_else(|refusal| Ok((self.definitions(&catalog, &text, refusal)?, None)));
        let (plans, mut lifted) = compiled.map_err(|error: PlanError| self.if_failed(error.into()))?;
        let mut known = catalog.id;
        let mut statements = VecDeque::with_capacity(plans.len());
        for (index, plan) in plans.iter().enumerate() {
            let (client, plans) = (Arc::clone(&text), Arc::clone(&plans));
            let statement = match lifted.take() {
                Some(lifted) => ClientStatement::lifted(client, lifted, plans, known),
                None if plan.params > 0 => {
                    let (name, position) = first_parameter(&text).unzip();
                    let message = format!("there is no parameter {}", name.as_deref().unwrap_or("$1"));
                    return Err(Fault { position, ..Fault::error(SqlState::UNDEFINED_PARAMETER, message) });
                }
                None => ClientStatement::new(client, Vec::new(), plans, index, known, false),
            };
            // What comes behind a definition was compiled for what it makes.
            if let Special::Define(defined) = statement.special() {
                known = defined.id;
            }
            self.check_org(&statement)?;
            statements.push_back(Arc::new(statement));
        }
        Ok(statements)
    }

    /// Sends the statements of a simple query, up to a COPY FROM that must first be fed; the Sync after the last.
    pub(super) async fn pump_simple(&mut self) -> Result<(), End> {
        let alone = self.simple.as_ref().is_some_and(|simple| simple.statements.len() == 1);
        while self.copy == CopyIn::No {
            // What the session does itself, it does when it is known that all before it went well.
            let next = self.simple.as_ref().and_then(|simple| simple.statements.front());
            let waits = next.is_some_and(|next| matches!(next.way(), Way::Here(_))) && !self.expect.is_empty();
            if waits || (next.is_some() && self.is_defining()) {
                self.hurry();
                return Ok(());
            }
            let Some(statement) = self.simple.as_mut().and_then(|simple| simple.statements.pop_front()) else {
                self.simple = None;
                self.sync();
                return Ok(());
            };
            if let Err(fault) = self.simple_statement(&statement, alone).await {
                self.simple = None;
                self.refuse(fault);
                self.sync();
                return Ok(());
            }
        }
        // The data comes next: the shard must say that it takes it.
        if let Some(backend) = self.backend() {
            request::flush(&mut backend.channel().output);
        }
        Ok(())
    }

    async fn simple_statement(&mut self, statement: &Arc<ClientStatement>, alone: bool) -> Result<(), Fault> {
        match statement.way() {
            Way::Empty => {
                self.say(|out| reply::bare(b'I', out));
                Ok(())
            }
            Way::Here(_) if self.status == b'E' => Err(in_failed_transaction()),
            Way::Here(command) => {
                if shows_org(statement) {
                    self.say(|out| describe_here(true, out));
                }
                if self.listens(command).await? { Ok(()) } else { self.command(command, alone) }
            }
            Way::Shard => {
                self.ensure_lease().await?;
                // Compiled for the catalog of a moment ago: the leased shard's must be the same.
                if self.catalog.as_ref().is_none_or(|catalog| catalog.id != statement.catalog) {
                    return Err(Fault::error(
                        SqlState::SERIALIZATION_FAILURE,
                        "the schema changed while the statement was prepared",
                    )
                    .hint("run it again"));
                }
                self.set_org_for_walls(statement)?;
                self.own_sequences(statement)?;
                self.say_who(statement)?;
                self.before(statement)?;
                let name = self.prepared_name(statement)?;
                let org = self.place.filter(|_| statement.takes_org()).map(|(_, org)| org.get());
                if statement.takes_org() && org.is_none() {
                    return Err(Fault::error(SqlState::INTERNAL_ERROR, "an org's statement without an org"));
                }
                if let Some(backend) = self.backend() {
                    let out = &mut backend.channel().output;
                    Bind::of_texts(statement.values()).write(&name, org, out);
                    request::describe(b'P', "", out);
                }
                let bound = Some(Arc::clone(statement));
                self.expect.push_back(Expect::Bind { shown: false, portal: None, statement: bound });
                self.expect.push_back(Expect::DescribePortal { simple: true, late: statement.runs_first() });
                self.group_open = true;
                self.execute_on_shard("", 0, statement, true)?;
                self.after(statement)
            }
        }
    }
}
