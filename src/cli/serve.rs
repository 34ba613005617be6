//! `orgfold serve`: the standalone proxy.

use clap::Args;

use super::{Fault, output};
use crate::config::Config;
use crate::engine::Engine;
use crate::frontend::Proxy;

#[derive(Debug, Args)]
#[command(
    after_help = "Clients connect with the org's name as the database:\n  psql -h 127.0.0.1 -p 6432 -U app acme\n\n\
                        SIGTERM and Ctrl-C let transactions end first, for up to [proxy] drain_ms."
)]
pub(super) struct Command {
    /// Listen here instead of [proxy] listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

pub(super) async fn run(command: Command, mut config: Config) -> Result<(), Fault> {
    if let Some(listen) = command.listen {
        config.proxy.listen = listen;
    }
    let engine = Engine::connect(&config).await.map_err(|error| Fault::of(&error))?;
    let proxy = Proxy::bind(engine, &config).await.map_err(|error| Fault::of(&error))?;
    output::line(&format!("listening on {}", proxy.address()))?;
    proxy.serve(stop_signal()?).await;
    Ok(())
}

fn stop_signal() -> Result<impl Future<Output = ()>, Fault> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|error| Fault::new(format!("cannot wait for signals: {error}")))?;
    Ok(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    })
}
