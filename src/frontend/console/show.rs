//! The console's tables.

use std::sync::atomic::Ordering;

use super::command::Command;
use crate::frontend::Front;
use crate::frontend::gate::Stop;
use crate::frontend::watch::{BOUNDS, Flow};
use crate::wire::reply::Kind::{self, Number, Text};

/// A table to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Help,
    Version,
    Clients,
    Servers,
    Pools,
    Shards,
    Orgs,
    Stats,
    Plans,
    Config,
}

const ALL: [(&str, What, &str); 10] = [
    ("HELP", What::Help, "the commands"),
    ("VERSION", What::Version, "the proxy's version and how long it has been up"),
    ("CLIENTS", What::Clients, "who is connected, for which org, and what it does"),
    ("SERVERS", What::Servers, "connections to shards, and who holds them"),
    ("POOLS", What::Pools, "for each shard: connections, and who waits for one"),
    ("SHARDS", What::Shards, "the shards of the directory"),
    ("ORGS", What::Orgs, "the orgs with the most queries since the start"),
    ("STATS", What::Stats, "for each shard: queries, and how long they took"),
    ("PLANS", What::Plans, "the cache of plans"),
    ("CONFIG", What::Config, "the configuration in force, without secrets"),
];

const COMMANDS: [(&str, &str); 8] = [
    ("PAUSE", "new transactions wait; returns when those that run have ended"),
    ("PAUSE ORG acme", "the same for one org"),
    ("PAUSE SHARD shard1", "the same for one shard"),
    ("RESUME [ORG ... | SHARD ...]", "what waits goes on"),
    ("KILL 17", "ends the client of that number, and what it runs"),
    ("KILL ORG acme", "ends every client of that org"),
    ("RELOAD", "reads the configuration file anew"),
    ("DRAIN", "stops listening, lets transactions end, and ends the proxy"),
];

impl What {
    pub(super) fn of(word: &str) -> Option<What> {
        ALL.iter().find(|(name, _, _)| *name == word).map(|(_, what, _)| *what)
    }
}

type Columns = &'static [(&'static str, Kind)];

/// Rows under columns.
pub(super) struct Table {
    pub(super) columns: Columns,
    pub(super) rows: Vec<Vec<Option<String>>>,
}

/// The columns that a command returns.
pub(super) fn columns(command: &Command) -> Option<Columns> {
    let Command::Show(what) = command else { return None };
    Some(match what {
        What::Help => &[("command", Text), ("what it does", Text)],
        What::Version => &[("version", Text), ("up_seconds", Number), ("clients_ever", Number)],
        What::Clients => &[
            ("client", Number),
            ("role", Text),
            ("org", Text),
            ("state", Text),
            ("address", Text),
            ("application_name", Text),
            ("connected_seconds", Number),
            ("queries", Number),
        ],
        What::Servers => &[
            ("shard", Text),
            ("pid", Number),
            ("state", Text),
            ("org", Text),
            ("leaf", Number),
            ("age_seconds", Number),
            ("state_seconds", Number),
        ],
        What::Pools => &[
            ("shard", Text),
            ("size", Number),
            ("leased", Number),
            ("idle", Number),
            ("connecting", Number),
            ("waiting", Number),
            ("paused", Text),
            ("leases", Number),
            ("shared_reads", Number),
            ("waits", Number),
            ("wait_ms", Number),
            ("connections_ever", Number),
        ],
        What::Shards => &[
            ("shard", Text),
            ("region", Text),
            ("host", Text),
            ("port", Number),
            ("database", Text),
            ("state", Text),
            ("orgs", Number),
        ],
        What::Orgs => {
            &[("org", Text), ("queries", Number), ("mean_us", Number), ("p50_us", Number), ("p99_us", Number)]
        }
        What::Stats => &[
            ("shard", Text),
            ("queries", Number),
            ("mean_us", Number),
            ("p50_us", Number),
            ("p95_us", Number),
            ("p99_us", Number),
        ],
        What::Plans => &[("hits", Number), ("misses", Number), ("entries", Number), ("bytes", Number)],
        What::Config => &[("key", Text), ("value", Text)],
    })
}

fn some(value: impl ToString) -> Option<String> {
    Some(value.to_string())
}

