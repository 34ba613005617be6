//! [`Channel`]: a socket with what was read and what is to be written, for either side of orgfold.
//!
//! In and out: bytes. Invariants: nothing is lost when a wait is dropped (all state is here, none in a future); writes
//! that were gathered go out together. What is absent: messages.

use std::cell::RefCell;
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::io::poll_read_buf;

/// Both directions of a socket.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// A socket, whatever is under it.
pub type Stream = Box<dyn Duplex>;

/// Asks a peer that says nothing whether it is still there: after this long, so often, so many times. One that is cut off
/// without a word is gone within a minute, and what it holds is free.
const KEEP_ALIVE: (Duration, Duration, u32) = (Duration::from_secs(30), Duration::from_secs(10), 3);

/// Sets a socket up: what is written goes at once, and a peer that vanished is noticed.
pub fn set_up(socket: &tokio::net::TcpStream) {
    let (idle, interval, retries) = KEEP_ALIVE;
    let keep_alive = socket2::TcpKeepalive::new().with_time(idle).with_interval(interval).with_retries(retries);
    let set = socket.set_nodelay(true).and_then(|()| socket2::SockRef::from(socket).set_tcp_keepalive(&keep_alive));
    if let Err(error) = set {
        tracing::debug!(%error, "a socket does not take its options");
    }
}

/// A buffer that grew beyond this is not kept, in bytes: one large row must not cost memory for ever.
const KEPT_BYTES: usize = 256 * 1024;

/// Room for one read: the least, and what a stream of large data gets.
const LEAST_ROOM: usize = 8 * 1024;
const MOST_ROOM: usize = 128 * 1024;

/// How many buffers a thread keeps for channels that wake up.
const SPARE: usize = 64;

thread_local! {
    /// Buffers of channels that rest: thousands of silent clients need none.
    static SPARES: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

fn spare() -> BytesMut {
    SPARES.with_borrow_mut(Vec::pop).unwrap_or_else(|| BytesMut::with_capacity(LEAST_ROOM))
}

/// Puts an empty buffer by for others, if it is of the usual size.
fn put_by(buffer: &mut BytesMut) {
    if buffer.is_empty() && buffer.capacity() > 0 {
        let mut buffer = std::mem::take(buffer);
        if buffer.try_reclaim(LEAST_ROOM) && buffer.capacity() <= 2 * LEAST_ROOM {
            SPARES.with_borrow_mut(|spares| {
                if spares.len() < SPARE {
                    spares.push(buffer);
                }
            });
        }
    }
}

/// A socket and its buffers.
pub struct Channel {
    stream: Stream,
    /// What came and was not taken yet.
    pub input: BytesMut,
    /// What is to be sent.
    pub output: BytesMut,
    unflushed: bool,
    /// Room that the next read is given.
    room: usize,
    /// How many bytes came and went, not yet counted by anybody.
    moved: Moved,
}

/// Bytes that came and went.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Those that were read.
    pub received: u64,
    /// Those that were written.
    pub sent: u64,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("input", &self.input.len()).field("output", &self.output.len()).finish()
    }
}

impl Channel {
    /// A channel over a socket from which `input` was already read.
    #[must_use]
    pub fn new(stream: Stream, input: BytesMut) -> Channel {
        Channel {
            stream,
            input,
            output: BytesMut::with_capacity(LEAST_ROOM),
            unflushed: false,
            room: LEAST_ROOM,
            moved: Moved::default(),
        }
    }

    /// What came and went since this was asked last.
    pub fn moved(&mut self) -> Moved {
        std::mem::take(&mut self.moved)
    }

    /// Nothing is expected for a while: buffers that hold nothing are given away until something comes.
    pub fn rest(&mut self) {
        put_by(&mut self.input);
        put_by(&mut self.output);
    }

    /// Gives the socket back, to put TLS over it.
    #[must_use]
    pub fn into_stream(self) -> (Stream, BytesMut) {
        (self.stream, self.input)
    }

    /// Writes what can be written; reads if `read`. Ready when bytes came or all output has gone.
    ///
    /// # Errors
    /// When the socket fails; [`ErrorKind::UnexpectedEof`] when the other side has closed it.
    pub fn poll(&mut self, context: &mut Context<'_>, read: bool) -> Poll<Result<(), Error>> {
        let wrote = match self.poll_write(context) {
            Poll::Ready(Ok(wrote)) => wrote,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => false,
        };
        if read {
            let rested = self.input.capacity() == 0;
            if rested {
                self.input = spare();
            } else if self.input.capacity() - self.input.len() < self.room / 4 {
                self.input.reserve(self.room);
            }
            let room = self.input.capacity() - self.input.len();
            match poll_read_buf(Pin::new(&mut self.stream), context, &mut self.input) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(ErrorKind::UnexpectedEof.into())),
                Poll::Ready(Ok(read)) => {
                    self.moved.received += read as u64;
                    // Who fills what he is given is given more, and few system calls carry much.
                    self.room = if read == room { (self.room * 2).min(MOST_ROOM) } else { self.room };
                    if read < LEAST_ROOM / 2 {
                        self.room = LEAST_ROOM;
                    }
                    if self.output.capacity() == 0 {
                        self.output = spare();
                    }
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending if rested => put_by(&mut self.input),
                Poll::Pending => {}
            }
        }
        if wrote { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    /// Writes all output; whether there was any.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, Error>> {
        let any = !self.output.is_empty() || self.unflushed;
        while !self.output.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, &self.output))?;
            if sent == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            self.moved.sent += sent as u64;
            if sent == self.output.len() {
                // Keeps the buffer whole, where `advance` would shorten it.
                self.output.clear();
            } else {
                self.output.advance(sent);
            }
            self.unflushed = true;
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            self.unflushed = false;
        }
        if self.output.capacity() > KEPT_BYTES {
            self.output = BytesMut::with_capacity(8 * 1024);
        }
        Poll::Ready(Ok(any))
    }

    /// Sends all output.
    ///
    /// Cancel safe: what was not sent is still there.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn flush(&mut self) -> Result<(), Error> {
        std::future::poll_fn(|context| self.poll_write(context)).await.map(drop)
    }

    /// Waits for bytes.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// When the socket fails or is closed.
    pub async fn fill(&mut self) -> Result<(), Error> {
        let before = self.input.len();
        while self.input.len() == before {
            std::future::poll_fn(|context| self.poll(context, true)).await?;
        }
        Ok(())
    }
}
