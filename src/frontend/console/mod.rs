//! The operators' console: the database `orgfold` of the proxy, for the roles that the config names.
//!
//! In: an authenticated connection. Out: tables of what is going on, and commands carried out. It speaks the simple
//! protocol, and as much of the extended one as drivers need for texts without parameters. What is absent: SQL.

mod command;
mod show;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::BytesMut;

use super::Front;
use super::fault::Fault;
use crate::sqlstate::SqlState;
use crate::upstream::Channel;
use crate::wire::{Cursor, Frame, Malformed, next_frame, reply};
use command::Command;
use show::Table;

/// The database's name, which no org can have.
pub(super) const DATABASE: &str = "orgfold";

/// The longest message to the console.
const MAX_FRAME_BYTES: usize = 64 * 1024;

/// An operator's connection.
pub(super) struct Console {
    front: Arc<Front>,
    role: Box<str>,
    pub(super) client: Channel,
    statements: HashMap<String, Command>,
    /// With the formats of their results.
    portals: HashMap<String, (Command, Vec<i16>)>,
    skipping: bool,
}

/// The formats of the results in the rest of a Bind message, which may have no parameters.
fn formats(cursor: &mut Cursor) -> Result<Vec<i16>, Malformed> {
    for _ in 0..cursor.count()? {
        cursor.count()?;
    }
    if cursor.count()? > 0 {
        return Err(Malformed("the console takes no parameters"));
    }
    let count = cursor.count()?;
    (0..count).map(|_| Ok(cursor.count()?.cast_signed())).collect()
}

/// What a command gave.
struct Answer {
    table: Option<Table>,
    tag: String,
}

impl Console {
    /// A console on an authenticated connection; greets the client.
    pub(super) fn new(front: Arc<Front>, role: &str, mut client: Channel) -> Console {
        let parameters = [
            ("server_version", concat!(env!("CARGO_PKG_VERSION"), " (orgfold)")),
            ("client_encoding", "UTF8"),
            ("server_encoding", "UTF8"),
            ("DateStyle", "ISO, MDY"),
            ("integer_datetimes", "on"),
            ("standard_conforming_strings", "on"),
            ("TimeZone", "Etc/UTC"),
        ];
        for (name, value) in parameters {
            reply::parameter_status(name, value, &mut client.output);
        }
        reply::backend_key_data(0, &[0; 4], &mut client.output);
        reply::ready_for_query(b'I', &mut client.output);
        Console {
            front,
            role: role.into(),
            client,
            statements: HashMap::new(),
            portals: HashMap::new(),
            skipping: false,
        }
    }

    /// Serves until the operator leaves, or the proxy has drained.
    pub(super) async fn run(mut self, mut stopped: tokio::sync::watch::Receiver<bool>) {
        loop {
            if self.client.flush().await.is_err() {
                return;
            }
            match next_frame(&mut self.client.input, MAX_FRAME_BYTES) {
                Ok(Some(frame)) if frame.tag == b'X' => return,
                Ok(Some(frame)) => {
                    if let Err(Malformed(what)) = self.frame(&frame).await {
                        let fault = Fault::fatal(SqlState::PROTOCOL_VIOLATION, what);
                        self.client.output.extend_from_slice(&fault.bytes());
                        let _ = self.client.flush().await;
                        return;
                    }
                }
                Ok(None) => {
                    tokio::select! {
                        filled = self.client.fill() => if filled.is_err() { return },
                        changed = stopped.changed() => if changed.is_err() || *stopped.borrow() { return },
                    }
                }
                Err(_) => return,
            }
        }
    }

