//! A network that fails when it is told to: between client and orgfold, or between orgfold and a shard.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Where bytes go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Towards {
    Server,
    Client,
}

/// What happens to a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It is closed, in order.
    Close,
    /// It is reset.
    Reset,
    /// Nothing goes through any more, but it stays open.
    Stall,
}

/// A fault, and how many more bytes go through before it.
#[derive(Clone, Copy)]
struct Armed {
    towards: Towards,
    after: usize,
    fault: Fault,
}

/// Passes connections on to a port, until told otherwise.
pub struct Network {
    port: u16,
    armed: Arc<Mutex<Option<Armed>>>,
    /// Each change closes all that stalls.
    healed: watch::Sender<u32>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Network {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Network {
    pub async fn to(target: u16) -> Network {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let armed: Arc<Mutex<Option<Armed>>> = Arc::default();
        let (healed, changes) = watch::channel(0);
        let shared = Arc::clone(&armed);
        let task = tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let (armed, changes) = (Arc::clone(&shared), changes.clone());
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else { return };
                    let _ = (client.set_nodelay(true), server.set_nodelay(true));
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::select! {
                        () = pump(from_client, to_server, Towards::Server, &armed, changes.clone()) => {}
                        () = pump(from_server, to_client, Towards::Client, &armed, changes) => {}
                    }
                });
            }
        });
        Network { port, armed, healed, task }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connection that carries the last of so many bytes that way breaks.
    pub fn arm(&self, towards: Towards, after: usize, fault: Fault) {
        *self.armed.lock().unwrap() = Some(Armed { towards, after, fault });
    }

    /// Nothing breaks any more; what stalls is closed. Whether the fault had come.
    pub fn heal(&self) -> bool {
        let come = self.armed.lock().unwrap().take().is_none();
        self.healed.send_modify(|times| *times += 1);
        come
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    towards: Towards,
    armed: &Mutex<Option<Armed>>,
    mut healed: watch::Receiver<u32>,
) {
    let mut buffer = vec![0; 16 * 1024];
    healed.mark_unchanged();
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
        let (passes, fault) = {
            let mut armed = armed.lock().unwrap();
            match armed.as_mut().filter(|armed| armed.towards == towards) {
                Some(one) if one.after < length => {
                    let (passes, fault) = (one.after, one.fault);
                    *armed = None;
                    (passes, Some(fault))
                }
                Some(one) => {
                    one.after -= length;
                    (length, None)
                }
                None => (length, None),
            }
        };
        if to.write_all(&buffer[..passes]).await.is_err() {
            return;
        }
        match fault {
            None => {}
            Some(Fault::Close) => return,
            Some(Fault::Reset) => {
                for socket in [from.as_ref(), to.as_ref()] {
                    let _ = socket2::SockRef::from(socket).set_linger(Some(std::time::Duration::ZERO));
                }
                return;
            }
            Some(Fault::Stall) => {
                let _ = healed.changed().await;
                return;
            }
        }
    }
}
