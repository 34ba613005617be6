//! [`Backend`]: one connection to a shard, and what is known of its state.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::channel::Channel;
use super::connect::UpstreamError;
use crate::plan::Plan;
use crate::tls::Tls;
use crate::wire::{Frame, next_frame, request, rows};

/// How many statements stay prepared on one backend: each costs the server a plan for its leaf.
const MAX_PREPARED: usize = 500;

/// How long their texts may be together, in bytes: the server keeps several times as much for each.
const MAX_PREPARED_BYTES: usize = 4 << 20;

/// The longest message a shard may send: PostgreSQL's own limit for one row.
pub(super) const MAX_FRAME_BYTES: usize = 1 << 30;

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
    /// Whose it is, where it does not mean the same for all: what a string stands for may depend on the settings, and on
    /// the moment, in which it was read.
    pub scope: Option<Arc<str>>,
    /// The version of the shard's catalog that it was written for: a migration may have given the same text another
    /// result, which the server would refuse to give under the old name.
    pub version: i64,
}

/// A named statement without its text: found again at the price of a few words.
#[derive(Clone, Debug)]
pub struct StatementKey {
    /// The plan's text, compared by identity.
    pub plans: Arc<[Plan]>,
    /// Which statement of it.
    pub index: usize,
    /// The leaf that it is for.
    pub leaf: Option<u16>,
    /// Parameter types that the client declared.
    pub types: Arc<[u32]>,
}

impl PartialEq for StatementKey {
    fn eq(&self, other: &StatementKey) -> bool {
        Arc::ptr_eq(&self.plans, &other.plans)
            && (self.index, self.leaf) == (other.index, other.leaf)
            && self.types == other.types
    }
}

impl Eq for StatementKey {}

impl Hash for StatementKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // No client chooses these: what it chooses, the types, is compared and not hashed.
        let plans = Arc::as_ptr(&self.plans).cast::<u8>() as usize as u64;
        state.write_u64(plans ^ (u64::from(self.leaf.unwrap_or(u16::MAX)) << 48) ^ self.index as u64);
    }
}

/// Spreads one number.
#[derive(Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 32;
    }
}

/// A name on a backend, and when it was used last.
#[derive(Debug)]
struct Slot {
    name: Arc<str>,
    used: AtomicU64,
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
    pub key: Arc<BackendKey>,
    /// ParameterStatus values, as it last said.
    pub parameters: Vec<(String, String)>,
    /// Settings that were changed on it, and to what.
    pub settings: Arc<BTreeMap<Box<str>, Box<str>>>,
    /// Whose draws from sequences it remembers, by a number that its user made up; none since it was made.
    pub sequences: Option<u64>,
    named: HashMap<Statement, Arc<Slot>>,
    /// How long the texts of `named` are together.
    named_bytes: usize,
    /// The same, for those who know a statement without its text.
    by_key: HashMap<StatementKey, Arc<Slot>, BuildHasherDefault<Spread>>,
    /// Counts uses of names.
    clock: u64,
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
            key: Arc::new(key),
            parameters,
            settings: Arc::default(),
            sequences: None,
            named: HashMap::new(),
            named_bytes: 0,
            by_key: HashMap::default(),
            clock: 0,
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

    /// Copies the rows (or data of a COPY) that have arrived whole to `out`, all at once; whether there were any.
    pub fn take_rows(&mut self, out: &mut bytes::BytesMut) -> bool {
        let input = &mut self.channel.input;
        let length = rows(input);
        if length == 0 {
            return false;
        }
        out.extend_from_slice(input.get(..length).unwrap_or(&[]));
        bytes::Buf::advance(input, length);
        true
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
        self.clock += 1;
        if let Some(slot) = self.named.get(statement)
            && !self.is_doubtful(statement, Some(&slot.name))
        {
            slot.used.store(self.clock, Ordering::Relaxed);
            return Prepared { name: Arc::clone(&slot.name), is_new: false };
        }
        self.next_name += 1;
        let name: Arc<str> = format!("orgfold_{}", self.next_name).into();
        let slot = Arc::new(Slot { name: Arc::clone(&name), used: AtomicU64::new(self.clock) });
        self.named_bytes += statement.sql.len();
        if let Some(old) = self.named.insert(statement.clone(), slot) {
            self.named_bytes -= statement.sql.len();
            self.by_key.retain(|_, slot| !Arc::ptr_eq(slot, &old));
        }
        self.unconfirmed.push_back(Unconfirmed {
            statement: statement.clone(),
            name: Some(Arc::clone(&name)),
            group: self.groups,
        });
        request::parse(&name, &statement.sql, &statement.types, &mut self.channel.output);
        Prepared { name, is_new: true }
    }

