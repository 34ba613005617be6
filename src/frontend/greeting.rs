//! What a session is told about its settings when it begins.
//!
//! The shard is asked: it knows its version, and it checks and spells the client's own settings (`TimeZone`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::Fault;
use super::settings::difference;
use crate::directory::ShardEntry;
use crate::sqlstate::SqlState;
use crate::upstream::{Lease, Pools, UpstreamError};
use crate::wire::{Cursor, Malformed, report};

/// Reported by every shard, but nobody's business.
const HIDDEN: [&str; 3] = ["is_superuser", "session_authorization", "in_hot_standby"];

/// The parameters to report, with the client's settings in force.
pub(super) async fn parameters(
    pools: &Pools,
    shard: &Arc<ShardEntry>,
    settings: &BTreeMap<Box<str>, Box<str>>,
) -> Result<Vec<(String, String)>, Fault> {
    let mut lease = pools.lease(shard).await?;
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
async fn apply(lease: &mut Lease, settings: &BTreeMap<Box<str>, Box<str>>) -> Result<Result<(), Fault>, UpstreamError> {
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
                    backend.settings.clone_from(settings);
                    return Ok(done);
                }
                b'C' | b'N' => {}
                _other => return Err(Malformed("unexpected message while setting a session up").into()),
            }
        }
        backend.channel().fill().await.map_err(|_| UpstreamError::Lost)?;
    }
}
