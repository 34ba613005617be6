//! What a session is told about its settings when it begins.
//!
//! The shard is asked: it knows its version, and it checks and spells the client's own settings (`TimeZone`). What it says
//! is remembered for a while: most clients come with the same settings, and they shall not wait for a connection to be told.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::fault::Fault;
use super::settings::difference;
use crate::directory::ShardEntry;
use crate::route::ShardId;
use crate::sqlstate::SqlState;
use crate::upstream::{Lease, Pools, UpstreamError};
use crate::wire::{Cursor, Malformed, report};

/// Reported by every shard, but nobody's business.
const HIDDEN: [&str; 3] = ["is_superuser", "session_authorization", "in_hot_standby"];

/// How long an answer is believed: a server that is reloaded may say something else.
const BELIEVED: Duration = Duration::from_secs(30);

/// How many answers are remembered.
const REMEMBERED: usize = 1_024;

type Settings = BTreeMap<Box<str>, Box<str>>;
type Parameters = Arc<[(String, String)]>;

/// What shards have said lately.
#[derive(Debug, Default)]
pub(super) struct Greetings {
    known: Mutex<HashMap<(ShardId, Settings), (Instant, Parameters)>>,
}

impl Greetings {
    /// The parameters to report, with the client's settings in force.
    pub(super) async fn parameters(
        &self,
        pools: &Pools,
        shard: &Arc<ShardEntry>,
        settings: &Settings,
    ) -> Result<Parameters, Fault> {
        let key = (shard.id, settings.clone());
        let found = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((at, parameters)) = found
            && at.elapsed() < BELIEVED
        {
            return Ok(parameters);
        }
        let parameters: Parameters = ask(pools, shard, settings).await?.into();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, (Instant::now(), Arc::clone(&parameters)));
        Ok(parameters)
    }
}

async fn ask(pools: &Pools, shard: &Arc<ShardEntry>, settings: &Settings) -> Result<Vec<(String, String)>, Fault> {
    let mut lease = pools.lease(shard, None).await?;
    let done = apply(&mut lease, settings).await?;
    let parameters = lease.backend().map(|backend| backend.parameters.clone()).unwrap_or_default();
    match done {
        Ok(()) => {
            lease.release();
            Ok(parameters.into_iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str())).collect())
        }
        // Whatever was set before the one that failed is still set: the lease is dropped, and so the backend closed.
        Err(fault) => Err(fault),
    }
}

/// Brings a backend to these settings; `Ok(Err(_))` when the shard does not take them.
async fn apply(lease: &mut Lease, settings: &Settings) -> Result<Result<(), Fault>, UpstreamError> {
    let Some(backend) = lease.backend() else { return Err(UpstreamError::Lost) };
    let sql = difference(&backend.settings, settings);
    if sql.is_empty() {
        return Ok(Ok(()));
    }
    backend.query(&sql);
    let mut done = Ok(());
    loop {
        while let Some(frame) = backend.buffered()? {
            match frame.tag {
                b'S' => {
                    let mut cursor = Cursor::new(frame.body());
                    let (name, value) = (cursor.text()?, cursor.text()?);
                    match backend.parameters.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, known)) => *known = value,
                        None => backend.parameters.push((name, value)),
                    }
                }
                b'E' => {
                    let fields = report::fields(&frame.body())?;
                    let message = fields.into_iter().find(|(letter, _)| *letter == b'M').map(|(_, text)| text);
                    let message = message.unwrap_or_else(|| "a setting was refused".to_owned());
                    done = Err(Fault::error(SqlState::INVALID_PARAMETER_VALUE, message));
                }
                b'Z' => {
                    backend.settings = Arc::new(settings.clone());
                    return Ok(done);
                }
                b'C' | b'N' => {}
                _other => return Err(Malformed("unexpected message while setting a session up").into()),
            }
        }
        backend.channel().fill().await.map_err(|_| UpstreamError::Lost)?;
    }
}