/// No longer than what a share of the queries took: the bound of its bucket, in microseconds.
fn quantile(flow: &Flow, percent: u64) -> Option<String> {
    let wanted = (flow.queries() * percent).div_ceil(100);
    let up_to = flow.up_to();
    let at = up_to.iter().position(|count| *count >= wanted.max(1))?;
    BOUNDS.get(at).map(ToString::to_string)
}

fn mean(flow: &Flow) -> Option<String> {
    flow.micros().checked_div(flow.queries()).map(|mean| mean.to_string())
}

pub(super) fn table(what: What, front: &Front) -> Table {
    let columns = columns(&Command::Show(what)).unwrap_or_default();
    let snapshot = front.engine.directory().snapshot();
    let rows = match what {
        What::Help => {
            let shown = ALL.iter().map(|(name, _, text)| vec![some(format!("SHOW {name}")), some(text)]);
            shown.chain(COMMANDS.iter().map(|(name, text)| vec![some(name), some(text)])).collect()
        }
        What::Version => vec![vec![
            some(format!("orgfold {}", env!("CARGO_PKG_VERSION"))),
            some(front.watch.started.elapsed().as_secs()),
            some(front.watch.ever()),
        ]],
        What::Clients => front
            .watch
            .sessions()
            .iter()
            .map(|client| {
                vec![
                    some(client.number),
                    some(&client.role),
                    client.org().map(|(_, slug)| slug.to_string()),
                    some(client.doing()),
                    some(client.peer),
                    some(&client.application),
                    some(client.since.elapsed().as_secs()),
                    some(client.queries.load(Ordering::Relaxed)),
                ]
            })
            .collect(),
        What::Servers => front
            .pools
            .servers()
            .into_iter()
            .map(|server| {
                let org = server.org.and_then(|org| snapshot.org(org).map(|org| org.slug.to_string()));
                vec![
                    some(&server.shard.name),
                    some(server.pid),
                    some(if server.leased { "leased" } else { "idle" }),
                    org,
                    server.leaf.map(|leaf| leaf.get().to_string()),
                    some(server.age.as_secs()),
                    some(server.since.as_secs()),
                ]
            })
            .collect(),
        What::Pools => front
            .pools
            .stats()
            .iter()
            .map(|pool| {
                let paused = front.gate.is_paused(Stop::All) || front.gate.is_paused(Stop::Shard(pool.shard.id));
                vec![
                    some(&pool.shard.name),
                    some(pool.size),
                    some(pool.leased),
                    some(pool.idle),
                    some(pool.dialling),
                    some(pool.waiting),
                    some(if paused { "yes" } else { "no" }),
                    some(pool.leases),
                    some(pool.shared_reads),
                    some(pool.waits),
                    some(pool.waited.as_millis()),
                    some(pool.made),
                ]
            })
            .collect(),
        What::Shards => snapshot
            .shards()
            .map(|shard| {
                let orgs = snapshot.orgs().filter(|org| org.shard == shard.id).count();
                vec![
                    some(&shard.name),
                    some(&shard.region),
                    some(&shard.host),
                    some(shard.port),
                    some(&shard.database),
                    some(format!("{:?}", shard.state).to_lowercase()),
                    some(orgs),
                ]
            })
            .collect(),
        What::Orgs => front
            .watch
            .orgs(100)
            .iter()
            .map(|flow| {
                vec![some(&flow.name), some(flow.queries()), mean(flow), quantile(flow, 50), quantile(flow, 99)]
            })
            .collect(),
        What::Stats => front
            .watch
            .shards()
            .iter()
            .map(|flow| {
                let quantiles = [50, 95, 99].map(|percent| quantile(flow, percent));
                [some(&flow.name), some(flow.queries()), mean(flow)].into_iter().chain(quantiles).collect()
            })
            .collect(),
        What::Plans => {
            let plans = front.engine.plan_cache();
            vec![vec![some(plans.hits), some(plans.misses), some(plans.entries), some(plans.bytes)]]
        }
        What::Config => front.control.shown().into_iter().map(|(key, value)| vec![Some(key), Some(value)]).collect(),
    };
    Table { columns, rows }
}
