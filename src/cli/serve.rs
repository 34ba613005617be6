//! `orgfold serve`: the standalone proxy.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Fault, output};
use crate::config::Config;
use crate::engine::Engine;
use crate::frontend::Proxy;

#[derive(Debug, Args)]
#[command(
    after_help = "Clients connect with the org's name as the database:\n  psql -h 127.0.0.1 -p 6432 -U app acme\n\n\
                        SIGTERM and Ctrl-C let transactions end first, for up to [proxy] drain_ms. SIGHUP reads the\n\
                        configuration anew. Roles of [admin] roles have a console: the database orgfold, SHOW HELP."
)]
pub(super) struct Command {
    /// Listen here instead of [proxy] listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

pub(super) async fn run(command: Command, mut config: Config, file: PathBuf) -> Result<(), Fault> {
    let listen = command.listen;
    if let Some(listen) = &listen {
        config.proxy.listen.clone_from(listen);
    }
    let engine = Engine::connect(&config).await.map_err(|error| Fault::of(&error))?;
    let proxy = Proxy::bind(engine, &config).await.map_err(|error| Fault::of(&error))?;
    let proxy = proxy.reads_from(move || {
        let mut config = Config::from_file(&file).map_err(|error| error.to_string())?;
        if let Some(listen) = &listen {
            config.proxy.listen.clone_from(listen);
        }
        Ok(config)
    });
    output::line(&format!("listening on {}", proxy.address()))?;
    if let Some(address) = proxy.http_address() {
        output::line(&format!("figures on http://{address}/metrics"))?;
    }
    let hangups = tokio::spawn(reload_on_hangup(waiting_for(SignalKind::hangup())?, proxy.reloads()));
    let watchdog = tokio::spawn(keep_watchdog());
    tell(&[NotifyState::Ready]);
    let mut terminate = waiting_for(SignalKind::terminate())?;
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tell(&[NotifyState::Stopping]);
    };
    proxy.serve(stop).await;
    hangups.abort();
    watchdog.abort();
    Ok(())
}

fn waiting_for(kind: SignalKind) -> Result<Signal, Fault> {
    signal(kind).map_err(|error| Fault::new(format!("cannot wait for signals: {error}")))
}

/// Tells systemd, where it has started us.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(false, states) {
        tracing::warn!(%error, "cannot tell systemd");
    }
}

async fn reload_on_hangup(mut hangup: Signal, reload: impl Fn() -> Result<Vec<&'static str>, String>) {
    while hangup.recv().await.is_some() {
        tell(&[NotifyState::Reloading]);
        match reload() {
            Ok(left) if left.is_empty() => tracing::info!("the configuration was read anew"),
            Ok(left) => tracing::warn!(
                keys = left.join(", "),
                "the configuration was read anew; these keys change at the next start"
            ),
            Err(error) => tracing::error!(error, "the configuration cannot be used: the former one stays in force"),
        }
        tell(&[NotifyState::Ready]);
    }
}

/// Says that we are alive twice in the time that systemd waits for it.
async fn keep_watchdog() {
    let mut micros = 0;
    if !sd_notify::watchdog_enabled(false, &mut micros) {
        return;
    }
    loop {
        tokio::time::sleep(Duration::from_micros((micros / 2).max(1))).await;
        tell(&[NotifyState::Watchdog]);
    }
}
