//! The directory: changes are heard, a lost notification is healed, an outage is lived through.

use std::time::Duration;

use orgfold::directory::ops::{self, NewRole, NewShard};
use orgfold::directory::{AllowedOrgs, DdlMode, Directory, DirectoryError, OrgState, ShardState};
use orgfold::org::OrgId;

use crate::fleet::{Fleet, PASSWORD};

/// No test waits for ever; none waits this long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

async fn soon<T>(what: &str, step: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, step).await.unwrap_or_else(|_| panic!("{what} did not happen"))
}

#[tokio::test]
async fn changes_are_heard_at_once() {
    let fleet = Fleet::shared().await;
    let mut config = fleet.config().directory;
    config.poll_ms = 3_600_000; // only notifications can bring the news
    let directory = Directory::connect(&config).await.unwrap();
    assert!(directory.snapshot().org_by_slug("acme").is_none());

    let mut operations = fleet.operations().await;
    let org = operations.create_org("acme", None).await.unwrap();
    let snapshot = soon("the news", directory.wait_for(operations.version().await.unwrap())).await;
    let known = snapshot.org_by_slug("acme").unwrap();
    assert_eq!((known.id, known.state, known.epoch), (org.id, OrgState::Active, 1));
    assert_eq!(snapshot.shard(known.shard).unwrap().name, org.shard);

    operations.suspend_org("acme").await.unwrap();
    let snapshot = soon("the news", directory.wait_for(operations.version().await.unwrap())).await;
    assert_eq!(snapshot.org(org.id).unwrap().state, OrgState::Suspended);
    operations.resume_org("acme").await.unwrap();
    let snapshot = soon("the news", directory.wait_for(operations.version().await.unwrap())).await;
    assert_eq!(snapshot.org(org.id).unwrap().state, OrgState::Active);
}

#[tokio::test]
async fn a_lost_notification_only_delays() {
    let fleet = Fleet::with().orgs(&["acme"]).start().await;
    let directory = Directory::connect(&fleet.config().directory).await.unwrap();
    let client = fleet.directory_client().await;
    // Without triggers nobody is told; the version grows all the same.
    client
        .batch_execute(
            "BEGIN; SET LOCAL session_replication_role = replica;
             UPDATE orgfold.org SET state = 'suspended'; UPDATE orgfold.version SET version = version + 1; COMMIT",
        )
        .await
        .unwrap();
    let version = fleet.operations().await.version().await.unwrap();
    let snapshot = soon("the poll", directory.wait_for(version)).await;
    assert_eq!(snapshot.org_by_slug("acme").unwrap().state, OrgState::Suspended);
}

#[tokio::test]
async fn known_orgs_go_on_while_the_directory_is_down_and_news_follow() {
    let fleet = Fleet::with().orgs(&["acme"]).separate().start().await;
    let directory = Directory::connect(&fleet.config().directory).await.unwrap();
    let cluster = fleet.directory_cluster();
    cluster.kill().await.unwrap();
    assert!(directory.snapshot().org_by_slug("acme").is_some());
    let Err(refused) = Directory::connect(&fleet.config().directory).await else { panic!("it is down") };
    assert!(matches!(refused, DirectoryError::Unreachable(_)), "{refused:?}");
    assert!(refused.hint().is_some());

    cluster.restart().await.unwrap();
    let mut operations = fleet.operations().await;
    operations.create_org("globex", None).await.unwrap();
    let version = operations.version().await.unwrap();
    let snapshot = soon("the reconnect", directory.wait_for(version)).await;
    assert!(snapshot.org_by_slug("globex").is_some() && snapshot.org_by_slug("acme").is_some());
}

#[tokio::test]
async fn a_lost_connection_is_made_again_and_what_was_missed_is_read() {
    let fleet = Fleet::with().orgs(&["acme"]).start().await;
    let mut config = fleet.config().directory;
    config.poll_ms = 3_600_000; // only the reconnect can bring the news
    let directory = Directory::connect(&config).await.unwrap();
    let client = fleet.directory_client().await;
    for state in ["suspended", "active", "suspended"] {
        // Nobody hears this change, then the connection ends.
        client
            .batch_execute(&format!(
                "BEGIN; SET LOCAL session_replication_role = replica; UPDATE orgfold.org SET state = '{state}';
                 UPDATE orgfold.version SET version = version + 1; COMMIT;
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'orgfold'"
            ))
            .await
            .unwrap();
        let version = fleet.operations().await.version().await.unwrap();
        let snapshot = soon("the reconnect", directory.wait_for(version)).await;
        assert_eq!(snapshot.org_by_slug("acme").unwrap().state == OrgState::Active, state == "active");
    }
}

