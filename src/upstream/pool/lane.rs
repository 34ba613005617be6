//! [`Lane`]: one backend that many sessions read through, each with one read at a time, pipelined.
//!
//! In: reads, each of them one statement that is a transaction by itself. Out: for each, the shard's answer up to its
//! ReadyForQuery, or nothing, and then whoever asked asks again in a transaction of its own. Invariants: the shard answers
//! groups of messages in the order in which they came, each ended by exactly one ReadyForQuery, so the first answer that is
//! whole is the oldest read's; an answer that is anything but rows and a good end is given to nobody; after a message that
//! does not belong there, no answer is given out any more and the backend is closed.

use std::collections::{BTreeMap, VecDeque};
use std::future::{Future as _, poll_fn};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};

use super::lanes::Place;
use super::shard::ShardPool;
use crate::upstream::backend::{Backend, MAX_FRAME_BYTES, Statement, StatementKey};
use crate::upstream::settings::difference;
use crate::wire::bind::Bind;
use crate::wire::frame::HEADER_BYTES;
use crate::wire::request;

/// A session's settings.
pub type Settings = Arc<BTreeMap<Box<str>, Box<str>>>;

/// How often a lane looks whether it still moves. Who waits longer for the reads before its own asks elsewhere.
const TICK: Duration = Duration::from_millis(20);

/// How many ticks a lane stays open without a read.
const IDLE_TICKS: u32 = 5;

/// How long a lane keeps its backend: pools look after those that are given back.
const LIFETIME: Duration = Duration::from_secs(30);

/// The longest answer, in bytes. Whoever reads more reads by itself.
const MOST_BYTES: usize = 64 * 1024;

/// One statement that reads by itself.
#[derive(Debug)]
pub struct LoneRead {
    /// What the backend knows the statement by.
    pub key: StatementKey,
    /// Its text.
    pub statement: Statement,
    /// The client's values.
    pub bind: Bind,
    /// The org's id, its last parameter.
    pub org: i64,
    /// Whether the columns are asked for.
    pub described: bool,
}

/// One that was sent.
struct Sent {
    /// Nobody waits for it any more when there is none.
    answer: Option<oneshot::Sender<Bytes>>,
    key: StatementKey,
    /// How many Parses and Closes of the lane's own go before it.
    hidden: usize,
    /// Free when it was answered.
    _place: Place,
}

/// One backend's queue.
#[derive(Debug)]
pub(super) struct Lane {
    settings: Settings,
    queue: Mutex<Queue>,
    came: Notify,
    /// Places that are taken: by reads that wait, are on their way, or are about to come.
    depth: AtomicUsize,
}

#[derive(Debug, Default)]
struct Queue {
    /// With where their answers go.
    reads: Vec<(LoneRead, Place, oneshot::Sender<Bytes>)>,
    /// It takes no more.
    closed: bool,
}

