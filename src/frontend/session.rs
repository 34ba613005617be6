//! [`Session`]: one client's connection after its handshake.
//!
//! One task relays both ways: what the client sends is translated as it comes, each piece sent to the shard leaves an
//! [`Expect`] in a queue, and what the shard answers is matched against the queue's head. Invariants: no frame of a
//! client's goes to a shard as it came, but copied data; a backend is given back only when it is idle outside a
//! transaction and the queue is empty, and is closed otherwise; a refusal after something was sent fails that
//! transaction on the shard too, so the shard alone says whether a transaction goes on.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use bytes::{Buf as _, Bytes};

use super::cancel::SessionKey;
use super::definitions::Redefined;
use super::ear::{Ear, Heard};
use super::fault::Fault;
use super::gate::Gate;
use super::sequences::Drawn;
use super::settings::Settings;
use super::statement::ClientStatement;
use super::watch::Watched;
use crate::catalog::LeafNumber;
use crate::directory::OrgEntry;
use crate::engine::{Engine, ShardCatalog};
use crate::org::OrgId;
use crate::plan::cut_names;
use crate::sqlstate::SqlState;
use crate::upstream::{Backend, Channel, Lease, Pools};
use crate::wire::{Cursor, Frame, copy_data, next_frame, reply, report, request};

/// Above this many bytes waiting for one side, the other is not read.
pub(super) const HIGH_WATER: usize = 512 * 1024;

/// What the shard is expected to answer next.
#[derive(Debug)]
pub(super) enum Expect {
    /// Nothing: this goes to the client when its turn comes.
    Say(Bytes),
    /// Nothing: a name that meant something else before. Meant again if the group fails before this.
    Renamed { name: Box<str>, previous: Option<Arc<ClientStatement>> },
    /// ParseComplete; shown to the client or not. The name is forgotten if it fails.
    Parse { shown: bool, name: Option<Box<str>>, statement: Arc<ClientStatement> },
    /// BindComplete; of the client's own, with its portal.
    Bind { shown: bool, portal: Option<Box<str>>, statement: Option<Arc<ClientStatement>> },
    /// ParameterDescription, then RowDescription or NoData.
    DescribeStatement { hides_last: bool, statement: Arc<ClientStatement> },
    /// RowDescription or NoData; the simple protocol does not show NoData. Of what runs to its end before the first row
    /// is sent, columns are shown with that row.
    DescribePortal { simple: bool, late: bool },
    /// Rows, then the command's end.
    Execute { statement: Arc<ClientStatement>, simple: bool },
    /// The same, for orgfold's own eyes.
    ExecuteHidden,
    /// Nothing: what PREPARE made on the backend was forgotten before.
    Forgotten,
    /// CloseComplete.
    Close { shown: bool },
    /// ErrorResponse, to be replaced by this one.
    Poison(Bytes),
    /// ReadyForQuery.
    Sync,
    /// Nothing: the backend has forgotten what others drew from sequences.
    Discarded,
    /// Everything up to ReadyForQuery, for orgfold's own eyes: settings.
    HiddenQuery,
}

/// Where a COPY FROM STDIN stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CopyIn {
    /// There is none.
    No,
    /// Sent, not yet answered: the client's data waits.
    Asked,
    /// The shard takes data.
    Open,
}

/// Why a session ends.
#[derive(Debug)]
pub(super) enum End {
    /// The client said so, or went away.
    Client,
    /// It is told why.
    Fault(Fault),
}

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> End {
        End::Client
    }
}

/// The rest of a simple query.
#[derive(Debug)]
pub(super) struct Simple {
    pub(super) statements: VecDeque<Arc<ClientStatement>>,
}

