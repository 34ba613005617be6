//! `orgfold rewrite`: what a statement becomes, for people and for programs that check the rewriter from outside.
//!
//! In: SQL, an org, and either a directory or an exported catalog. Out: shard, leaf, access and physical SQL, or the
//! refusal exactly as a client would get it. With `--json`, one JSON string a line in, one JSON object a line out.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::export::{Export, Target};
use super::{Fault, output};
use crate::config::Config;
use crate::plan::{Access, Action, CompileOptions, Plan, PlanError, Session, compile};

#[derive(Debug, Args)]
pub(super) struct Command {
    /// The org that asks
    #[arg(long, value_name = "SLUG")]
    org: String,
    /// The SQL; without it, standard input is read
    #[arg(short = 'c', long = "command", value_name = "SQL", conflicts_with = "json")]
    sql: Option<String>,
    /// A file that `orgfold catalog export` made: then no server is needed
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// Read one JSON string (a statement) a line, write one JSON object a line
    #[arg(long)]
    json: bool,
}

/// One statement's outcome.
#[derive(Debug, Serialize)]
struct Statement {
    sql: String,
    shard: Option<String>,
    leaf: Option<u16>,
    access: &'static str,
    /// The number of the parameter that carries the org's id, after the client's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    org_param: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Done {
    ok: bool,
    statements: Vec<Statement>,
}

#[derive(Debug, Serialize)]
struct Refused<'a> {
    ok: bool,
    sqlstate: &'a str,
    message: &'a str,
    position: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

pub(super) async fn run(command: Command, config: impl FnOnce() -> Result<Config, Fault>) -> Result<(), Fault> {
    let export = match &command.catalog {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Fault::new(format!("cannot read {}: {error}", path.display())))?;
            Export::from_json(&text)?
        }
        None => Export::read(&config()?, None).await?,
    };
    let target = export.target(&command.org)?;
    if command.json {
        return lines(&target);
    }
    let sql = match command.sql {
        Some(sql) => sql,
        None => std::io::read_to_string(std::io::stdin())
            .map_err(|error| Fault::new(format!("cannot read standard input: {error}")))?,
    };
    match rewrite(&target, &sql) {
        Ok(statements) => statements.iter().try_for_each(|statement| output::line(&shown(statement))),
        Err(error) => {
            let place = error.position.map(|at| format!(" at character {at}")).unwrap_or_default();
            let fault = Fault::new(format!("{} {}{place}", error.sqlstate, error.message));
            Err(match error.hint {
                Some(hint) => fault.hint(hint),
                None => fault,
            })
        }
    }
}

fn shown(statement: &Statement) -> String {
    let leaf = statement.leaf.map_or_else(|| "-".to_owned(), |leaf| leaf.to_string());
    let shard = statement.shard.as_deref().unwrap_or("any");
    let param = statement.org_param.map(|number| format!("  (${number} is the org's id)")).unwrap_or_default();
    format!("shard {shard}, leaf {leaf}, {}\n  {}{param}", statement.access, statement.sql)
}

fn rewrite(target: &Target, sql: &str) -> Result<Vec<Statement>, PlanError> {
    let plans = compile(&target.catalog, sql, CompileOptions { declared_params: 0 })?;
    plans.iter().filter(|plan| !matches!(plan.action, Action::Empty)).map(|plan| statement(target, plan)).collect()
}

fn statement(target: &Target, plan: &Plan) -> Result<Statement, PlanError> {
    let session = |sql: String| Statement { sql, shard: None, leaf: None, access: "session", org_param: None };
    Ok(match &plan.action {
        Action::Empty => session(String::new()),
        Action::Transaction(transaction) => session(transaction.text.to_string()),
        Action::Session(command) => session(session_text(command)),
        Action::Run(run) => {
            let place = (target.place.leaf(), target.place.org());
            let sql = run
                .template
                .render(target.catalog.naming(), Some(place))
                .ok_or_else(|| PlanError::internal("the physical statement cannot be written out"))?;
            Statement {
                sql,
                shard: run.needs_org.then(|| target.shard.clone()),
                leaf: run.needs_org.then(|| target.place.leaf().get()),
                access: match run.access {
                    Access::Read => "read",
                    Access::Write => "write",
                    Access::Session => "session",
                },
                org_param: run.org_param.then(|| u32::from(plan.params) + 1),
            }
        }
    })
}

fn session_text(command: &Session) -> String {
    let value = |value: &Option<Box<str>>| {
        value.as_deref().map_or_else(|| "DEFAULT".to_owned(), |value| format!("'{}'", value.replace('\'', "''")))
    };
    match command {
        Session::SetOrg(org) => format!("SET orgfold.org = {}", value(org)),
        Session::Set { name, value: to, local } => {
            format!("SET {}{name} = {}", if *local { "LOCAL " } else { "" }, value(to))
        }
        Session::SetAlready => "SET".to_owned(),
        Session::Show { name: _, text } => text.to_string(),
        Session::Reset(name) => format!("RESET {name}"),
        Session::ResetAll => "RESET ALL".to_owned(),
        Session::DiscardAll => "DISCARD ALL".to_owned(),
        Session::Listen(channel) => format!("LISTEN \"{}\"", channel.replace('"', "\"\"")),
        Session::Unlisten(None) => "UNLISTEN *".to_owned(),
        Session::Unlisten(Some(channel)) => format!("UNLISTEN \"{}\"", channel.replace('"', "\"\"")),
        Session::Deallocate(None) => "DEALLOCATE ALL".to_owned(),
        Session::Deallocate(Some(name)) => format!("DEALLOCATE \"{}\"", name.replace('"', "\"\"")),
    }
}

/// One JSON string a line in, one JSON object a line out, in the same order.
fn lines(target: &Target) -> Result<(), Fault> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let broken = |error: std::io::Error| Fault::new(format!("cannot write to standard output: {error}"));
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Fault::new(format!("cannot read standard input: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let written = match serde_json::from_str::<String>(&line) {
            Ok(sql) => match rewrite(target, &sql) {
                Ok(statements) => serde_json::to_writer(&mut out, &Done { ok: true, statements }),
                Err(error) => serde_json::to_writer(
                    &mut out,
                    &Refused {
                        ok: false,
                        sqlstate: error.sqlstate.code(),
                        message: &error.message,
                        position: error.position,
                        detail: error.detail.as_deref(),
                        hint: error.hint.as_deref(),
                    },
                ),
            },
            Err(error) => serde_json::to_writer(
                &mut out,
                &Refused {
                    ok: false,
                    sqlstate: "08P01",
                    message: &format!("the line is not a JSON string: {error}"),
                    position: None,
                    detail: None,
                    hint: None,
                },
            ),
        };
        written.map_err(|error| broken(error.into()))?;
        out.write_all(b"\n").map_err(broken)?;
    }
    out.flush().map_err(broken)
}
