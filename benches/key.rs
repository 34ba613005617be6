//! What making and reading a key costs. No PostgreSQL.

#![allow(missing_docs)] // criterion's macros make undocumented items

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use orgfold::key::{Block, Generator, Key, Prefix};

const KEYS: u64 = 100_000;

#[allow(clippy::unwrap_used)] // a benchmark
fn keys(criterion: &mut Criterion) {
    let prefix: Prefix = "a00".parse().unwrap();
    let mut group = criterion.benchmark_group("key");
    group.throughput(Throughput::Elements(KEYS));
    let mut first = 0;
    group.bench_function("made from blocks of 1,000", |bench| {
        bench.iter(|| {
            let generator = Generator::new(1).unwrap();
            for _ in 0..KEYS / 1_000 {
                generator.fill(Block::try_new(first, 1_000).unwrap());
                first += 1_000;
                while let Some(key) = generator.next(prefix) {
                    black_box(key);
                }
            }
        });
    });
    // As a process makes them: threads draw from the same blocks.
    group.bench_function("made by two threads from blocks of 100,000", |bench| {
        bench.iter(|| {
            let generator = Generator::new(1).unwrap();
            generator.fill(Block::try_new(first, KEYS).unwrap());
            first += KEYS;
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        while let Some(key) = generator.next(prefix) {
                            black_box(key);
                        }
                    });
                }
            });
        });
    });
    group.bench_function("a random uuid's bytes, by getrandom", |bench| {
        bench.iter(|| {
            for _ in 0..KEYS {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes).unwrap();
                black_box(bytes);
            }
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("read, 15", |bench| bench.iter(|| black_box("01Q36000000RXX5").parse::<Key>().unwrap()));
    group.bench_function("read, 18", |bench| bench.iter(|| black_box("01Q36000000RXX5EAO").parse::<Key>().unwrap()));
    group.finish();
}

criterion_group!(benches, keys);
criterion_main!(benches);