/// One client's connection.
pub(super) struct Session {
    pub(super) watched: Watched,
    /// Where it comes from, and how it has proven its role.
    pub(super) caller: super::access::Caller,
    pub(super) proven: Option<crate::config::AccessMethod>,
    pub(super) gate: Arc<Gate>,
    /// Queries that take longer are logged.
    pub(super) slow: Arc<super::limits::Slow>,
    /// Where queries are told of, if anywhere.
    pub(super) traces: Option<Arc<super::traces::Traces>>,
    /// How long an idle client may stay when the proxy drains, and until when this one may.
    pub(super) linger: std::time::Duration,
    pub(super) ends_at: Option<tokio::time::Instant>,
    /// What ran last.
    pub(super) last: Option<Arc<ClientStatement>>,
    pub(super) engine: Arc<Engine>,
    pub(super) pools: Arc<Pools>,
    pub(super) key: SessionKey,
    pub(super) role: Box<str>,
    pub(super) org: Option<Arc<OrgEntry>>,
    pub(super) max_frame_bytes: usize,
    pub(super) lift_literals: bool,
    pub(super) client: Channel,
    pub(super) settings: Settings,
    pub(super) statements: HashMap<Box<str>, Arc<ClientStatement>>,
    /// Portals, and the group of messages that each was made in.
    pub(super) portals: HashMap<Box<str>, (u64, Arc<ClientStatement>)>,
    pub(super) lease: Option<Lease>,
    /// Session pooling: the backend stays with the session.
    pub(super) keeps_backend: bool,
    /// The backend that it keeps, between transactions.
    pub(super) parked: Option<Lease>,
    /// Of the shard that is leased.
    pub(super) catalog: Option<ShardCatalog>,
    /// The org's leaf while a lease is held.
    pub(super) place: Option<(LeafNumber, OrgId)>,
    pub(super) expect: VecDeque<Expect>,
    /// The transaction's status as the shard last said.
    pub(super) status: u8,
    /// Something was sent to the shard since the last Sync.
    pub(super) group_open: bool,
    /// The org is set in the transaction that what is sent next will run in.
    pub(super) org_set: bool,
    /// What is sent next is known to run in a transaction that a Sync does not end.
    pub(super) in_block: bool,
    /// An error came: what the client sends is skipped up to its Sync.
    pub(super) skipping: bool,
    /// An error came since the transaction's status was last idle.
    pub(super) failed: bool,
    pub(super) simple: Option<Simple>,
    pub(super) copy: CopyIn,
    /// A message that waits until all before it is answered.
    pub(super) stalled: Option<Frame>,
    /// The shard was asked for all it owes.
    pub(super) hurried: bool,
    /// How many Syncs were sent.
    pub(super) groups: u64,
    /// How many of them were answered.
    pub(super) answered: u64,
    /// Names whose Parse is not answered yet, by the group that it is in.
    pub(super) unproven: HashMap<Box<str>, u64>,
    /// A message came that nobody may send while data is awaited: the shard ends its connection, and the client's ends too.
    pub(super) out_of_step: bool,
    /// Columns that are shown with the first row.
    pub(super) columns: Option<Bytes>,
    /// The simple protocol's last CommandComplete, held back: the commit behind it may still fail.
    pub(super) held: Option<Bytes>,
    /// What PREPARE has made, by name.
    pub(super) prepared: HashMap<Box<str>, Arc<ClientStatement>>,
    /// Tables that the transaction has truncated.
    pub(super) truncated: Vec<Box<str>>,
    /// How many names EXECUTE has used on this session's backends.
    pub(super) executed: u64,
    /// How many of those names the backend still knows: while it does, it is closed, not given back.
    pub(super) unforgotten: u32,
    /// It reads one row, on a backend of its own.
    pub(super) reading: Option<crate::upstream::Reading>,
    /// What it drew from sequences.
    pub(super) drawn: Drawn,
    /// What the transaction has defined.
    pub(super) redefined: Redefined,
    /// On which it listens.
    pub(super) ear: Option<Ear>,
    /// Heard while the client was busy.
    pub(super) heard: VecDeque<Heard>,
    /// The backend was lost while the client was silent inside a transaction.
    pub(super) lost: bool,
}

/// What the ear hears next; nothing when there is none, or enough waits already.
async fn listen(ear: &mut Option<Ear>, waiting: usize) -> Option<Heard> {
    match ear {
        Some(ear) if waiting < MAX_HEARD => ear.next().await,
        Some(_) | None => std::future::pending().await,
    }
}

/// A notice of that SQLSTATE.
pub(super) fn notice_of(code: &str, message: String, out: &mut bytes::BytesMut) {
    let severity = || "NOTICE".to_owned();
    let fields = [(b'S', severity()), (b'V', severity()), (b'C', code.to_owned()), (b'M', message)];
    report::write(b'N', &fields, out);
}

