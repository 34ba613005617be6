//! What can be seen of the library at work: spans and figures.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;
use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use orgfold::Orgfold;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use crate::library::*;

/// The fields of every span `statement` that has ended.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>);

struct Fields(BTreeMap<&'static str, String>);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S> tracing_subscriber::Layer<S> for Spans
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &tracing::span::Attributes<'_>, id: &tracing::Id, context: Context<'_, S>) {
        let mut fields = Fields(BTreeMap::new());
        attributes.record(&mut fields);
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &tracing::Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        values.record(context.span(id).unwrap().extensions_mut().get_mut::<Fields>().unwrap());
    }

    fn on_close(&self, id: tracing::Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        if span.name() == "statement" {
            let fields = span.extensions_mut().remove::<Fields>().unwrap();
            self.0.lock().unwrap().push(fields.0);
        }
    }
}

#[tokio::test]
async fn each_statement_has_a_span() {
    let fleet = notes().start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.clone());
    let _listening = tracing::subscriber::set_default(subscriber);
    let globex = orgfold.org("globex").unwrap();
    add(&globex, "a secret").await.unwrap();
    add(&globex, "another").await.unwrap();
    globex.query("SELECT * FROM book WHERE title <> 'a secret, too'", &[]).await.unwrap();
    add(&globex, "another").await.unwrap_err();
    let mut rows = globex.query_raw("SELECT generate_series(1, 1000000)", Vec::<i64>::new()).await.unwrap();
    rows.next().await.unwrap().unwrap();
    drop(rows);

    let spans = spans.0.lock().unwrap().clone();
    let field = |name: &'static str| -> Vec<&str> {
        spans.iter().map(|span| span.get(name).map_or("", String::as_str)).collect()
    };
    assert!(field("org").iter().all(|org| *org == "\"globex\""), "{spans:?}");
    assert!(field("shard").iter().all(|shard| *shard == "\"shard2\""));
    assert!(field("leaf").iter().all(|leaf| *leaf == field("leaf")[0] && leaf.parse::<u16>().is_ok()));
    assert_eq!(field("rows"), ["1", "1", "2", "", ""]);
    assert_eq!(field("code"), ["", "", "", "\"23505\"", ""]);
    assert_eq!(field("plan_cached"), ["false", "true", "false", "true", "false"]);
    let prints = field("fingerprint");
    assert!(prints[0] == prints[1] && prints[1] == prints[3] && prints[0] != prints[2], "{prints:?}");
    assert!(prints.iter().all(|print| print.len() == 16));
    assert!(!format!("{spans:?}").contains("secret"), "no value and no literal: {spans:?}");
}

/// Figures by name and labels.
#[derive(Default)]
struct Figures(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

impl Figures {
    fn of(&self, key: &Key) -> Arc<AtomicU64> {
        let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{} {}", key.name(), labels.join(","));
        Arc::clone(self.0.lock().unwrap().entry(name).or_default())
    }

    fn get(&self, name: &str) -> u64 {
        self.0.lock().unwrap().get(name).map_or(0, |value| value.load(Ordering::Relaxed))
    }
}

/// How often something was recorded.
struct Times(Arc<AtomicU64>);

impl HistogramFn for Times {
    fn record(&self, value: f64) {
        assert!((0.0..60.0).contains(&value));
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Recorder for Figures {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.of(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(Times(self.of(key))))
    }
}

#[tokio::test]
async fn what_is_done_is_counted() {
    let fleet = notes().start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let figures = Figures::default();
    let _counting = metrics::set_default_local_recorder(&figures);
    let acme = orgfold.org("acme").unwrap();
    add(&acme, "a").await.unwrap();
    add(&acme, "b").await.unwrap();
    add(&acme, "b").await.unwrap_err();
    let tx = acme.transaction().await.unwrap();
    assert_eq!(tx.query("SELECT * FROM book", &[]).await.unwrap().len(), 2);
    tx.commit().await.unwrap();
    acme.execute("DROP TABLE book", &[]).await.unwrap_err();
    acme.execute("SET timezone = 'UTC'", &[]).await.unwrap_err();
    let mut rows = acme.query_raw("SELECT generate_series(1, 1000000)", Vec::<i64>::new()).await.unwrap();
    rows.next().await.unwrap().unwrap();
    drop(rows);
    for (name, count) in [
        ("orgfold_statements_total shard=shard1,outcome=done", 3),
        ("orgfold_statements_total shard=shard1,outcome=failed", 1),
        ("orgfold_statements_total shard=shard1,outcome=dropped", 1),
        ("orgfold_rows_total shard=shard1", 4),
        ("orgfold_plans_total cached=true", 2),
        ("orgfold_refusals_total reason=ddl,sqlstate=42501", 1),
        ("orgfold_refusals_total reason=,sqlstate=0A000", 1),
        ("orgfold_connection_wait_seconds shard=shard1", 5),
    ] {
        let all = figures.0.lock().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(figures.get(name), count, "{name} of {all:?}");
    }
    assert!(figures.get("orgfold_statement_seconds shard=shard1") >= 5);
    assert_eq!(f64::from_bits(figures.get("orgfold_pool_connections shard=shard1,state=busy")), 1.0);
}