impl Lane {
    pub(super) fn new(settings: Settings) -> Lane {
        Lane { settings, queue: Mutex::default(), came: Notify::new(), depth: AtomicUsize::new(0) }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn depth(&self) -> usize {
        self.depth.load(Ordering::SeqCst)
    }

    /// Somebody takes a place.
    pub(super) fn enter(&self) {
        self.depth.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn leave(&self) {
        self.depth.fetch_sub(1, Ordering::SeqCst);
    }

    pub(super) fn fits(&self, settings: &Settings) -> bool {
        Arc::ptr_eq(&self.settings, settings) || self.settings == *settings
    }

    /// Puts a read into the queue. If the lane takes no more, whoever waits for the answer is told by its sender's end.
    pub(super) fn push(&self, read: LoneRead, place: Place, answer: oneshot::Sender<Bytes>) {
        let mut queue = self.queue();
        if queue.closed {
            drop(queue);
            return;
        }
        queue.reads.push((read, place, answer));
        let first = queue.reads.len() == 1;
        drop(queue);
        if first {
            self.came.notify_one();
        }
    }

    /// Takes no more. Those that wait are told by their senders' end.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.closed = true;
        let reads = std::mem::take(&mut queue.reads);
        drop(queue);
        drop(reads);
    }

    #[cfg(test)]
    pub(super) fn orgs(&self) -> Vec<i64> {
        self.queue().reads.iter().map(|(read, _, _)| read.org).collect()
    }

    #[cfg(test)]
    pub(super) fn answer_oldest(&self, bytes: &Bytes) {
        let (_, place, answer) = self.queue().reads.remove(0);
        let _ = answer.send(bytes.clone());
        drop(place);
    }

    /// Takes no more if nobody waits; whether that is so.
    fn close_if_empty(&self) -> bool {
        let mut queue = self.queue();
        queue.closed |= queue.reads.is_empty();
        queue.closed
    }
}

/// Gets a backend, reads until nobody asks any more, and gives it back.
pub(super) async fn run(lane: Lane, pool: Arc<ShardPool>) {
    let Ok(mut lease) = pool.lease(None, None).await else { return pool.lanes.opened(None) };
    let lane = Arc::new(lane);
    let end = match lease.backend() {
        Some(backend) => {
            let mut work = Work { lane: &lane, pool: &pool, backend, sent: VecDeque::new() };
            if work.set_up().await.is_some() {
                pool.lanes.opened(Some(Arc::clone(&lane)));
                pool.admit();
                work.run().await
            } else {
                pool.lanes.opened(None);
                End::Broken
            }
        }
        None => End::Broken,
    };
    lane.close();
    pool.lanes.forget(&lane);
    match end {
        End::Clean => lease.release(),
        End::Broken => drop(lease),
    }
}

/// How a lane's work ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The backend is idle, nothing is outstanding.
    Clean,
    /// Its state is not known.
    Broken,
}

enum Event {
    Io,
    Came,
    Tick,
}

struct Work<'w> {
    lane: &'w Arc<Lane>,
    pool: &'w ShardPool,
    backend: &'w mut Backend,
    sent: VecDeque<Sent>,
}

