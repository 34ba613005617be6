//! What one text alone cannot try: sessions beside each other, the extended protocol's own messages, the way in.

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio_postgres::Client;

use super::stage::{ROLE, Stage};
use super::wire::{Answer, Wire, bind, cancel, frame};

fn clean(stage: &Stage, answer: &Answer, outcome: &str) {
    assert_eq!(answer.outcome, outcome, "{}", answer.reports);
    assert_eq!(stage.leak("", answer), None, "{}", answer.texts);
}

async fn neighbour(stage: &Stage) -> Client {
    stage.proxy.connect("app", "globex").await
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_keys_of_a_neighbour_never_make_one_wait() {
    let stage = Stage::set().await;
    let other = neighbour(&stage).await;
    let theirs = "BEGIN; SELECT * FROM customer FOR UPDATE; SELECT * FROM invoice FOR UPDATE; \
                  INSERT INTO customer VALUES (20, 'CANARY-20'), (21, 'same'); UPDATE invoice SET note = note || '!'; \
                  SELECT pg_advisory_xact_lock(1), pg_advisory_xact_lock(1, 2)";
    other.batch_execute(theirs).await.unwrap();
    let mut wire = stage.hostile().await;
    wire.simple("SET lock_timeout = '300ms'").await;
    for (sql, outcome) in [
        ("SELECT id FROM customer ORDER BY id FOR UPDATE NOWAIT", "answered 1; 2; 3 [SELECT 3]"),
        ("SELECT no FROM invoice ORDER BY no FOR UPDATE SKIP LOCKED", "answered 1; 2; 3 [SELECT 3]"),
        ("INSERT INTO customer VALUES (20, 'own-20')", "answered [INSERT 0 1]"),
        ("INSERT INTO customer VALUES (22, 'same')", "answered [INSERT 0 1]"),
        ("INSERT INTO customer VALUES (21, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y'", "answered [INSERT 0 1]"),
        ("UPDATE invoice SET note = note || '?'", "answered [UPDATE 3]"),
        ("UPDATE customer SET id = 30 WHERE id = 2", "answered [UPDATE 1]"),
        ("DELETE FROM invoice", "answered [DELETE 3]"),
        ("TRUNCATE vault", "answered [TRUNCATE TABLE]"),
        ("SELECT pg_try_advisory_xact_lock(1), pg_try_advisory_xact_lock(1, 2)", "answered t|t [SELECT 1]"),
    ] {
        clean(&stage, &wire.simple(sql).await, outcome);
    }
    other.batch_execute("ROLLBACK").await.unwrap();
    assert!(stage.theirs_are_untouched_but_for_locks().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_stays_with_its_org() {
    let stage = Stage::set().await;
    let other = neighbour(&stage).await;
    let mut wire = stage.hostile().await;
    for listen in ["LISTEN x", "LISTEN orgfold_catalog", "LISTEN \"X\""] {
        clean(&stage, &wire.simple(listen).await, "answered [LISTEN]");
    }
    other.batch_execute("NOTIFY x, 'CANARY'; NOTIFY orgfold_catalog, 'CANARY'; NOTIFY \"X\", 'CANARY'").await.unwrap();
    // Their notification was delivered before this one of acme's own, which must be the only one heard.
    let mut heard = String::new();
    for _ in 0..50 {
        let answer = wire.simple("NOTIFY x, 'own'; SELECT 1").await;
        assert_eq!(stage.leak("", &answer), None, "{}", answer.texts);
        heard.push_str(&answer.outcome);
        if heard.contains("notified x") {
            break;
        }
    }
    assert!(heard.contains("notified x"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_needs_the_key_of_its_session() {
    let stage = Stage::set().await;
    let (holder, mut waiting) = (neighbour(&stage).await, {
        let wire = Wire::connect(&stage.proxy, "app", "globex", &[]).await;
        wire.unwrap_or_else(|answer| panic!("{answer:?}"))
    });
    let own = stage.hostile().await;
    holder.batch_execute("BEGIN; UPDATE customer SET name = name WHERE id = 1").await.unwrap();
    let (process, key) = waiting.key;
    let mut out = BytesMut::new();
    frontend::query("SELECT id FROM customer WHERE id = 1 FOR UPDATE", &mut out).unwrap();
    waiting.send(&out).await;
    let attempts =
        [(process, key ^ 1), (process, 0), (process, own.key.1), (own.key.0, key), own.key, (0, key), (-1, -1)];
    for attempt in attempts {
        cancel(&stage.proxy, attempt).await;
    }
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(waiting.answer().await.outcome, "answered 1 [SELECT 1]");
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_and_portals_of_other_sessions_do_not_exist() {
    let stage = Stage::set().await;
    let other = neighbour(&stage).await;
    other.batch_execute("PREPARE mine AS SELECT name FROM customer").await.unwrap();
    let _named = other.prepare("SELECT name FROM customer").await.unwrap();
    other.batch_execute("BEGIN; DECLARE theirs CURSOR FOR SELECT name FROM customer").await.unwrap();
    let mut wire = stage.hostile().await;
    clean(&stage, &wire.simple("EXECUTE mine").await, "refused 26000");
    clean(&stage, &wire.simple("FETCH ALL FROM theirs").await, "refused 34000");
    // What a driver or orgfold itself might have named them.
    for name in ["mine", "s0", "s1", "S_1", "__asyncpg_stmt_1__", "orgfold_1", "o1", "p1", "1"] {
        let mut out = BytesMut::new();
        bind("", name, &[], &mut out);
        frontend::execute("", 0, &mut out).unwrap();
        frontend::sync(&mut out);
        wire.send(&out).await;
        clean(&stage, &wire.answer().await, "refused 26000");
        let mut out = BytesMut::new();
        frontend::describe(b'S', name, &mut out).unwrap();
        frontend::sync(&mut out);
        wire.send(&out).await;
        clean(&stage, &wire.answer().await, "refused 26000");
        let mut out = BytesMut::new();
        frontend::execute(name, 0, &mut out).unwrap();
        frontend::sync(&mut out);
        wire.send(&out).await;
        clean(&stage, &wire.answer().await, "refused 34000");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_orgs_parameter_is_nobodys_to_give_or_to_see() {
    let stage = Stage::set().await;
    let mut wire = stage.hostile().await;
    let globex = stage.globex.to_string();
    let count = "SELECT count(*) FROM customer WHERE id >= $1";
    let answer = wire.extended(count, &[Some("1")]).await;
    clean(&stage, &answer, "answered 3 [SELECT 1]");
    assert_eq!(answer.parameters, Some(vec![23]), "one parameter is described");
    let answer = wire.extended("SELECT count(*) FROM customer", &[]).await;
    clean(&stage, &answer, "answered 3 [SELECT 1]");
    assert_eq!(answer.parameters, Some(Vec::new()), "none is described");
    // One too many: it would be the org's.
    clean(&stage, &wire.extended(count, &[Some("1"), Some(&globex)]).await, "refused 08P01");
    clean(&stage, &wire.extended("SELECT count(*) FROM customer", &[Some(&globex)]).await, "refused 08P01");
    clean(&stage, &wire.extended("TRUNCATE ticket", &[Some(&globex)]).await, "refused 08P01");
    clean(&stage, &wire.extended(count, &[]).await, "refused 08P01");
    // Named outright: then it is the client's, and the org's comes after.
    let named = "SELECT count(*), $2::bigint IS NOT NULL FROM customer WHERE id >= $1";
    clean(&stage, &wire.extended(named, &[Some("1"), Some(&globex)]).await, "answered 3|t [SELECT 1]");
    // Declared, but not used.
    for declared in [1u16, 2, 5, 100] {
        let mut out = BytesMut::new();
        frontend::parse("", "SELECT count(*) FROM customer", vec![20; usize::from(declared)], &mut out).unwrap();
        frontend::describe(b'S', "", &mut out).unwrap();
        bind("", "", &vec![Some(globex.as_str()); usize::from(declared)], &mut out);
        frontend::execute("", 0, &mut out).unwrap();
        frontend::sync(&mut out);
        wire.send(&out).await;
        let answer = wire.answer().await;
        clean(&stage, &answer, "answered 3 [SELECT 1]");
        assert_eq!(answer.parameters.map(|types| types.len()), Some(usize::from(declared)));
    }
    // More than the protocol counts.
    let sql = format!("SELECT count(*) FROM customer WHERE id = $65535 OR id = {globex}");
    assert!(wire.extended(&sql, &[]).await.outcome.starts_with("refused"));
    // Function call: lower(text) by its oid.
    wire.send(&frame(b'F', &[0, 0, 3, 102, 0, 0, 0, 1, 0, 0, 0, 1, b'X', 0, 0])).await;
    assert!(wire.answer().await.outcome.starts_with("refused"));
    clean(&stage, &wire.simple("SELECT count(*) FROM customer").await, "answered 3 [SELECT 1]");
    assert!(stage.theirs_are_untouched().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_in_leads_to_ones_own_org() {
    let stage = Stage::set().await;
    let acme = stage.acme.to_string();
    let globex = stage.globex.to_string();
    for (role, org, code) in [
        (ROLE, "globex", "28000"),
        (ROLE, "initech", "28000"),
        (ROLE, "nowhere", "28000"),
        (ROLE, &*globex, "28000"),
        (ROLE, &*acme, "28000"),
        (ROLE, "ACME", "28000"),
        (ROLE, "acme ", "28000"),
        (ROLE, "acme,globex", "28000"),
        (ROLE, "postgres", "28000"),
        ("orgfold_runtime", "acme", "28P01"),
        ("postgres", "acme", "28P01"),
        ("HOSTILE", "acme", "28P01"),
        ("", "acme", "28"),
    ] {
        match Wire::connect(&stage.proxy, role, org, &[]).await {
            Ok(_) => panic!("{role} was let in to {org}"),
            Err(answer) => {
                assert!(answer.outcome.contains(code), "{role} {org}: {} {}", answer.outcome, answer.reports);
                assert_eq!(stage.leak(org, &answer), None);
            }
        }
    }
    for (name, value) in [
        ("search_path", "orgfold"),
        ("options", "-c search_path=orgfold"),
        ("options", "-csearch_path=orgfold"),
        ("options", "--search_path=orgfold"),
        ("options", "-c role=postgres"),
        ("options", "-c session_authorization=postgres"),
        ("options", "-c row_security=off"),
        ("options", "-c cpu_operator_cost=0"),
        ("options", "-c session_replication_role=replica"),
        ("options", "-c local_preload_libraries=x"),
        ("role", "postgres"),
        ("session_authorization", "postgres"),
        ("cpu_operator_cost", "0"),
        ("orgfold.org_id", &*globex),
        ("orgfold.org", "globex"),
        ("options", &*format!("-c orgfold.org_id={globex}")),
        ("options", "-c orgfold.org=globex"),
        ("options", "-c orgfold.org=globex -c timezone=UTC"),
        ("replication", "true"),
        ("replication", "database"),
    ] {
        let entered = Wire::connect(&stage.proxy, ROLE, "acme", &[(name, value)]).await;
        // Refused, or without effect.
        if let Ok(mut wire) = entered {
            let answer = wire.simple("SELECT count(*) FROM customer").await;
            clean(&stage, &answer, "answered 3 [SELECT 1]");
            let shown = wire.simple("SHOW search_path").await;
            assert!(!shown.texts.contains("orgfold"), "{name}={value}: {}", shown.texts);
        }
    }
}
