//! What compiling costs, beside others' parsing alone, and what a hit of the plan cache costs. No PostgreSQL.

#![allow(missing_docs)] // criterion's macros make undocumented items

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use orgfold::catalog::{Catalog, Column, LeafCount, QualifiedName, Scope, Table};
use orgfold::plan::{CatalogId, CompileOptions, Plan, PlanCache, compile};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

const POINT: &str = "SELECT no, total FROM invoice WHERE id = $1";
const JOIN: &str = "WITH recent AS (SELECT * FROM invoice WHERE at > $1) \
    SELECT c.name, p.name, sum(l.qty * l.price) FROM recent i JOIN customer c ON c.id = i.customer_id \
    JOIN line l ON l.invoice_id = i.id JOIN product p ON p.id = l.product_id LEFT JOIN payment y ON y.invoice_id = i.id \
    WHERE c.region = 'eu' GROUP BY c.name, p.name HAVING sum(l.qty) > 10 ORDER BY 3 DESC LIMIT 20";

fn catalog() -> Catalog {
    let tables = [
        ("invoice", "id no customer_id total at state"),
        ("customer", "id name region email"),
        ("line", "invoice_id product_id qty price"),
        ("product", "id name sku price"),
        ("payment", "id invoice_id amount at"),
    ];
    let column = |name: &str| Column {
        name: name.to_owned(),
        data_type: "bigint".to_owned(),
        not_null: false,
        default: None,
        identity: None,
        sequence: None,
        generated: None,
    };
    let table = |columns: &str| Table {
        scope: Scope::Org,
        columns: columns.split(' ').map(column).collect(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        object: None,
    };
    let tables: BTreeMap<_, _> =
        tables.into_iter().map(|(name, columns)| (QualifiedName::public(name), table(columns))).collect();
    Catalog { tables, ..Catalog::empty(LeafCount::STANDARD) }
}

fn plan(c: &mut Criterion) {
    let catalog = catalog();
    let options = CompileOptions { declared_params: 0 };
    for (name, sql) in [("point", POINT), ("join_of_five", JOIN)] {
        c.bench_function(&format!("compile/{name}"), |b| b.iter(|| compile(&catalog, black_box(sql), options)));
        c.bench_function(&format!("compile/{name}, pg_query parses alone"), |b| {
            b.iter(|| pg_query::parse(black_box(sql), 0))
        });
        c.bench_function(&format!("compile/{name}, sqlparser parses alone"), |b| {
            b.iter(|| {
                Parser::new(&PostgreSqlDialect {})
                    .try_with_sql(black_box(sql))
                    .and_then(|mut parser| parser.parse_statements())
            });
        });
    }
    let cache = PlanCache::new(1 << 20);
    let id = CatalogId::next();
    let plans: Arc<[Plan]> = compile(&catalog, POINT, options).unwrap_or_default().into();
    cache.put(id, 0, POINT, plans);
    c.bench_function("cache/hit", |b| b.iter(|| cache.get(id, 0, black_box(POINT))));
    // Two readers at once: of the same statement, whose counters they share, and each of its own.
    let other = format!("{POINT} AND no > 0");
    let plans: Arc<[Plan]> = compile(&catalog, &other, options).unwrap_or_default().into();
    cache.put(id, 0, &other, plans);
    for (name, texts) in [("the_same", [POINT, POINT]), ("their_own", [POINT, &other])] {
        c.bench_function(&format!("cache/hit_of_two_threads/{name}"), |b| {
            b.iter_custom(|rounds| {
                let started = std::time::Instant::now();
                std::thread::scope(|scope| {
                    for text in texts {
                        let cache = &cache;
                        scope.spawn(move || {
                            (0..rounds).for_each(|_| drop(black_box(cache.get(id, 0, black_box(text)))))
                        });
                    }
                });
                started.elapsed()
            });
        });
    }
}

criterion_group!(benches, plan);
criterion_main!(benches);
