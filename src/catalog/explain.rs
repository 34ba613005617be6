//! EXPLAIN's lines in logical terms.
//!
//! In: a line of the server's plan in text format. Out: the same without the org's predicate, the leaf's name its
//! table's; or nothing, when the line counts what belongs to all orgs of the leaf. What is absent: costs, which the
//! planner never asks for.

use super::logical::{named, replaced};
use super::{Catalog, ORG_COLUMN};

/// Lines that count rows and blocks of all orgs, or what others left behind.
const OF_OTHERS: [&str; 9] = [
    "Rows Removed by",
    "Buffers:",
    "Heap Blocks:",
    "Heap Fetches:",
    "I/O Timings",
    "WAL:",
    "Buckets:",
    "Memory:",
    "Planning:",
];

/// A line of EXPLAIN as the org may see it.
#[must_use]
pub fn explained(line: &str, catalog: &Catalog) -> Option<String> {
    let content = line.trim_start();
    if OF_OTHERS.iter().any(|start| content.starts_with(start)) {
        return None;
    }
    let mut text = line.to_owned();
    if content.contains(ORG_COLUMN) {
        text = without_org(&text)?;
    }
    // An index that does not begin with the org returns rows of others before they are looked at.
    if content.contains("Bitmap Index Scan on")
        && let Some(at) = text.find(" (actual")
    {
        text.truncate(at);
    }
    Some(replaced(&text, |name| numbered(name, catalog)).into_owned())
}

/// Takes the org's predicates out of a condition, and its column out of a list.
fn without_org(line: &str) -> Option<String> {
    let (head, rest) = line.split_once(": ")?;
    let mut rest = rest.to_owned();
    if !rest.starts_with('(') {
        let items: Vec<&str> =
            rest.split(", ").filter(|item| item.rsplit('.').next().is_none_or(|name| name != ORG_COLUMN)).collect();
        rest = items.join(", ");
    }
    while let Some(at) = rest.find(ORG_COLUMN) {
        // The operand of AND that it is in, or the whole condition.
        let (mut open, mut close) = group(&rest, at)?;
        rest = loop {
            let (before, after) = (rest.get(..open)?, rest.get(close + 1..)?);
            if let Some(before) = before.strip_suffix(" AND ") {
                break format!("{before}{after}");
            }
            if let Some(after) = after.strip_prefix(" AND ") {
                break format!("{before}{after}");
            }
            (open, close) = group(&rest, open)?;
        };
    }
    // What is left of `((a) AND (b))` may be `((b))` or nothing.
    while let Some(inner) = rest.strip_prefix("((").and_then(|inner| inner.strip_suffix("))")) {
        let whole = format!("({inner})");
        if group(&whole, 1).is_none_or(|(open, close)| open != 0 || close + 1 != whole.len()) {
            break;
        }
        rest = whole;
    }
    if rest.trim_matches(['(', ')']).trim().is_empty() { None } else { Some(format!("{head}: {rest}")) }
}

/// The brackets around a place: where they open and close.
fn group(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let open = (0..at).rev().find(|i| match bytes.get(*i) {
        Some(b')') => {
            depth += 1;
            false
        }
        Some(b'(') if depth == 0 => true,
        Some(b'(') => {
            depth -= 1;
            false
        }
        _other => false,
    })?;
    let mut depth = 0usize;
    let close = (open..bytes.len()).find(|i| match bytes.get(*i) {
        Some(b'(') => {
            depth += 1;
            false
        }
        Some(b')') => {
            depth = depth.saturating_sub(1);
            depth == 0
        }
        _other => false,
    })?;
    Some((open, close))
}

/// The logical name of a physical one, which PostgreSQL numbers where it stands in a plan twice.
fn numbered(name: &str, catalog: &Catalog) -> Option<String> {
    named(name, catalog).or_else(|| {
        let (stem, number) = name.rsplit_once('_').filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()))?;
        named(stem, catalog).map(|name| format!("{name}_{number}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Column, LeafCount, QualifiedName, Scope, Table};

    #[test]
    fn plans_are_put_in_logical_terms() {
        let mut catalog = Catalog::empty(LeafCount::STANDARD);
        let column = Column {
            name: "id".to_owned(),
            data_type: "bigint".to_owned(),
            not_null: false,
            default: None,
            identity: None,
            sequence: None,
            generated: None,
        };
        let table = Table {
            scope: Scope::Org,
            columns: vec![column],
            constraints: Vec::new(),
            indexes: Vec::new(),
            object: None,
        };
        catalog.tables.insert(QualifiedName::public("invoice"), table);
        let odd = catalog.tables.values().next().unwrap().clone();
        catalog.tables.insert(QualifiedName::public("Odd Table"), odd);
        for (line, wanted) in [
            ("Seq Scan on \"Odd Table_p02\" \"Odd Table_p02_1\"", Some("Seq Scan on \"Odd Table\" \"Odd Table_1\"")),
            ("Seq Scan on invoice_p02", Some("Seq Scan on invoice")),
            ("  Filter: (org_id = '42'::bigint)", None),
            ("  Filter: ((org_id = '42'::bigint) AND (id = 1))", Some("  Filter: (id = 1)")),
            (
                "  Index Cond: ((invoice_p02_1.org_id = $2) AND (invoice_p02_1.id = f(1)) AND (id > 2))",
                Some("  Index Cond: ((invoice_1.id = f(1)) AND (id > 2))"),
            ),
            (
                "  Filter: ((org_id = ANY ('{42}'::bigint[])) AND ((id = 1) OR (id = 2)))",
                Some("  Filter: ((id = 1) OR (id = 2))"),
            ),
            ("  Output: invoice_p02.org_id, invoice_p02.id", Some("  Output: invoice.id")),
            ("  Filter: (CASE WHEN (org_id = ANY (ARRAY[$1])) THEN 1 ELSE NULL::integer END IS NOT NULL)", None),
            (
                "  Filter: ((CASE WHEN (i.org_id = ANY (ARRAY['2'::bigint])) THEN 1 ELSE NULL::integer END IS NOT NULL) AND (i.id > 1))",
                Some("  Filter: (i.id > 1)"),
            ),
            ("  Rows Removed by Filter: 17", None),
        ] {
            assert_eq!(explained(line, &catalog).as_deref(), wanted, "{line}");
        }
    }
}