#[tokio::test]
async fn verifiers_are_what_postgres_would_have_made() {
    let fleet = Fleet::shared().await;
    let mut operations = fleet.operations().await;
    let directory = fleet.directory_client().await;
    for (name, password) in [("verifier_ascii", "plain"), ("verifier_more", "pä\u{ad}ss \u{2168}'\\")] {
        let new = NewRole {
            name: name.to_owned(),
            password: password.to_owned().into(),
            login: true,
            ddl: DdlMode::Refuse,
            any_org: false,
            orgs: vec![],
        };
        operations.create_role(&new).await.unwrap();
        let row = directory.query_one("SELECT verifier FROM orgfold.role WHERE name = $1", &[&name]).await.unwrap();
        let verifier: String = row.get(0);
        directory.batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD '{verifier}'")).await.unwrap();
        let mut settings = fleet.config().directory.postgres().unwrap();
        settings.user(name).password(password);
        assert!(settings.connect(tokio_postgres::NoTls).await.is_ok(), "{password:?}");
        settings.password("wrong");
        assert!(settings.connect(tokio_postgres::NoTls).await.is_err());
        directory.batch_execute(&format!("DROP ROLE {name}")).await.unwrap();
    }
}

#[tokio::test]
async fn nonsense_in_the_directory_is_not_served() {
    let fleet = Fleet::with().orgs(&["acme"]).start().await;
    let directory = Directory::connect(&fleet.config().directory).await.unwrap();
    let client = fleet.directory_client().await;
    client
        .batch_execute(
            "ALTER TABLE orgfold.org DROP CONSTRAINT org_state_check; UPDATE orgfold.org SET state = 'unheard-of'",
        )
        .await
        .unwrap();
    // A fresh instance refuses to begin; this one goes on with what it knows, and recovers when the row does.
    let Err(refused) = Directory::connect(&fleet.config().directory).await else { panic!("it was served") };
    assert!(matches!(refused, DirectoryError::Corrupt { .. }), "{refused:?}");
    assert_eq!(directory.snapshot().org_by_slug("acme").unwrap().state, OrgState::Active);
    client.batch_execute("UPDATE orgfold.org SET state = 'suspended'").await.unwrap();
    let version = fleet.operations().await.version().await.unwrap();
    let snapshot = soon("the recovery", directory.wait_for(version)).await;
    assert_eq!(snapshot.org_by_slug("acme").unwrap().state, OrgState::Suspended);
}

#[tokio::test]
async fn new_orgs_go_to_the_emptier_active_shard() {
    let fleet = Fleet::shared().await;
    let mut operations = fleet.operations().await;
    let mut homes = Vec::new();
    for slug in ["a", "b", "c"] {
        homes.push(operations.create_org(slug, None).await.unwrap().shard);
    }
    assert_eq!(homes, ["shard1", "shard2", "shard1"]);
    assert_eq!(operations.create_org("d", Some("shard1")).await.unwrap().shard, "shard1");
    operations.set_shard_state("shard2", ShardState::Closed).await.unwrap();
    assert_eq!(operations.create_org("e", None).await.unwrap().shard, "shard1");
    operations.set_shard_state("shard1", ShardState::Closed).await.unwrap();
    assert!(matches!(operations.create_org("f", None).await, Err(DirectoryError::NoShard)));
    assert!(matches!(operations.create_org("a", Some("shard1")).await, Err(DirectoryError::OrgExists(_))));
    assert!(matches!(operations.create_org("g", Some("none")).await, Err(DirectoryError::UnknownShard(_))));
    assert!(matches!(operations.create_org("Bad Slug", None).await, Err(DirectoryError::InvalidSlug(_))));
    let orgs: Vec<i64> = operations.shards().await.unwrap().iter().map(|shard| shard.orgs).collect();
    assert_eq!(orgs, [4, 1]);
}

#[tokio::test]
async fn preparing_twice_and_at_once_is_preparing_once() {
    let fleet = Fleet::shared().await;
    let config = fleet.config().directory;
    fleet.directory_client().await.batch_execute("DROP SCHEMA orgfold CASCADE").await.unwrap();
    assert!(matches!(ops::Operations::connect(&config).await, Err(DirectoryError::NotPrepared)));
    let (a, b) = tokio::join!(ops::prepare(&config), ops::prepare(&config));
    assert_eq!(a.unwrap().len() + b.unwrap().len(), 1);
    assert!(ops::prepare(&config).await.unwrap().is_empty());
    let client = fleet.directory_client().await;
    client.batch_execute("UPDATE orgfold.directory_migration SET checksum = 'other'").await.unwrap();
    assert!(matches!(ops::prepare(&config).await, Err(DirectoryError::Drift { .. })));
}

