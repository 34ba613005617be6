//! What a server says, in logical terms: leaves, leaf indexes and `org_id` never show.
//!
//! In: the texts of an ErrorResponse or NoticeResponse and the catalog. Out: the same in the service's names. Rules: a
//! leaf's name becomes its table's, a leaf index's its constraint's or index's; `org_id` and its value leave key and row
//! details; a context or hint that still names something hidden is dropped whole. What is absent: positions (a plan's
//! template maps those).

use std::borrow::Cow;

use super::{CATALOG_SCHEMA, Catalog, LeafNaming, ORG_COLUMN, ORGFOLD_SCHEMA, ROWS_SCHEMA};

/// The physical text qualifies PostgreSQL's own functions, which services hardly ever do ...
const QUALIFIED: &str = "function pg_catalog.";

/// ... and PostgreSQL's grammar does for these: `(a, b) OVERLAPS (c, d)`.
const BY_GRAMMAR: [&str; 12] = [
    "btrim",
    "extract",
    "is_normalized",
    "like_escape",
    "ltrim",
    "normalize",
    "overlaps",
    "overlay",
    "position",
    "similar_to_escape",
    "substring",
    "timezone",
];

fn unqualified(text: &str) -> Cow<'_, str> {
    let Some((before, after)) = text.split_once(QUALIFIED) else { return Cow::Borrowed(text) };
    let name = after.split('(').next().unwrap_or(after);
    if BY_GRAMMAR.contains(&name) { Cow::Borrowed(text) } else { Cow::Owned(format!("{before}function {after}")) }
}

/// A report's fields by the protocol's letters, made logical. Positions are left out.
#[must_use]
pub fn logical_fields(fields: Vec<(u8, String)>, catalog: &Catalog) -> Vec<(u8, String)> {
    let fields = super::record_fault::of_objects(fields, catalog);
    fields.into_iter().filter_map(|(letter, text)| Some((letter, field(letter, text, catalog)?))).collect()
}

fn field(letter: u8, text: String, catalog: &Catalog) -> Option<String> {
    match letter {
        b'M' => Some(hide_org(&names(&unqualified(&without_stand_ins(&text)), catalog)).into_owned()),
        b'D' => visible(names(&details(&text), catalog).into_owned()),
        b'H' | b'W' => visible(names(&text, catalog).into_owned()),
        b't' | b'n' => Some(named(&text, catalog).unwrap_or(text)),
        b'c' => (text != ORG_COLUMN).then_some(text),
        b's' => visible(text),
        // Positions are mapped elsewhere; internal queries are physical SQL.
        b'P' | b'p' | b'q' => None,
        _kept => Some(text),
    }
}

/// Drops a text that names something hidden.
fn visible(text: String) -> Option<String> {
    let hidden = [ORG_COLUMN, ORGFOLD_SCHEMA, CATALOG_SCHEMA, ROWS_SCHEMA].iter().any(|word| has_word(&text, word));
    (!hidden).then_some(text)
}

fn hide_org(text: &str) -> Cow<'_, str> {
    if has_word(text, ORG_COLUMN) { Cow::Owned(text.replace(ORG_COLUMN, "(hidden)")) } else { Cow::Borrowed(text) }
}

/// Stand-ins are called what they stand in for.
fn without_stand_ins(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if text.contains(CATALOG_SCHEMA) {
        let schema = format!("{CATALOG_SCHEMA}.");
        text = Cow::Owned(text.replace(&format!("{schema}information_schema_"), "").replace(&schema, ""));
    }
    if text.contains(ROWS_SCHEMA) {
        text = Cow::Owned(text.replace(&format!("{ROWS_SCHEMA}."), ""));
    }
    text
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// The logical name of a whole physical one.
pub(super) fn named(name: &str, catalog: &Catalog) -> Option<String> {
    let (base, _) = naming(catalog).logical(name)?;
    for (key, table) in &catalog.tables {
        if key.name == base {
            return Some(key.name.clone());
        }
        if let Some(constraint) = table.constraints.iter().find(|constraint| constraint.physical == base) {
            return Some(constraint.name.clone());
        }
        if let Some(index) = table.indexes.iter().find(|index| index.physical == base) {
            return Some(index.name.clone());
        }
    }
    None
}

/// How many quotes are looked at for the end of a name: a text of quotes alone must not cost its square.
const MAX_QUOTES: usize = 8;

fn naming(catalog: &Catalog) -> LeafNaming {
    catalog.naming()
}

/// Physical names inside a text, in quotes or bare.
fn names<'t>(text: &'t str, catalog: &Catalog) -> Cow<'t, str> {
    replaced(text, |name| named(name, catalog))
}

/// A text with the names that `logical` knows replaced, in quotes or bare. What has no `_p` has no physical name.
pub(super) fn replaced(text: &str, logical: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    if !text.contains("_p") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // A quoted name may hold anything, quotes too: messages do not double them.
        if let Some(inside) = rest.strip_prefix('"')
            && let Some((end, name)) = inside
                .match_indices('"')
                .take(MAX_QUOTES)
                .find_map(|(end, _)| Some((end, logical(inside.get(..end)?)?)))
        {
            out.push('"');
            out.push_str(&name);
            out.push('"');
            rest = inside.get(end + 1..).unwrap_or("");
            continue;
        }
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if word > 0 {
            let (name, after) = rest.split_at(word);
            out.push_str(&logical(name).map_or(Cow::Borrowed(name), Cow::Owned));
            rest = after;
            continue;
        }
        let mut chars = rest.chars();
        if let Some(c) = chars.next() {
            out.push(c);
        }
        rest = chars.as_str();
    }
    Cow::Owned(out)
}

