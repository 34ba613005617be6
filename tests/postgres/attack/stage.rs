//! The stage: one shard, three orgs, two of them in the same leaf, all with the same keys. The others' rows hold a
//! canary in every column of every type; acme's hold its own.

use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use orgfold::catalog::{LeafCount, leaf_of};
use orgfold::directory::DdlMode;
use orgfold::directory::ops::NewRole;
use orgfold::org::OrgId;
use tokio_postgres::Client;

use super::breach::Breach;
use super::wire::{Answer, Wire};
use crate::fleet::{Fleet, PASSWORD, RunningProxy};

/// The attacker's role: it may act for acme and for nobody else.
pub const ROLE: &str = "hostile";

/// In every text of the others' rows.
pub const CANARY: &str = "CANARY";

/// Digits, dates and so on of the others' rows, and the beginning of every org's number.
const TRACES: [&str; 8] =
    [CANARY, "canary", "8642097531", "1987-06-05", "cacacaca", "203.0.113", "43414e415259", "7700000"];

/// Every org's number begins with 7700000: no count and no key does.
const FIRST_ORG: i64 = 770_000_001;

const SCHEMA: &str = "
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TYPE pair AS (a integer, b text);
    CREATE DOMAIN label AS text CHECK (length(value) < 80);
    -- orgfold: global
    CREATE TABLE currency (code text PRIMARY KEY, name text);
    INSERT INTO currency VALUES ('EUR', 'Euro');
    CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL UNIQUE, parent integer REFERENCES customer);
    CREATE TABLE invoice (
        no integer PRIMARY KEY,
        customer integer REFERENCES customer ON UPDATE CASCADE,
        total numeric(12, 2) NOT NULL,
        note text NOT NULL,
        CONSTRAINT note_is_short CHECK (length(note) < 60),
        UNIQUE (note)
    );
    CREATE TABLE ticket (id bigserial PRIMARY KEY, body text);
    CREATE TABLE always (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
    CREATE TABLE vault (
        id integer PRIMARY KEY, t text, v varchar(40), c char(12), l label, n numeric, i integer, b bigint, r real,
        f double precision, dt date, ts timestamp, tz timestamptz, iv interval, u uuid, bytes bytea, j json, jb jsonb,
        x xml, ip inet, net cidr, bits varbit, flag boolean, m mood, p pair, ta text[], ia integer[], rg int4range,
        tv tsvector, mo money
    );
    CREATE VIEW spender AS SELECT c.name, sum(i.total) AS total FROM customer c JOIN invoice i ON i.customer = c.id
        GROUP BY c.name;
";

/// acme's rows: keys 1 to 3.
const OWN: &str = "
    INSERT INTO customer VALUES (1, 'own-1', NULL), (2, 'own-2', 1), (3, 'own-3', 1);
    INSERT INTO invoice VALUES (1, 1, 10, '101'), (2, 2, 20, '102'), (3, 3, 30, '103');
    INSERT INTO ticket (body) VALUES ('own'); INSERT INTO always (body) VALUES ('own');
    INSERT INTO vault (id, t) VALUES (1, 'own');
";

/// The others': the same keys and more, a total of nothing, notes that are no numbers.
const THEIRS: &str = "
    INSERT INTO customer (id, name, parent) SELECT n, 'CANARY-' || n, CASE WHEN n > 1 THEN 1 END FROM generate_series(1, 9) AS n;
    INSERT INTO invoice SELECT n, n, 0, 'CANARY-' || n FROM generate_series(1, 9) AS n;
    INSERT INTO ticket (body) SELECT 'CANARY' FROM generate_series(1, 9);
    INSERT INTO always (body) SELECT 'CANARY' FROM generate_series(1, 9);
    INSERT INTO vault (id, t, v, c, l, n, i, b, r, f, dt, ts, tz, iv, u, bytes, j, jb, x, ip, net, bits, flag, m, p, ta,
        ia, rg, tv, mo) SELECT n, 'CANARY', 'CANARY', 'CANARY', 'CANARY', 8642097531.5, 864209753, 8642097531, 86420, 8642097531,
        '1987-06-05', '1987-06-05', '1987-06-05', '8642 days', 'cacacaca-caca-caca-caca-cacacacacaca', 'CANARY',
        '{\"canary\": 1}', '{\"canary\": 1}', '<canary/>', '203.0.113.77', '203.0.113.0/24', '1011', true, 'bad',
        ROW(864209753, 'CANARY')::pair, ARRAY['CANARY'], ARRAY[864209753], '[864209752,864209753)', 'CANARY', 8642097531
        FROM generate_series(1, 9) AS n;
";

const TABLES: [&str; 5] = ["customer", "invoice", "ticket", "always", "vault"];

/// The stage, set.
pub struct Stage {
    pub fleet: Fleet,
    pub proxy: RunningProxy,
    /// What takes the first wall down, if it is down.
    pub breach: Option<Breach>,
    /// PostgreSQL's.
    pub version: i32,
    shard: Client,
    /// acme's number, its neighbour's in the same leaf, the leaf's and another's as they stand in names.
    pub acme: i64,
    pub globex: i64,
    leaf: String,
    elsewhere: String,
    theirs: Vec<Bytes>,
    own: Vec<Bytes>,
}

/// Which walls stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Walls {
    /// Statements are rewritten, and the runtime role has leaves only.
    Standard,
    /// Row-level security alone: what the rewritten statements say of the org is made void on the way to the shard.
    SecondOnly,
    /// The same without row-level security: what the second wall holds back comes through.
    None,
}