#[tokio::test]
async fn roles_act_for_the_orgs_they_were_granted() {
    let fleet = Fleet::with().orgs(&["acme", "globex"]).role("one", &["acme"]).role("all", &[]).start().await;
    let mut operations = fleet.operations().await;
    let directory = Directory::connect(&fleet.config().directory).await.unwrap();
    let snapshot = directory.snapshot();
    let id = |slug: &str| -> OrgId { snapshot.org_by_slug(slug).unwrap().id };
    let one = snapshot.role("one").unwrap();
    assert!(one.orgs.contains(id("acme")) && !one.orgs.contains(id("globex")));
    assert!(one.verifier.starts_with("SCRAM-SHA-256$4096:") && !format!("{one:?}").contains("SCRAM"));
    assert_eq!(snapshot.role("all").unwrap().orgs, AllowedOrgs::Any);

    let before = one.verifier.clone();
    operations.grant("one", "globex").await.unwrap();
    operations.grant("one", "globex").await.unwrap();
    operations.revoke("one", "acme").await.unwrap();
    operations.set_password("one", "another").await.unwrap();
    let news = soon("the news", directory.wait_for(operations.version().await.unwrap())).await;
    let one = news.role("one").unwrap();
    assert!(!one.orgs.contains(id("acme")) && one.orgs.contains(id("globex")));
    assert_ne!(one.verifier, before);

    let taken = NewRole {
        name: "one".to_owned(),
        password: PASSWORD.to_owned().into(),
        login: true,
        ddl: DdlMode::Refuse,
        any_org: false,
        orgs: vec![],
    };
    assert!(matches!(operations.create_role(&taken).await, Err(DirectoryError::RoleExists(_))));
    let lost = NewRole { name: "two".to_owned(), orgs: vec!["nobody".to_owned()], ..taken.clone() };
    assert!(matches!(operations.create_role(&lost).await, Err(DirectoryError::UnknownOrg(_))));
    assert!(matches!(operations.role("two").await, Err(DirectoryError::UnknownRole(_))), "half a role was created");
    let open = NewRole { name: "two".to_owned(), password: String::new().into(), ..taken };
    assert!(matches!(operations.create_role(&open).await, Err(DirectoryError::EmptyPassword)));
    operations.drop_role("one").await.unwrap();
    assert!(matches!(operations.grant("one", "acme").await, Err(DirectoryError::UnknownRole(_))));
}

#[tokio::test]
async fn shards_have_names_and_addresses_of_their_own() {
    let fleet = Fleet::shared().await;
    let mut operations = fleet.operations().await;
    let taken = operations.shard("shard1").await.unwrap().entry;
    let same_name = NewShard {
        name: taken.name.clone(),
        region: "local".to_owned(),
        host: "elsewhere".to_owned(),
        port: 5432,
        database: "app".to_owned(),
    };
    assert!(matches!(operations.add_shard(&same_name).await, Err(DirectoryError::ShardExists(_))));
    let same_place = NewShard {
        name: "third".to_owned(),
        host: taken.host.clone(),
        port: taken.port,
        database: taken.database.clone(),
        ..same_name.clone()
    };
    assert!(matches!(operations.add_shard(&same_place).await, Err(DirectoryError::ShardExists(_))));
    let same_name_elsewhere = same_name.clone();
    let bad = NewShard { name: "No Name".to_owned(), ..same_name };
    assert!(matches!(operations.add_shard(&bad).await, Err(DirectoryError::InvalidName(..))));
    assert_eq!(operations.shards().await.unwrap().len(), 2);
    // The refused ones took no number: it is the lane of a shard's sequences, and lanes are few.
    let third = NewShard { name: "third".to_owned(), ..same_name_elsewhere };
    assert_eq!(operations.add_shard(&third).await.unwrap().entry.id.get(), 3);
    let deleted = fleet.directory_client().await.execute("DELETE FROM orgfold.shard WHERE id = 3", &[]).await;
    assert_eq!(deleted.unwrap_err().code().unwrap().code(), "55000");
}

#[tokio::test]
async fn a_hundred_thousand_orgs_are_read_quickly() {
    let fleet = Fleet::shared().await;
    let client = fleet.directory_client().await;
    client
        .batch_execute(
            "INSERT INTO orgfold.org (slug) SELECT 'org' || n FROM generate_series(1, 100000) n;
             INSERT INTO orgfold.placement (org_id, shard_id) SELECT id, 1 + id % 2 FROM orgfold.org",
        )
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    let directory = Directory::connect(&fleet.config().directory).await.unwrap();
    let took = begun.elapsed();
    assert_eq!(directory.snapshot().orgs().count(), 100_000);
    println!("100,000 orgs read in {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}
