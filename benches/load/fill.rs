//! Fills tables: of one org alone, of many in shared tables, and objects through orgfold.

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::Client;

use crate::machine::OrgOf;
use crate::rivals::CITUS;
use crate::server::Server;
use crate::session::connect;
use crate::work::{Owner, written};
use crate::workload::{World, dbgen};

async fn open(server: &Server, database: &str) -> Result<Client, String> {
    server.connect(database).await.map_err(|error| error.to_string())
}

async fn run(client: &Client, sql: &str) -> Result<(), String> {
    client.batch_execute(sql).await.map_err(|error| format!("{sql}: {error:?}"))
}

/// Enters orgs in the directory, in turns on the shards; each with its shard's name. At once, since there may be a hundred
/// thousand.
pub async fn orgs(server: &Server, wanted: &[(String, u64)]) -> Result<Vec<(String, OrgOf)>, String> {
    let client = open(server, "directory").await?;
    let slugs: Vec<&str> = wanted.iter().map(|(slug, _)| slug.as_str()).collect();
    let sql = "WITH slug AS (SELECT slug, n FROM unnest($1::text[]) WITH ORDINALITY AS given (slug, n)), \
               made AS (INSERT INTO orgfold.org (slug) SELECT slug FROM slug ORDER BY n RETURNING id, slug), \
               home AS (SELECT id, name, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS shards FROM orgfold.shard), \
               placed AS (INSERT INTO orgfold.placement (org_id, shard_id) SELECT made.id, home.id \
                 FROM made JOIN slug USING (slug) JOIN home ON (slug.n - 1) % home.shards = home.at) \
               SELECT made.id, home.name FROM made JOIN slug USING (slug) JOIN home ON (slug.n - 1) % home.shards = home.at ORDER BY slug.n";
    let rows = client.query(sql, &[&slugs]).await.map_err(|error| format!("{error:?}"))?;
    let org = |(row, (slug, size)): (&tokio_postgres::Row, &(String, u64))| {
        (row.get(1), OrgOf { slug: slug.clone(), id: row.get(0), rows: *size })
    };
    Ok(rows.iter().zip(wanted).map(org).collect())
}

/// The shards, each with its orgs.
pub async fn folded(server: &Server, shards: usize, world: &World, homes: &[(String, OrgOf)]) -> Result<(), String> {
    for at in 1..=shards {
        let shard = format!("shard{at}");
        let here: Vec<&OrgOf> = homes.iter().filter(|(home, _)| *home == shard).map(|(_, org)| org).collect();
        shared(server, &shard, world, &here).await?;
    }
    vacuum(&open(server, "directory").await?, "orgfold").await
}

/// Databases with tables that orgs share by hand.
pub async fn by_hand(server: &Server, stores: &[&str], world: &World, orgs: &[OrgOf]) -> Result<(), String> {
    let orgs: Vec<&OrgOf> = orgs.iter().collect();
    for store in stores {
        server.run("postgres", &format!("CREATE DATABASE {store} TEMPLATE template0")).await;
        if *store == "citus" {
            server.run(store, "CREATE EXTENSION citus").await;
        }
        server.run(store, &written(&(world.schema)(), Owner::Sharing(""))).await;
        if *store == "citus" {
            server.run(store, CITUS).await;
        }
        shared(server, store, world, &orgs).await?;
    }
    Ok(())
}

/// A database for each org.
pub async fn private(server: &Server, world: &World, orgs: &[OrgOf]) -> Result<(), String> {
    for org in orgs {
        let name = format!("private_{}", org.slug);
        server.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        server.run(&name, &written(&(world.schema)(), Owner::Alone)).await;
        let client = open(server, &name).await?;
        for sql in world.fill {
            run(&client, &written(sql, Owner::Alone).replace(":rows", &org.rows.to_string())).await?;
        }
        copied(&client, world, org, false).await?;
        vacuum(&client, "public").await?;
    }
    Ok(())
}

/// Not the catalogs: that takes longer than small tables do.
async fn vacuum(client: &Client, schema: &str) -> Result<(), String> {
    let sql = "SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c \
               WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition";
    let row = client.query_one(sql, &[&schema]).await.map_err(|error| error.to_string())?;
    let tables: Option<&str> = row.get(0);
    match tables {
        Some(tables) => run(client, &format!("VACUUM ANALYZE {tables}")).await,
        None => Ok(()),
    }
}

/// Many orgs in tables that have the column `org_id`.
async fn shared(server: &Server, database: &str, world: &World, orgs: &[&OrgOf]) -> Result<(), String> {
    let client = open(server, database).await?;
    let ids: Vec<i64> = orgs.iter().map(|org| org.id).collect();
    let sizes: Vec<i32> = orgs.iter().map(|org| org.rows as i32).collect();
    run(&client, "CREATE TEMP TABLE bench_orgs (org_id bigint, rows integer)").await?;
    let note = "INSERT INTO bench_orgs SELECT * FROM unnest($1::bigint[], $2::integer[])";
    client.execute(note, &[&ids, &sizes]).await.map_err(|error| error.to_string())?;
    for sql in world.fill {
        run(&client, &written(sql, Owner::All).replace(":rows", "o.rows")).await?;
    }
    for org in orgs {
        copied(&client, world, org, true).await?;
    }
    vacuum(&client, "public").await
}

async fn copied(client: &Client, world: &World, org: &OrgOf, with_org: bool) -> Result<(), String> {
    let columns = "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute \
                   WHERE attrelid = $1::text::regclass AND attnum > 0 AND attname <> 'org_id'";
    for (table, mut text) in (world.copied)(org.rows) {
        let row = client.query_one(columns, &[&table]).await.map_err(|error| error.to_string())?;
        let columns: &str = row.get(0);
        let columns = if with_org { format!("org_id, {columns}") } else { columns.to_owned() };
        if with_org {
            text = text.lines().map(|line| format!("{}|{line}\n", org.id)).collect();
        }
        let sql = format!("COPY {table} ({columns}) FROM STDIN {}", dbgen::COPY);
        let sink = client.copy_in(&sql).await.map_err(|error| format!("{error:?}"))?;
        let mut sink = std::pin::pin!(sink);
        sink.send(Bytes::from(text)).await.map_err(|error| format!("{error:?}"))?;
        sink.finish().await.map_err(|error| format!("{table}: {error:?}"))?;
    }
    Ok(())
}

/// Objects of every org, as its designer makes them.
pub async fn objects(server: &Server, shards: usize, port: u16, world: &World, orgs: &[OrgOf]) -> Result<(), String> {
    if world.objects.is_empty() {
        return Ok(());
    }
    for org in orgs {
        let client = connect(port, "designer", &org.slug).await?;
        for sql in world.objects {
            run(&client, &sql.replace(":rows", &org.rows.to_string())).await?;
        }
    }
    for at in 1..=shards {
        vacuum(&open(server, &format!("shard{at}")).await?, "orgfold").await?;
    }
    Ok(())
}
