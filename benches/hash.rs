//! What it costs to know an org's leaf, beside PostgreSQL's own function, on a throwaway server.

#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented items

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use orgfold::catalog::{LeafCount, leaf_of};
use orgfold::org::OrgId;
use orgfold::throwaway::Cluster;

fn hashes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("leaf of an org");
    let org = OrgId::try_new(42);
    group.bench_function("leaf_of", |bench| {
        bench.iter(|| black_box(&org).as_ref().map(|org| leaf_of(*org, LeafCount::STANDARD)));
    });
    let sip = BuildHasherDefault::<DefaultHasher>::default();
    group.bench_function("the standard library's hash", |bench| bench.iter(|| sip.hash_one(black_box(42_i64)) % 16));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cluster = runtime.block_on(Cluster::start()).unwrap();
    let client = runtime.block_on(cluster.connect("postgres")).unwrap();
    // The second is what the first costs without it.
    for (name, what) in [
        ("PostgreSQL's hashint8extended, a row", "hashint8extended(i, 8816678312871386365)"),
        ("PostgreSQL, a row", "i"),
    ] {
        group.bench_function(name, |bench| {
            bench.iter_custom(|rounds| {
                let sql = format!("SELECT count({what}) FROM generate_series(1, {rounds}::bigint) i");
                let began = Instant::now();
                runtime.block_on(client.batch_execute(&sql)).unwrap();
                began.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3));
    targets = hashes
}
criterion_main!(benches);