    async fn frame(&mut self, frame: &Frame) -> Result<(), Malformed> {
        let mut cursor = Cursor::new(frame.body());
        match frame.tag {
            b'Q' => {
                let text = cursor.text()?;
                self.query(&text).await;
                reply::ready_for_query(b'I', &mut self.client.output);
                return Ok(());
            }
            b'S' => {
                self.skipping = false;
                reply::ready_for_query(b'I', &mut self.client.output);
                return Ok(());
            }
            _other if self.skipping => return Ok(()),
            _other => {}
        }
        let done = match frame.tag {
            b'P' => {
                let (name, text) = (cursor.text()?, cursor.text()?);
                Command::parse(&text).map(|command| {
                    self.statements.insert(name, command);
                    reply::bare(b'1', &mut self.client.output);
                })
            }
            b'B' => {
                let (portal, name) = (cursor.text()?, cursor.text()?);
                let formats = formats(&mut cursor)?;
                self.statement(&name).map(|command| {
                    self.portals.insert(portal, (command, formats));
                    reply::bare(b'2', &mut self.client.output);
                })
            }
            b'D' => {
                let (kind, name) = (cursor.byte()?, cursor.text()?);
                let command = if kind == b'S' {
                    self.statement(&name).map(|command| (command, Vec::new()))
                } else {
                    self.portal(&name)
                };
                command.map(|(command, formats)| {
                    let out = &mut self.client.output;
                    if kind == b'S' {
                        reply::no_parameters(out);
                    }
                    match show::columns(&command) {
                        Some(columns) => reply::columns(columns, &formats, out),
                        None => reply::bare(b'n', out),
                    }
                })
            }
            b'E' => {
                let name = cursor.text()?;
                match self.portal(&name) {
                    Ok((command, formats)) => self.carry_out(&command, Some(formats)).await,
                    Err(fault) => Err(fault),
                }
            }
            b'C' => {
                let (kind, name) = (cursor.byte()?, cursor.text()?);
                if kind == b'S' {
                    self.statements.remove(&name);
                } else {
                    self.portals.remove(&name);
                }
                reply::bare(b'3', &mut self.client.output);
                Ok(())
            }
            b'H' => Ok(()),
            _unknown => return Err(Malformed("the console does not know this message")),
        };
        if let Err(fault) = done {
            self.client.output.extend_from_slice(&fault.bytes());
            self.skipping = true;
        }
        Ok(())
    }

    fn statement(&self, name: &str) -> Result<Command, Fault> {
        let found = self.statements.get(name).cloned();
        found.ok_or_else(|| Fault::error(SqlState::INVALID_STATEMENT_NAME, "prepared statement does not exist"))
    }

    fn portal(&self, name: &str) -> Result<(Command, Vec<i16>), Fault> {
        let found = self.portals.get(name).cloned();
        found.ok_or_else(|| Fault::error(SqlState::INVALID_CURSOR_NAME, "portal does not exist"))
    }

    /// A simple query: commands with `;` between.
    async fn query(&mut self, text: &str) {
        let texts: Vec<&str> = text.split(';').map(str::trim).filter(|text| !text.is_empty()).collect();
        if texts.is_empty() {
            reply::bare(b'I', &mut self.client.output);
        }
        for text in texts {
            let done = match Command::parse(text) {
                Ok(command) => self.carry_out(&command, None).await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = done {
                self.client.output.extend_from_slice(&fault.bytes());
                return;
            }
        }
    }

    /// Carries a command out and answers: in these formats, or as text under its columns.
    async fn carry_out(&mut self, command: &Command, formats: Option<Vec<i16>>) -> Result<(), Fault> {
        // Who was an operator when it connected may be one no more.
        if !self.front.limits.get().admins.iter().any(|admin| **admin == *self.role) {
            let message = format!("role \"{}\" is no operator any more", self.role);
            return Err(Fault::error(SqlState::INSUFFICIENT_PRIVILEGE, message));
        }
        let Answer { table, tag } = command.carry_out(&self.front, &mut self.client).await?;
        let mut out = BytesMut::new();
        if let Some(table) = &table {
            if formats.is_none() {
                reply::columns(table.columns, &[], &mut out);
            }
            let formats = formats.unwrap_or_default();
            for row in &table.rows {
                reply::row(row, table.columns, &formats, &mut out);
            }
        }
        reply::command_complete(&tag, &mut out);
        self.client.output.extend_from_slice(&out);
        Ok(())
    }
}