impl Walls {
    fn config(self) -> String {
        let isolation = if self == Walls::SecondOnly { "[migrate]\nisolation = \"rls\"\n" } else { "" };
        format!("{isolation}[shards]\npool_size = 4\n")
    }
}

/// A text with its Unicode escapes read: what it names is the attacker's own word.
fn unescaped(sql: &str) -> String {
    let mut out = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let digits = rest.get(..4).filter(|_| matches!(c, '\\' | '!'));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
            Some(meant) => {
                out.push(meant);
                rest = &rest[4..];
            }
            None => out.push(c),
        }
    }
    out
}

impl Stage {
    pub async fn set() -> Stage {
        Stage::behind(Walls::Standard).await
    }

    pub async fn behind(walls: Walls) -> Stage {
        let fleet = Fleet::with().ddl(SCHEMA).role("app", &[]).config(&walls.config()).start().await;
        let directory = fleet.directory_client().await;
        let restart = format!("SELECT setval(pg_get_serial_sequence('orgfold.org', 'id'), {FIRST_ORG}, false)");
        directory.batch_execute(&restart).await.unwrap();
        let mut operations = fleet.operations().await;
        let leaf = |id| leaf_of(id, LeafCount::STANDARD).get();
        let acme = operations.create_org("acme", Some("shard1")).await.unwrap().id;
        let (mut globex, mut initech) = (None, None);
        let mut next = FIRST_ORG;
        while globex.is_none() || initech.is_none() {
            next += 1;
            let same = leaf(OrgId::try_new(next).unwrap()) == leaf(acme);
            let (slug, found) = if same { ("globex", &mut globex) } else { ("initech", &mut initech) };
            let slug = if found.is_none() { slug.to_owned() } else { format!("org-{next}") };
            let id = operations.create_org(&slug, Some("shard1")).await.unwrap().id;
            assert_eq!(id.get(), next);
            found.get_or_insert(id);
        }
        let (globex, elsewhere) = (globex.unwrap(), initech.unwrap());
        let bound = NewRole {
            name: ROLE.to_owned(),
            password: PASSWORD.to_owned().into(),
            login: true,
            ddl: DdlMode::Refuse,
            any_org: false,
            orgs: vec!["acme".to_owned()],
        };
        operations.create_role(&bound).await.unwrap();
        // The rows are written while every wall stands.
        let mut proxy = fleet.proxy().await;
        for (org, rows) in [("acme", OWN), ("globex", THEIRS), ("initech", THEIRS)] {
            proxy.connect("app", org).await.batch_execute(rows).await.unwrap();
        }
        let shard = fleet.shard_client(1).await;
        // The planner is to know what it would know in a real shard.
        shard.batch_execute("ANALYZE").await.unwrap();
        let mut breach = None;
        if walls != Walls::Standard {
            proxy.stop().await;
            let ask = "SELECT port FROM orgfold.shard WHERE name = 'shard1'";
            let port: i32 = directory.query_one(ask, &[]).await.unwrap().get(0);
            let opened = Breach::before(u16::try_from(port).unwrap()).await;
            let update = "UPDATE orgfold.shard SET port = $1 WHERE name = 'shard1'";
            directory.execute(update, &[&i32::from(opened.port())]).await.unwrap();
            proxy = fleet.proxy().await;
            breach = Some(opened);
        }
        let number = |id| format!("{:02}", leaf(id));
        let mut stage = Stage {
            leaf: number(acme),
            elsewhere: number(elsewhere),
            acme: acme.get(),
            globex: globex.get(),
            version: fleet.version().await,
            fleet,
            proxy,
            breach,
            shard,
            theirs: Vec::new(),
            own: Vec::new(),
        };
        stage.theirs = stage.rows("<>", "*, xmin, xmax, ctid").await;
        stage.own = stage.rows("=", "*").await;
        stage
    }

