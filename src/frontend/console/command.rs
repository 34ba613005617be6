//! The console's commands.

use std::time::Duration;

use super::show::{self, What};
use super::{Answer, Channel, Fault, Front};
use crate::frontend::gate::Stop;
use crate::sqlstate::SqlState;

/// How often it is looked whether what was paused has come to rest.
const LOOK: Duration = Duration::from_millis(10);

/// What an operator can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Show(What),
    Pause(Scope),
    Resume(Scope),
    KillClient(u64),
    KillOrg(String),
    Reload,
    Drain,
    /// What drivers say around commands: answered with this tag, nothing done.
    Nothing(&'static str),
}

/// What is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    All,
    Org(String),
    Shard(String),
}

impl Command {
    /// Reads one command.
    pub(super) fn parse(text: &str) -> Result<Command, Fault> {
        let text = text.trim().trim_end_matches(';').trim();
        let words: Vec<&str> = text.split_whitespace().collect();
        let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        let name = |at: usize| words.get(at).map_or_else(String::new, |word| word.trim_matches(['"', '\'']).to_owned());
        Ok(match upper.as_slice() {
            ["SHOW", what] => match What::of(what) {
                Some(what) => Command::Show(what),
                None => return Err(unknown(text)),
            },
            ["HELP"] => Command::Show(What::Help),
            ["PAUSE"] => Command::Pause(Scope::All),
            ["PAUSE", "ORG", _] => Command::Pause(Scope::Org(name(2))),
            ["PAUSE", "SHARD", _] => Command::Pause(Scope::Shard(name(2))),
            ["RESUME"] => Command::Resume(Scope::All),
            ["RESUME", "ORG", _] => Command::Resume(Scope::Org(name(2))),
            ["RESUME", "SHARD", _] => Command::Resume(Scope::Shard(name(2))),
            ["KILL", "ORG", _] => Command::KillOrg(name(2)),
            ["KILL", number] => match number.parse() {
                Ok(number) => Command::KillClient(number),
                Err(_) => return Err(unknown(text).hint("KILL takes a client's number, as SHOW CLIENTS shows it")),
            },
            ["RELOAD"] => Command::Reload,
            ["DRAIN"] => Command::Drain,
            ["SET", ..] => Command::Nothing("SET"),
            ["BEGIN"] => Command::Nothing("BEGIN"),
            ["COMMIT"] => Command::Nothing("COMMIT"),
            ["ROLLBACK"] => Command::Nothing("ROLLBACK"),
            _other => return Err(unknown(text)),
        })
    }

    pub(super) async fn carry_out(&self, front: &Front, client: &mut Channel) -> Result<Answer, Fault> {
        let done = |tag: &str| Ok(Answer { table: None, tag: tag.to_owned() });
        match self {
            Command::Show(what) => {
                let table = show::table(*what, front);
                Ok(Answer { tag: format!("SHOW {}", table.rows.len()), table: Some(table) })
            }
            Command::Pause(scope) => {
                let stop = stop(scope, front)?;
                front.gate.pause(stop);
                tracing::info!(?stop, "paused");
                // Those that run may end; an operator who leaves is not waited for.
                while held(stop, front) > 0 {
                    tokio::select! {
                        gone = client.fill() => if gone.is_err() {
                            // Nobody would know of it.
                            front.gate.resume(stop);
                            return Err(Fault::fatal(SqlState::CONNECTION_FAILURE, "the client went away"));
                        },
                        () = tokio::time::sleep(LOOK) => {}
                    }
                }
                done("PAUSE")
            }
            Command::Resume(scope) => {
                let stop = stop(scope, front)?;
                if !front.gate.resume(stop) {
                    return Err(Fault::error(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "it was not paused"));
                }
                tracing::info!(?stop, "resumed");
                done("RESUME")
            }
            Command::KillClient(number) => {
                let clients = front.watch.sessions();
                let Some(victim) = clients.iter().find(|client| client.number == *number) else {
                    return Err(Fault::error(SqlState::UNDEFINED_OBJECT, format!("there is no client {number}")));
                };
                victim.kill();
                tracing::info!(client = number, "killed");
                done("KILL 1")
            }
            Command::KillOrg(slug) => {
                let Stop::Org(org) = stop(&Scope::Org(slug.clone()), front)? else {
                    return Err(Fault::error(SqlState::INTERNAL_ERROR, "an org that is none"));
                };
                let clients = front.watch.sessions();
                let victims: Vec<_> =
                    clients.iter().filter(|client| client.org().is_some_and(|(id, _)| id == org)).collect();
                victims.iter().for_each(|client| client.kill());
                tracing::info!(org = slug.as_str(), count = victims.len(), "killed");
                done(&format!("KILL {}", victims.len()))
            }
            Command::Reload => {
                match front.control.reload() {
                    Ok(left) if left.is_empty() => done("RELOAD"),
                    Ok(left) => {
                        tracing::warn!(keys = left.join(", "), "these keys change at the next start");
                        done("RELOAD")
                    }
                    Err(message) => Err(Fault::error(SqlState::CONFIG_FILE_ERROR, message)
                        .hint("the former configuration stays in force")),
                }
            }
            Command::Drain => {
                front.control.drain();
                done("DRAIN")
            }
            Command::Nothing(tag) => done(tag),
        }
    }
}

fn unknown(text: &str) -> Fault {
    Fault::error(SqlState::SYNTAX_ERROR, format!("the console does not know the command \"{text}\""))
        .hint("SHOW HELP lists the commands")
}

fn stop(scope: &Scope, front: &Front) -> Result<Stop, Fault> {
    let snapshot = front.engine.directory().snapshot();
    match scope {
        Scope::All => Ok(Stop::All),
        Scope::Org(slug) => match snapshot.org_by_slug(slug) {
            Some(org) => Ok(Stop::Org(org.id)),
            None => Err(Fault::error(SqlState::UNDEFINED_OBJECT, format!("org \"{slug}\" does not exist"))),
        },
        Scope::Shard(name) => match snapshot.shards().find(|shard| shard.name == *name) {
            Some(shard) => Ok(Stop::Shard(shard.id)),
            None => Err(Fault::error(SqlState::UNDEFINED_OBJECT, format!("shard \"{name}\" does not exist"))),
        },
    }
}

/// How many connections are held by what is paused.
fn held(stop: Stop, front: &Front) -> usize {
    match stop {
        // Reads that share connections are short, and while anything is paused there are no new ones.
        Stop::Org(org) => front.pools.held(org) + front.pools.stats().iter().map(|pool| pool.sharing).sum::<usize>(),
        Stop::All => front.pools.stats().iter().map(|pool| pool.leased).sum(),
        Stop::Shard(id) => front.pools.stats().iter().filter(|pool| pool.shard.id == id).map(|pool| pool.leased).sum(),
    }
}
