//! [`Backend`]: one connection to a shard, and what is known of its state.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::channel::Channel;
use super::connect::UpstreamError;
use crate::tls::Tls;
use crate::wire::{Frame, next_frame, request};

/// How many statements stay prepared on one backend: each costs the server a plan for its leaf.
const MAX_PREPARED: usize = 500;

/// The longest message a shard may send: PostgreSQL's own limit for one row.
const MAX_FRAME_BYTES: usize = 1 << 30;

/// How to reach a backend to cancel what it runs.
#[derive(Clone, Debug)]
pub struct BackendKey {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The backend's number.
    pub pid: i32,
    /// Its secret.
    pub secret: i32,
    /// How connections to the server are encrypted.
    pub tls: Tls,
}

/// A physical statement: what is prepared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    /// The physical SQL.
    pub sql: Arc<str>,
    /// Parameter types as declared, 0 where the server is to find out.
    pub types: Arc<[u32]>,
}

/// Where a statement is prepared on a backend, and whether it must be sent first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Its name there.
    pub name: Arc<str>,
    /// It must be parsed under that name first.
    pub is_new: bool,
}

/// A Parse that was sent.
#[derive(Debug)]
struct Unconfirmed {
    statement: Statement,
    /// The name, where it has one.
    name: Option<Arc<str>>,
    group: u64,
}

/// One connection to a shard.
pub struct Backend {
    channel: Channel,
    /// How to cancel what it runs.
    pub key: BackendKey,
    /// ParameterStatus values, as it last said.
    pub parameters: Vec<(String, String)>,
    /// Settings that were changed on it, and to what.
    pub settings: BTreeMap<Box<str>, Box<str>>,
    /// Whose draws from sequences it remembers, by a number that its user made up; none since it was made.
    pub sequences: Option<u64>,
    named: HashMap<Statement, Arc<str>>,
    /// Names by age of last use, oldest first.
    ages: VecDeque<Statement>,
    unnamed: Option<Statement>,
    next_name: u64,
    /// Parsed, not yet acknowledged.
    unconfirmed: VecDeque<Unconfirmed>,
    /// How many Syncs were sent, and how many answered: an error takes with it what is of the same group.
    groups: u64,
    answered: u64,
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backend").field("pid", &self.key.pid).finish_non_exhaustive()
    }
}

impl Backend {
    pub(super) fn new(channel: Channel, key: BackendKey, parameters: Vec<(String, String)>) -> Backend {
        Backend {
            channel,
            key,
            parameters,
            settings: BTreeMap::new(),
            sequences: None,
            named: HashMap::new(),
            ages: VecDeque::new(),
            unnamed: None,
            next_name: 0,
            unconfirmed: VecDeque::new(),
            groups: 0,
            answered: 0,
        }
    }

    /// The connection, to send to and to wait on.
    pub fn channel(&mut self) -> &mut Channel {
        &mut self.channel
    }

    /// A frame that has already arrived.
    ///
    /// # Errors
    /// [`UpstreamError::Malformed`].
    pub fn buffered(&mut self) -> Result<Option<Frame>, UpstreamError> {
        Ok(next_frame(&mut self.channel.input, MAX_FRAME_BYTES)?)
    }

    /// Whether nothing waits in either direction.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.channel.input.is_empty() && self.channel.output.is_empty() && self.unconfirmed.is_empty()
    }

    /// Where to run a statement: under a name that it keeps, or as the unnamed one. Sends Parse when it is not there
    /// yet, and Close for the statement that it pushes out.
    pub fn prepare(&mut self, statement: &Statement, named: bool) -> Prepared {
        if !named {
            // What a cursor returns may differ though its name is the same.
            let lasting = !statement.sql.starts_with("FETCH");
            if lasting && self.unnamed.as_ref() == Some(statement) && !self.is_doubtful(statement, None) {
                return Prepared { name: "".into(), is_new: false };
            }
            self.unnamed = Some(statement.clone());
            self.unconfirmed.push_back(Unconfirmed { statement: statement.clone(), name: None, group: self.groups });
            request::parse("", &statement.sql, &statement.types, &mut self.channel.output);
            return Prepared { name: "".into(), is_new: true };
        }
        if let Some(name) = self.named.get(statement)
            && !self.is_doubtful(statement, Some(name))
        {
            let name = Arc::clone(name);
            if self.ages.back() != Some(statement) {
                self.ages.retain(|other| other != statement);
                self.ages.push_back(statement.clone());
            }
            return Prepared { name, is_new: false };
        }
        self.next_name += 1;
        let name: Arc<str> = format!("orgfold_{}", self.next_name).into();
        self.named.insert(statement.clone(), Arc::clone(&name));
        self.ages.retain(|other| other != statement);
        self.ages.push_back(statement.clone());
        self.unconfirmed.push_back(Unconfirmed {
            statement: statement.clone(),
            name: Some(Arc::clone(&name)),
            group: self.groups,
        });
        request::parse(&name, &statement.sql, &statement.types, &mut self.channel.output);
        Prepared { name, is_new: true }
    }

    /// Sends a simple query, which ends the unnamed statement's life.
    pub fn query(&mut self, sql: &str) {
        self.unnamed = None;
        request::query(sql, &mut self.channel.output);
    }

    /// The name of a statement to push out, when there are too many: the caller sends Close and swallows the answer.
    pub fn surplus(&mut self) -> Option<Arc<str>> {
        if self.named.len() <= MAX_PREPARED {
            return None;
        }
        let oldest = self.ages.pop_front()?;
        self.named.remove(&oldest)
    }

    /// The oldest Parse that was not yet acknowledged is.
    pub fn confirm(&mut self) {
        self.unconfirmed.pop_front();
    }

    /// Ends a group of messages.
    pub fn sync(&mut self) {
        self.groups += 1;
        request::sync(&mut self.channel.output);
    }

    /// A group's end was answered.
    pub fn ready(&mut self) {
        self.answered += 1;
    }

    /// Whether a Parse of an earlier group that was sent may yet turn out to have failed: what is sent now would not be
    /// skipped with it.
    fn is_doubtful(&self, statement: &Statement, name: Option<&Arc<str>>) -> bool {
        let of_it =
            |sent: &Unconfirmed| sent.group < self.groups && sent.name.as_ref() == name && sent.statement == *statement;
        self.unconfirmed.iter().any(of_it)
    }

    /// The group that is being answered failed: what it had not acknowledged is not there.
    pub fn forget_unconfirmed(&mut self) {
        while self.unconfirmed.front().is_some_and(|sent| sent.group <= self.answered) {
            let Some(Unconfirmed { statement, name, group: _ }) = self.unconfirmed.pop_front() else { return };
            match name {
                Some(name) => {
                    if self.named.get(&statement) == Some(&name) {
                        self.named.remove(&statement);
                        self.ages.retain(|other| *other != statement);
                    }
                }
                None => self.unnamed = None,
            }
        }
    }
}