    /// The name of a statement that is certainly there.
    pub fn known(&mut self, key: &StatementKey) -> Option<Arc<str>> {
        if !self.unconfirmed.is_empty() {
            return None;
        }
        let slot = self.by_key.get(key)?;
        self.clock += 1;
        slot.used.store(self.clock, Ordering::Relaxed);
        Some(Arc::clone(&slot.name))
    }

    /// From now on the named statement is known by this key too.
    pub fn learn(&mut self, key: StatementKey, statement: &Statement) {
        let Some(slot) = self.named.get(statement) else { return };
        if self.by_key.len() >= 2 * MAX_PREPARED {
            // Plans that nobody asks for any more are held by their keys.
            self.by_key.clear();
        }
        self.by_key.insert(key, Arc::clone(slot));
    }

    /// Sends a simple query, which ends the unnamed statement's life.
    pub fn query(&mut self, sql: &str) {
        self.unnamed = None;
        request::query(sql, &mut self.channel.output);
    }

    /// The name of a statement to push out, when there are too many or their texts are too long: the caller sends Close,
    /// swallows the answer, and asks again. The last one stays, however long it is.
    pub fn surplus(&mut self) -> Option<Arc<str>> {
        let few = self.named.len() <= MAX_PREPARED && self.named_bytes <= MAX_PREPARED_BYTES;
        if few || self.named.len() <= 1 {
            return None;
        }
        let oldest = self.named.iter().min_by_key(|(_, slot)| slot.used.load(Ordering::Relaxed))?.0.clone();
        self.forget(&oldest)
    }

    fn forget(&mut self, statement: &Statement) -> Option<Arc<str>> {
        let slot = self.named.remove(statement)?;
        self.named_bytes -= statement.sql.len();
        self.by_key.retain(|_, other| !Arc::ptr_eq(other, &slot));
        Some(Arc::clone(&slot.name))
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
                    if self.named.get(&statement).is_some_and(|slot| slot.name == name) {
                        self.forget(&statement);
                    }
                }
                None => self.unnamed = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backend() -> Backend {
        let (near, _far) = tokio::io::duplex(64);
        let key = BackendKey {
            host: String::new(),
            port: 0,
            pid: 1,
            secret: 0,
            tls: Tls::new(&crate::config::TlsOptions::default()).unwrap(),
        };
        Backend::new(Channel::new(Box::new(near), bytes::BytesMut::new()), key, Vec::new())
    }

    fn statement(number: usize, bytes: usize) -> Statement {
        let sql = format!("SELECT {number} /* {} */", "x".repeat(bytes));
        Statement { sql: sql.into(), types: Arc::from([]), scope: None, version: 0 }
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_they_are_too_long() {
        let mut backend = backend();
        let mut gone = Vec::new();
        for number in 0..MAX_PREPARED + 20 {
            assert!(backend.prepare(&statement(number, 10), true).is_new);
            gone.extend(std::iter::from_fn(|| backend.surplus()));
        }
        assert_eq!(gone.len(), 20);
        assert_eq!(gone.first().map(|name| &**name), Some("orgfold_1"));
        assert!(backend.prepare(&statement(0, 10), true).is_new && !backend.prepare(&statement(99, 10), true).is_new);

        gone.clear();
        for number in 0..10 {
            backend.prepare(&statement(number, MAX_PREPARED_BYTES / 4), true);
            gone.extend(std::iter::from_fn(|| backend.surplus()));
            assert!(backend.named_bytes <= MAX_PREPARED_BYTES);
        }
        assert_eq!(backend.named.len(), 3);
        backend.prepare(&statement(0, MAX_PREPARED_BYTES * 2), true);
        gone.extend(std::iter::from_fn(|| backend.surplus()));
        assert_eq!(backend.named.len(), 1);
        assert_eq!(backend.named_bytes, statement(0, MAX_PREPARED_BYTES * 2).sql.len());
    }
}