impl Work<'_> {
    async fn run(&mut self) -> End {
        let born = Instant::now();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut idle, mut answered, mut answered_before) = (0, 0_u64, 0_u64);
        loop {
            let old = born.elapsed() > LIFETIME;
            if !old || !self.sent.is_empty() {
                self.send_what_came();
            }
            let event = {
                let came = self.lane.came.notified();
                let mut came = std::pin::pin!(came);
                let channel = self.backend.channel();
                poll_fn(|context| {
                    match channel.poll(context, true) {
                        Poll::Ready(Ok(())) => return Poll::Ready(Some(Event::Io)),
                        Poll::Ready(Err(_)) => return Poll::Ready(None),
                        Poll::Pending => {}
                    }
                    if came.as_mut().poll(context).is_ready() {
                        return Poll::Ready(Some(Event::Came));
                    }
                    tick.poll_tick(context).map(|_| Some(Event::Tick))
                })
                .await
            };
            match event {
                None => return End::Broken,
                // Others that have something to ask shall do so first: it goes out together.
                Some(Event::Came) => tokio::task::yield_now().await,
                Some(Event::Io) => match self.take_answers() {
                    Some(count) => answered += count,
                    None => return End::Broken,
                },
                Some(Event::Tick) if self.sent.is_empty() => {
                    idle += 1;
                    if (idle >= IDLE_TICKS || old) && self.lane.close_if_empty() {
                        return if self.backend.is_quiet() { End::Clean } else { End::Broken };
                    }
                }
                Some(Event::Tick) => {
                    idle = 0;
                    if answered == answered_before {
                        self.give_up();
                    }
                    answered_before = answered;
                }
            }
        }
    }

    /// Brings the backend to the lane's settings.
    async fn set_up(&mut self) -> Option<()> {
        let sql = difference(&self.backend.settings, &self.lane.settings);
        self.backend.settings = Arc::clone(&self.lane.settings);
        if sql.is_empty() {
            return Some(());
        }
        self.backend.query(&sql);
        loop {
            while let Some(frame) = self.backend.buffered().ok()? {
                match frame.tag {
                    b'Z' => return Some(()),
                    b'C' | b'S' | b'N' => {}
                    _other => return None,
                }
            }
            poll_fn(|context| self.backend.channel().poll(context, true)).await.ok()?;
        }
    }

    /// Writes what came meanwhile; it goes out with the next wait.
    fn send_what_came(&mut self) {
        let reads = std::mem::take(&mut self.lane.queue().reads);
        for (read, place, answer) in reads {
            let LoneRead { key, statement, bind, org, described } = read;
            let mut hidden = 0;
            let name = if let Some(name) = self.backend.known(&key) {
                name
            } else {
                let prepared = self.backend.prepare(&statement, true);
                if prepared.is_new {
                    hidden += 1;
                    while let Some(surplus) = self.backend.surplus() {
                        request::close(b'S', &surplus, &mut self.backend.channel().output);
                        hidden += 1;
                    }
                }
                self.backend.learn(key.clone(), &statement);
                prepared.name
            };
            let out = &mut self.backend.channel().output;
            bind.write(&name, Some(org), out);
            if described {
                request::describe(b'P', "", out);
            }
            request::execute("", 0, out);
            self.backend.sync();
            self.sent.push_back(Sent { answer: Some(answer), key, hidden, _place: place });
        }
    }

    /// Gives out every answer that is whole; how many there were. `None` when the shard said what it may not.
    fn take_answers(&mut self) -> Option<u64> {
        let mut count = 0;
        loop {
            let Some(front) = self.sent.front() else {
                // Between reads there is nothing to be said.
                return self.backend.channel().input.is_empty().then_some(count);
            };
            let answer = match Answer::at(&self.backend.channel().input, front.hidden) {
                Whole::Yes(answer) => answer,
                Whole::NotYet if self.backend.channel().input.len() > MOST_BYTES => {
                    self.pool.lanes.leave_out(front.key.clone());
                    return None;
                }
                Whole::NotYet => return Some(count),
                Whole::Never => return None,
            };
            let Sent { answer: asked, key: _, hidden: _, _place } = self.sent.pop_front()?;
            let mut bytes = self.backend.channel().input.split_to(answer.end);
            for _ in 0..answer.parsed {
                self.backend.confirm();
            }
            if answer.failed {
                self.backend.forget_unconfirmed();
            }
            self.backend.ready();
            count += 1;
            // Where nobody waits any more nothing is lost; who gets nothing asks by itself.
            if let Some(asked) = asked.filter(|_| answer.plain) {
                let _ = asked.send(bytes.split_off(answer.begin).freeze());
            }
        }
    }

    /// Nothing has moved for a while: those that wait ask elsewhere, and no more come until what runs has ended.
    fn give_up(&mut self) {
        if let Some(front) = self.sent.front() {
            self.pool.lanes.leave_out(front.key.clone());
        }
        for sent in &mut self.sent {
            sent.answer = None;
        }
        self.lane.close();
        self.pool.lanes.forget(self.lane);
    }
}

/// Whether an answer is all there.
#[derive(Debug, PartialEq, Eq)]
enum Whole {
    Yes(Answer),
    NotYet,
    /// The shard breaks the protocol.
    Never,
}

/// One answer, ReadyForQuery included.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    /// Where the client's part of it begins: at BindComplete.
    begin: usize,
    end: usize,
    /// How many Parses were acknowledged.
    parsed: usize,
    /// It is what a read is answered, and nothing else.
    plain: bool,
    failed: bool,
}

