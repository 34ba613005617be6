//! What plans cost in memory: bytes held, allocations made. Times are the benchmarks' (benches/plan.rs).

use std::collections::BTreeMap;
use std::sync::Arc;

use orgfold::catalog::{Catalog, Column, LeafCount, QualifiedName, Scope, Table};
use orgfold::plan::{CatalogId, CompileOptions, Plan, PlanCache, compile};

const NO_PARAMS: CompileOptions = CompileOptions { declared_params: 0 };

fn catalog() -> Catalog {
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
    let tables = [("invoice", "id no customer_id total at state"), ("customer", "id name region email")];
    let tables: BTreeMap<_, _> =
        tables.into_iter().map(|(name, columns)| (QualifiedName::public(name), table(columns))).collect();
    Catalog { tables, ..Catalog::empty(LeafCount::STANDARD) }
}

#[test]
fn a_hit_of_the_plan_cache_allocates_nothing() {
    let (cache, id) = (PlanCache::new(1 << 20), CatalogId::next());
    let text = "SELECT no, total FROM invoice WHERE id = $1";
    let plans: Arc<[Plan]> = compile(&catalog(), text, NO_PARAMS).unwrap().into();
    cache.put(id, 0, text, plans);
    assert!(cache.get(id, 0, text).is_some());
    let counted = allocation_counter::measure(|| {
        assert!(cache.get(id, 0, text).is_some());
    });
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    // The measure itself counts what is allocated.
    assert!(allocation_counter::measure(|| drop(compile(&catalog(), text, NO_PARAMS))).count_total > 0);
}

#[test]
fn plans_of_usual_statements_are_small() {
    let catalog = catalog();
    for text in [
        "SELECT no, total FROM invoice WHERE id = $1",
        "INSERT INTO invoice (id, no, customer_id, total) VALUES ($1, $2, $3, $4) RETURNING id",
        "UPDATE invoice SET total = total + $2, state = $3 WHERE id = $1",
        "SELECT c.name, count(*), sum(i.total) FROM customer c LEFT JOIN invoice i ON i.customer_id = c.id \
         WHERE c.region = $1 GROUP BY c.name HAVING count(*) > 1 ORDER BY 3 DESC LIMIT 10",
    ] {
        let bytes: usize = compile(&catalog, text, NO_PARAMS).unwrap().iter().map(Plan::bytes).sum();
        assert!(bytes <= 4096, "{bytes} bytes for {text}");
    }
}