/// Done at that time; never when there is none.
async fn reached(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// How many notifications wait for the end of a transaction before the shard is no longer asked for more.
const MAX_HEARD: usize = 1024;

enum Event {
    Client(std::io::Result<()>),
    Backend(std::io::Result<()>),
    Heard(Option<Heard>),
    Killed,
    Shutdown,
}

impl Session {
    /// Serves until the client leaves, or the shutdown finds it idle.
    pub(super) async fn run(mut self, mut shutdown: tokio::sync::watch::Receiver<bool>) {
        let end = self.serve(&mut shutdown).await;
        // A statement that still runs is for nobody: end it, then let the backend close.
        if self.lease.is_some() && !self.expect.is_empty() {
            self.key.running.cancel().await;
        }
        self.key.running.end().await;
        drop(self.lease.take());
        // Whoever comes next brings it to its own settings.
        if let Some(parked) = self.parked.take() {
            parked.release();
        }
        if let End::Fault(fault) = end {
            self.client.output.extend_from_slice(&fault.bytes());
        }
        if !self.client.output.is_empty() {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(1), self.client.flush()).await;
        }
    }

    async fn serve(&mut self, shutdown: &mut tokio::sync::watch::Receiver<bool>) -> End {
        loop {
            if let Err(end) = self.take_client_frames().await {
                return end;
            }
            if let Err(end) = self.take_backend_frames().await {
                return end;
            }
            self.say_pending();
            self.give_back().await;
            self.tell_heard();
            // Frames that were held back may go on now.
            if self.may_take_client_frame() && self.has_client_frame() && !self.must_settle_first() {
                continue;
            }
            if *shutdown.borrow() && self.is_idle() && self.has_lingered() {
                return End::Fault(Fault::fatal(
                    SqlState::ADMIN_SHUTDOWN,
                    "terminating connection due to administrator command",
                ));
            }
            if self.lease.is_none() {
                self.client.rest();
            }
            match self.wait(shutdown).await {
                Event::Client(Ok(())) => self.ends_at = None,
                Event::Backend(Ok(())) | Event::Shutdown => {}
                Event::Heard(Some(heard)) => self.heard.push_back(heard),
                Event::Heard(None) => return End::Fault(super::ear::lost()),
                Event::Killed => return End::Fault(super::watching::killed()),
                Event::Client(Err(_)) => return End::Client,
                Event::Backend(Err(_)) => self.backend_lost().await,
            }
        }
    }

    /// Whether the client had its time to leave by itself. Where another instance takes over, one that has just come shall
    /// not be sent away before it has asked.
    fn has_lingered(&mut self) -> bool {
        let now = tokio::time::Instant::now();
        now >= *self.ends_at.get_or_insert(now + self.linger)
    }

    fn is_idle(&self) -> bool {
        self.lease.is_none() && self.expect.is_empty() && self.client.input.is_empty()
    }

    fn has_client_frame(&self) -> bool {
        let header = self.client.input.get(1..5).and_then(|length| length.first_chunk::<4>());
        let whole = |length: usize| (4..=self.max_frame_bytes).contains(&length) && self.client.input.len() > length;
        self.stalled.is_some() || header.is_some_and(|length| whole(u32::from_be_bytes(*length) as usize))
    }

    async fn wait(&mut self, shutdown: &mut tokio::sync::watch::Receiver<bool>) -> Event {
        let leaving = self.is_leaving();
        let Session { client, lease, ear, heard, watched, ends_at, .. } = self;
        let read_backend = client.output.len() < HIGH_WATER;
        let backend_backlog =
            lease.as_mut().and_then(Lease::backend).map_or(0, |backend| backend.channel().output.len());
        // Of one who has said that it goes, nothing more is heard.
        let read_client =
            !leaving && backend_backlog < HIGH_WATER && client.input.len() < HIGH_WATER + self.max_frame_bytes;
        let sockets = poll_fn(|context| {
            if let Some(backend) = lease.as_mut().and_then(Lease::backend)
                && let Poll::Ready(done) = backend.channel().poll(context, read_backend)
            {
                return Poll::Ready(Event::Backend(done));
            }
            client.poll(context, read_client).map(Event::Client)
        });
        tokio::select! {
            biased;
            event = sockets => event,
            heard = listen(ear, heard.len()) => Event::Heard(heard),
            () = watched.client.killed() => Event::Killed,
            () = reached(*ends_at) => Event::Shutdown,
            changed = shutdown.changed() => match changed {
                Ok(()) => Event::Shutdown,
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Notifications go to the client between transactions only.
    fn tell_heard(&mut self) {
        if self.lease.is_some() || !self.expect.is_empty() || self.group_open || self.skipping {
            return;
        }
        while let Some(Heard { pid, channel, payload }) = self.heard.pop_front() {
            reply::notification(pid, &channel, &payload, &mut self.client.output);
        }
    }

    fn may_take_client_frame(&self) -> bool {
        let ready = match self.copy {
            CopyIn::No => self.simple.is_none(),
            CopyIn::Asked => false,
            CopyIn::Open => true,
        };
        ready && !self.is_backlogged() && !self.out_of_step
    }

    fn is_backlogged(&self) -> bool {
        self.client.output.len() > HIGH_WATER
    }

    async fn take_client_frames(&mut self) -> Result<(), End> {
        while self.may_take_client_frame() {
            if self.must_settle_first() {
                self.hurry();
                return Ok(());
            }
            if self.copy == CopyIn::Open && self.stalled.is_none() && self.relay_copy().await {
                continue;
            }
            let next = match self.stalled.take() {
                Some(frame) => Ok(Some(frame)),
                None => next_frame(&mut self.client.input, self.max_frame_bytes),
            };
            match next {
                Ok(Some(frame)) => self.client_frame(frame).await?,
                Ok(None) => return Ok(()),
                // What came before it is answered first.
                Err(_) if self.copy == CopyIn::No && !self.expect.is_empty() => {
                    self.hurry();
                    return Ok(());
                }
                Err(malformed) => return Err(End::Fault(malformed.into())),
            }
        }
        Ok(())
    }

    async fn client_frame(&mut self, frame: Frame) -> Result<(), End> {
        if self.copy == CopyIn::Open {
            return self.copy_frame(&frame).await;
        }
        if self.lost && matches!(frame.tag, b'Q' | b'P' | b'B' | b'D' | b'E' | b'C' | b'S') {
            self.report_lost(&frame);
            return Ok(());
        }
        self.read_objects(frame.tag).await;
        if frame.tag != b'X' {
            self.watched.begins();
        }
        match frame.tag {
            b'Q' | b'F' | b'P' | b'B' | b'D' | b'E' | b'C' | b'H' if self.skipping => Ok(()),
            b'Q' => self.query(&frame).await,
            b'P' | b'B' | b'D' | b'E' | b'C' | b'H' => self.extended(frame).await,
            b'S' => {
                if let Err(malformed) = Cursor::new(frame.body()).end() {
                    self.refuse(Fault::error(SqlState::PROTOCOL_VIOLATION, malformed.0));
                }
                self.sync();
                Ok(())
            }
            // Left over from a COPY that failed.
            b'd' | b'c' | b'f' => Ok(()),
            b'X' => Err(End::Client),
            b'F' => {
                self.refuse(Fault::error(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    "the function call protocol is not supported",
                ));
                self.sync();
                Ok(())
            }
            tag => Err(End::Fault(Fault::fatal(
                SqlState::PROTOCOL_VIOLATION,
                format!("invalid frontend message type {tag}"),
            ))),
        }
    }

    /// Passes on what has come whole of a COPY's data, all at once; whether there was any.
    async fn relay_copy(&mut self) -> bool {
        let length = copy_data(&self.client.input, self.max_frame_bytes);
        if length == 0 {
            return false;
        }
        if let Some(backend) = self.lease.as_mut().and_then(Lease::backend) {
            let output = &mut backend.channel().output;
            output.extend_from_slice(self.client.input.get(..length).unwrap_or(&[]));
        }
        self.client.input.advance(length);
        // Large copies are written as they come, not gathered.
        if self.backend().is_some_and(|backend| backend.channel().output.len() > HIGH_WATER) {
            self.drain_backend().await;
        }
        true
    }

    async fn copy_frame(&mut self, frame: &Frame) -> Result<(), End> {
        match frame.tag {
            b'd' => {
                if let Some(backend) = self.backend() {
                    backend.channel().output.extend_from_slice(&frame.bytes);
                }
                // Large copies are written as they come, not gathered.
                if self.backend().is_some_and(|backend| backend.channel().output.len() > HIGH_WATER) {
                    self.drain_backend().await;
                }
                Ok(())
            }
            b'c' | b'f' => {
                if let Some(backend) = self.backend() {
                    backend.channel().output.extend_from_slice(&frame.bytes);
                }
                self.copy = CopyIn::No;
                if self.simple.is_some() { self.pump_simple().await } else { Ok(()) }
            }
            // PostgreSQL ignores these too while it takes data.
            b'H' | b'S' => Ok(()),
            b'X' => Err(End::Client),
            // The shard says what PostgreSQL says, and ends its connection.
            tag => {
                if let Some(backend) = self.backend() {
                    reply::bare(tag, &mut backend.channel().output);
                }
                self.out_of_step = true;
                self.copy = CopyIn::Asked;
                Ok(())
            }
        }
    }

    /// Waits until the shard has taken most of what waits for it, or has something to say.
    async fn drain_backend(&mut self) {
        loop {
            let Some(backend) = self.lease.as_mut().and_then(Lease::backend) else { return };
            if backend.channel().output.len() <= HIGH_WATER / 2 || !backend.channel().input.is_empty() {
                return;
            }
            let done = poll_fn(|context| backend.channel().poll(context, true)).await;
            if done.is_err() {
                // The main loop meets the same error and deals with it.
                return;
            }
        }
    }

    pub(super) fn backend(&mut self) -> Option<&mut Backend> {
        self.lease.as_mut().and_then(Lease::backend)
    }

    /// Says something to the client, in its turn.
    pub(super) fn say(&mut self, write: impl FnOnce(&mut bytes::BytesMut)) {
        if self.expect.is_empty() {
            write(&mut self.client.output);
            return;
        }
        let mut out = bytes::BytesMut::new();
        write(&mut out);
        self.expect.push_back(Expect::Say(out.freeze()));
    }

    /// PostgreSQL says of each name that it cuts.
    pub(super) fn say_cut_names(&mut self, sql: &str) {
        for notice in cut_names(sql) {
            self.say(|out| notice_of("42622", notice, out));
        }
    }

    /// Says what has come to the head of the queue.
    pub(super) fn say_pending(&mut self) {
        loop {
            match self.expect.front() {
                Some(Expect::Say(bytes)) => self.client.output.extend_from_slice(bytes),
                Some(Expect::Discarded) => {}
                Some(Expect::Forgotten) => self.unforgotten = self.unforgotten.saturating_sub(1),
                Some(Expect::Renamed { .. }) => {}
                Some(_) | None => return,
            }
            self.expect.pop_front();
        }
    }

    /// Refuses: an error now, or where the shard is involved, an error there in its place.
    pub(super) fn refuse(&mut self, fault: impl Into<Fault>) {
        let fault = fault.into();
        self.watched.refused(fault.sqlstate);
        let bytes = fault.bytes();
        self.skipping = true;
        let involved = self.is_shard_involved();
        match self.backend() {
            Some(backend) if involved => {
                request::poison(&mut backend.channel().output);
                self.expect.push_back(Expect::Poison(bytes));
                self.group_open = true;
            }
            Some(_) | None => {
                self.failed = true;
                self.say(|out| out.extend_from_slice(&bytes));
            }
        }
    }

    /// Whether the shard alone knows the transaction's state: something was sent, is not answered, or goes on.
    fn is_shard_involved(&self) -> bool {
        self.lease.is_some() && (self.group_open || self.status != b'I' || !self.expect.is_empty())
    }

    /// The client's Sync.
    pub(super) fn sync(&mut self) {
        self.skipping = false;
        self.hurried = false;
        if self.is_shard_involved() {
            self.groups += 1;
            self.group_open = false;
            self.org_set &= self.in_block;
            if let Some(backend) = self.backend() {
                backend.sync();
                self.expect.push_back(Expect::Sync);
                return;
            }
        }
        // No transaction on the shard had a part in what was refused.
        self.failed &= self.status != b'I';
        let status = self.status;
        self.answered_whole();
        self.say(|out| reply::ready_for_query(status, out));
    }

    /// The catalog that statements are compiled for: of the leased shard, else of the one the next lease will be on.
    pub(super) fn compile_catalog(&self) -> Result<ShardCatalog, Fault> {
        if let Some(catalog) = &self.catalog {
            return Ok(catalog.clone());
        }
        match &self.org {
            Some(org) => Ok(self.engine.target(org)?.catalog),
            None => Ok(self.engine.any_shard()?.1),
        }
    }
}