impl Answer {
    /// The answer at the beginning of what came, behind so many messages that acknowledge what the lane did by itself.
    fn at(input: &[u8], hidden: usize) -> Whole {
        let mut answer = Answer { begin: 0, end: 0, parsed: 0, plain: true, failed: false };
        // How many of its own messages have come, and which of a read's was the last.
        let (mut own, mut last, mut at) = (0, 0_u8, 0);
        loop {
            let Some([tag, a, b, c, d]) = input.get(at..).and_then(<[u8]>::first_chunk::<{ HEADER_BYTES }>) else {
                return Whole::NotYet;
            };
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            if !(4..=MAX_FRAME_BYTES).contains(&length) {
                return Whole::Never;
            }
            let end = at + 1 + length;
            let Some(body) = input.get(at + HEADER_BYTES..end) else { return Whole::NotYet };
            match (*tag, last) {
                (b'1' | b'3', 0) if own < hidden => {
                    own += 1;
                    answer.parsed += usize::from(*tag == b'1');
                }
                (b'2', 0) if own == hidden => {
                    answer.begin = at;
                    last = b'2';
                }
                (b'T', b'2') | (b'D', b'2' | b'T' | b'D') | (b'C', b'2' | b'T' | b'D') => last = *tag,
                (b'Z', _) => {
                    answer.plain &= last == b'C' && body == b"I";
                    answer.end = end;
                    // A transaction that goes on is nobody's here.
                    return if body == b"I" { Whole::Yes(answer) } else { Whole::Never };
                }
                (b'E', _) => {
                    answer.plain = false;
                    answer.failed = true;
                    last = b'E';
                }
                // The server may say these at any time.
                (b'N' | b'S', _) => answer.plain = false,
                _other => return Whole::Never,
            }
            at = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(tags: &str) -> Vec<u8> {
        let frame = |tag: char| {
            let body: &[u8] = if tag == 'Z' { b"I" } else { b"" };
            [&[tag as u8][..], &u32::try_from(body.len() + 4).unwrap().to_be_bytes(), body].concat()
        };
        tags.chars().flat_map(frame).collect()
    }

    #[test]
    fn an_answer_is_rows_and_a_good_end() {
        for (tags, hidden, wanted) in [
            ("2DCZ", 0, Some((0, true))),
            ("2TDCZ", 0, Some((0, true))),
            ("2CZ", 0, Some((0, true))),
            ("12TCZ", 1, Some((5, true))),
            ("132DCZ", 2, Some((10, true))),
            // Not what a read is answered, but all there.
            ("2DEZ", 0, Some((0, false))),
            ("EZ", 1, Some((0, false))),
            ("N2DCZ", 0, Some((5, false))),
            ("2DSCZ", 0, Some((0, false))),
            ("2DZ", 0, Some((0, false))),
            ("Z", 0, Some((0, false))),
            // Another order than anybody may have.
            ("12DCZ", 0, None),
            ("2DCZ", 1, None),
            ("22DCZ", 0, None),
            ("DCZ", 0, None),
            ("2CDZ", 0, None),
            ("2DGZ", 0, None),
            ("A2DCZ", 0, None),
            ("2DIZ", 0, None),
        ] {
            let bytes = frames(tags);
            let got = match Answer::at(&bytes, hidden) {
                Whole::Yes(answer) => {
                    assert_eq!(answer.end, bytes.len(), "{tags}");
                    Some((answer.begin, answer.plain))
                }
                Whole::Never => None,
                Whole::NotYet => panic!("{tags}"),
            };
            assert_eq!(got, wanted, "{tags}");
            // What follows is another's.
            assert_eq!(Answer::at(&[&bytes[..], b"2"].concat(), hidden), Answer::at(&bytes, hidden), "{tags}");
        }
    }

    #[test]
    fn an_answer_is_not_there_before_its_last_byte() {
        let bytes = frames("12TDDCZ");
        for length in 0..bytes.len() {
            assert_eq!(Answer::at(&bytes[..length], 1), Whole::NotYet, "{length}");
        }
        assert_eq!(Answer::at(b"2\0\0\0\x03", 0), Whole::Never);
        assert_eq!(Answer::at(b"Z\0\0\0\x05T", 0), Whole::Never);
    }
}