/// Takes `org_id` and its value out of `Key (org_id, a)=(42, 1)` and `Failing row contains (42, 1, ...)`. The org is
/// always first and always digits.
fn details(text: &str) -> String {
    if let Some(row) = text.strip_prefix("Failing row contains (") {
        return format!("Failing row contains ({}", without_value(row));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, columns)) = rest.split_once("(org_id, ") {
        out.push_str(before);
        out.push('(');
        match columns.split_once(")=(") {
            Some((names, values)) => {
                out.push_str(names);
                out.push_str(")=(");
                rest = without_value(values);
            }
            None => rest = columns,
        }
    }
    out.push_str(rest);
    out
}

fn without_value(values: &str) -> &str {
    let digits = values.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < values.len() { digits.strip_prefix(", ").unwrap_or(values) } else { values }
}

#[cfg(test)]
mod tests {
    use super::super::{Constraint, ConstraintKind, LeafCount, QualifiedName, Scope, Table};
    use super::*;

    fn catalog() -> Catalog {
        let mut catalog = Catalog::empty(LeafCount::STANDARD);
        let unique = Constraint {
            name: "invoice_no_key".to_owned(),
            physical: "invoice_no_key".to_owned(),
            kind: ConstraintKind::Unique { columns: vec!["no".to_owned()], nulls_not_distinct: false },
            deferrable: false,
            initially_deferred: false,
        };
        let table = |constraints| Table {
            scope: Scope::Org,
            columns: Vec::new(),
            constraints,
            indexes: Vec::new(),
            object: None,
        };
        catalog.tables.insert(QualifiedName::public("invoice"), table(vec![unique]));
        catalog.tables.insert(QualifiedName::public("Odd Table"), table(Vec::new()));
        catalog.tables.insert(QualifiedName::public("Odd \"quoted\" Table"), table(Vec::new()));
        catalog
    }

    #[track_caller]
    fn check(letter: u8, physical: &str, logical: Option<&str>) {
        assert_eq!(field(letter, physical.to_owned(), &catalog()).as_deref(), logical, "{physical}");
    }

    #[test]
    fn messages_name_what_the_service_named() {
        check(
            b'M',
            "duplicate key value violates unique constraint \"invoice_no_key_p07\"",
            Some("duplicate key value violates unique constraint \"invoice_no_key\""),
        );
        check(
            b'M',
            "null value in column \"no\" of relation \"Odd Table_p03\" violates not-null constraint",
            Some("null value in column \"no\" of relation \"Odd Table\" violates not-null constraint"),
        );
        let unknown = "function pg_catalog.lower(integer) does not exist";
        let own = "function pg_catalog.overlaps(integer) does not exist";
        check(b'M', own, Some(own));
        check(b'M', unknown, Some("function lower(integer) does not exist"));
        check(
            b'M',
            "violates unique constraint \"Odd \"quoted\" Table_p03\"",
            Some("violates unique constraint \"Odd \"quoted\" Table\""),
        );
        check(b'M', "relation \"step_p07\" is fine", Some("relation \"step_p07\" is fine"));
        check(
            b'M',
            "function orgfold_catalog.pg_get_indexdef(date) does not exist",
            Some("function pg_get_indexdef(date) does not exist"),
        );
        check(b't', "invoice_p07", Some("invoice"));
        check(b'n', "invoice_no_key_p07", Some("invoice_no_key"));
        check(b'c', "org_id", None);
    }

    #[test]
    fn details_lose_the_org() {
        check(b'D', "Key (org_id, no)=(42, 5) already exists.", Some("Key (no)=(5) already exists."));
        check(
            b'D',
            "Key (org_id, lower(a))=(42, x)=(7, y) is not present in table \"invoice_p07\".",
            Some("Key (lower(a))=(x)=(7, y) is not present in table \"invoice\"."),
        );
        check(
            b'D',
            "Key (org_id, during)=(42, [1,2)) conflicts with existing key (org_id, during)=(42, [1,3)).",
            Some("Key (during)=([1,2)) conflicts with existing key (during)=([1,3))."),
        );
        check(b'D', "Failing row contains (42, 1, null, a).", Some("Failing row contains (1, null, a)."));
        check(b'D', "Key (org_id)=(42) is hidden.", None);
    }

    #[test]
    fn contexts_are_mapped_or_dropped() {
        check(b'W', "COPY invoice_p07, line 5, column no: \"x\"", Some("COPY invoice, line 5, column no: \"x\""));
        check(b'W', "SQL statement \"SELECT 1 FROM ONLY x WHERE \"org_id\" = $1\"", None);
        check(b'H', "Perhaps you meant to reference the column \"invoice.org_id\".", None);
        check(b'q', "SELECT 1", None);
    }
}
