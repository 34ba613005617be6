//! What strings in a prepared statement mean: as its own session reads them, though backends share what is prepared.

use crate::fleet::Fleet;

const DDL: &str = "CREATE TABLE note (id bigint PRIMARY KEY, at timestamptz NOT NULL);";

#[tokio::test]
async fn a_prepared_time_is_of_the_sessions_own_zone_and_moment() {
    let fleet =
        Fleet::with().ddl(DDL).orgs(&["acme"]).role("app", &[]).config("[shards]\npool_size = 1\n").start().await;
    let proxy = fleet.proxy().await;
    let (first, second) = (proxy.connect("app", "acme").await, proxy.connect("app", "acme").await);
    first.batch_execute("SET timezone = 'Asia/Tokyo'").await.unwrap();
    second.batch_execute("SET timezone = 'America/New_York'").await.unwrap();
    let noon = "SELECT extract(epoch FROM '2024-01-01 12:00'::timestamptz)::bigint";
    let mut seen = Vec::new();
    for client in [&first, &second, &first] {
        let statement = client.prepare(noon).await.unwrap();
        seen.push(client.query_one(&statement, &[]).await.unwrap().get::<_, i64>(0));
    }
    assert_eq!(seen, [1_704_078_000, 1_704_128_400, 1_704_078_000], "noon in Tokyo, in New York, and in Tokyo again");

    // A moment is read when the session prepares it, not when somebody else did.
    let now = "SELECT ('now'::timestamptz = $1::timestamptz)::text, extract(epoch FROM 'now'::timestamptz)::float8";
    let none: Option<std::time::SystemTime> = None;
    let mut moments = Vec::new();
    for client in [&first, &second] {
        let statement = client.prepare(now).await.unwrap();
        moments.push(client.query_one(&statement, &[&none]).await.unwrap().get::<_, f64>(1));
    }
    assert!(moments[1] > moments[0], "{moments:?}");
    proxy.stop().await;
}