    /// Rows of acme, or of everybody else, as the shard holds them.
    async fn rows(&self, relation: &str, columns: &str) -> Vec<Bytes> {
        let mut tables = Vec::new();
        for table in TABLES {
            let copy = format!(
                "COPY (SELECT {columns} FROM {table} WHERE org_id {relation} {} ORDER BY org_id, 2) TO STDOUT",
                self.acme
            );
            let chunks: Vec<Bytes> = self.shard.copy_out(&copy).await.unwrap().try_collect().await.unwrap();
            tables.push(chunks.concat().into());
        }
        tables
    }

    /// Whether the others' rows are as they were: their bytes, the transactions that wrote them, their places.
    pub async fn theirs_are_untouched(&self) -> bool {
        self.rows("<>", "*, xmin, xmax, ctid").await == self.theirs
    }

    /// The same after the others locked their own rows: a lock is written into the row.
    pub async fn theirs_are_untouched_but_for_locks(&self) -> bool {
        let without = |rows: &[Bytes]| -> Vec<String> {
            let lines = rows.iter().flat_map(|table| std::str::from_utf8(table).unwrap().lines());
            // xmin, xmax and ctid come last.
            lines.map(|line| line.rsplitn(4, '\t').nth(3).unwrap().to_owned()).collect()
        };
        without(&self.rows("<>", "*, xmin, xmax, ctid").await) == without(&self.theirs)
    }

    /// What acme must be answered when it counts its customers: as the shard holds them.
    pub async fn own_customers(&self) -> String {
        let sql = "SELECT concat_ws('|', count(*), coalesce(min(id)::text, 'null'), coalesce(max(id)::text, 'null'), \
                   coalesce(max(name), 'null')) FROM customer WHERE org_id = $1";
        let own: String = self.shard.query_one(sql, &[&self.acme]).await.unwrap().get(0);
        format!("answered {own} [SELECT 1]")
    }

    /// Puts acme's rows back.
    pub async fn restore(&self) {
        if self.rows("=", "*").await == self.own {
            return;
        }
        let delete: String =
            TABLES.iter().rev().map(|table| format!("DELETE FROM {table} WHERE org_id = {};", self.acme)).collect();
        let quiet = "SET session_replication_role = replica;";
        self.shard.batch_execute(&format!("{quiet} {delete}")).await.unwrap();
        for (table, rows) in TABLES.iter().zip(&self.own) {
            let sink = self.shard.copy_in::<_, Bytes>(&format!("COPY {table} FROM STDIN")).await.unwrap();
            futures_util::pin_mut!(sink);
            sink.send(rows.clone()).await.unwrap();
            sink.finish().await.unwrap();
        }
        assert_eq!(self.rows("=", "*").await, self.own);
    }

    /// A hostile connection of acme's.
    pub async fn hostile(&self) -> Wire {
        Wire::connect(&self.proxy, ROLE, "acme", &[]).await.unwrap_or_else(|answer| panic!("{answer:?}"))
    }

    /// Fills in what an attacker might guess: `{leaf}`, `{elsewhere}`, `{acme}`, `{globex}`, `{oid:name}`; and the numbers of the last.
    pub async fn filled(&self, sql: &str) -> (String, Vec<String>) {
        let mut oids = Vec::new();
        let mut text = sql
            .replace("{leaf}", &self.leaf)
            .replace("{elsewhere}", &self.elsewhere)
            .replace("{acme}", &self.acme.to_string())
            .replace("{globex}", &self.globex.to_string());
        while let Some((before, rest)) = text.split_once("{oid:") {
            let (name, after) = rest.split_once('}').unwrap();
            let oid: u32 = self.shard.query_one("SELECT to_regclass($1)::oid", &[&name]).await.unwrap().get(0);
            text = format!("{before}{oid}{after}");
            oids.push(oid.to_string());
        }
        (text, oids)
    }

    /// What must be in no answer to `sql`, if it is in this one.
    pub fn leak(&self, sql: &str, answer: &Answer) -> Option<String> {
        let sql = unescaped(sql).to_lowercase();
        let traces = TRACES.iter().find(|trace| !sql.contains(&trace.to_lowercase()) && answer.holds(trace));
        // What the attacker wrote may come back in a message that says it does not exist.
        let names = ["org_id", "orgfold_catalog", "org_state"];
        let names = names.iter().find(|name| !sql.contains(**name) && answer.holds(name));
        traces.or(names).map(|found| (*found).to_owned()).or_else(|| self.leaf_name(&sql, answer))
    }

    /// A leaf's name, of any table and any number.
    fn leaf_name(&self, sql: &str, answer: &Answer) -> Option<String> {
        let indexes = ["customer_pkey", "customer_name_key", "invoice_pkey", "invoice_note_key", "vault_pkey"];
        let all = TABLES.iter().chain(&indexes);
        let leaves = all.flat_map(|base| (0..16).map(move |leaf| format!("{base}_p{leaf:02}")));
        leaves.into_iter().find(|leaf| !sql.contains(leaf.as_str()) && answer.holds(leaf))
    }
}
