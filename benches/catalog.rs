//! What it costs to make an org's catalog: the shard's tables with the org's objects in them. No PostgreSQL.

#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented items

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use orgfold::catalog::{Catalog, Column, LeafCount, Mapping, Private, QualifiedName, Scope, Table};

/// Native tables of the shard, and columns of each table and object.
const TABLES: u32 = 200;
const COLUMNS: u32 = 20;

fn columns() -> Vec<Column> {
    let column = |at: u32| Column {
        name: format!("column_{at}"),
        data_type: "integer".to_owned(),
        not_null: false,
        default: None,
        identity: None,
        sequence: None,
        generated: None,
    };
    (0..COLUMNS).map(column).collect()
}

fn table(object: Option<Mapping>) -> Table {
    let (constraints, indexes) = (Vec::new(), Vec::new());
    Table { scope: Scope::Org, columns: columns(), constraints, indexes, object: object.map(Box::new) }
}

fn shard() -> Catalog {
    let tables = (0..TABLES).map(|at| (QualifiedName::public(&format!("table_{at}")), table(None))).collect();
    Catalog { tables, ..Catalog::empty(LeafCount::STANDARD) }
}

fn object(at: u32) -> Table {
    table(Some(Mapping {
        id: Private::NONE.next + at,
        name: format!("object_{at}"),
        comment: None,
        layout: 1,
        slots: (0..COLUMNS).map(|slot| format!("int4_{slot}")).collect(),
        freed: Vec::new(),
        uniques: Vec::new(),
        references: Vec::new(),
        comments: Vec::new(),
    }))
}

fn catalogs(criterion: &mut Criterion) {
    let shard = shard();
    let mut group = criterion.benchmark_group("catalog of 200 tables");
    group.bench_function("copied", |bench| bench.iter(|| black_box(shard.clone())));
    for count in [10, 100] {
        let objects: Vec<Table> = (0..count).map(object).collect();
        let text = serde_json::to_string(&objects).unwrap();
        let private = Private { version: 1, next: Private::NONE.next + count };
        group.bench_with_input(
            BenchmarkId::new("objects read from JSON by serde_json", count),
            &text,
            |bench, text| {
                bench.iter(|| serde_json::from_str::<Vec<Table>>(black_box(text)).unwrap());
            },
        );
        group.bench_with_input(BenchmarkId::new("merged with objects", count), &objects, |bench, objects| {
            bench.iter_batched(
                || objects.clone(),
                |objects| shard.with_objects(private, objects),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, catalogs);
criterion_main!(benches);
