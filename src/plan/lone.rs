//! Which statements read one row by its key and do nothing else.
//!
//! In: a statement's tree and the catalog. Out: yes or no. Invariants: yes is said only of what can neither change anything
//! nor run long nor depend on who runs it: one table of the org's, every column of its primary key or of a unique constraint
//! equal to a literal or a parameter, columns and constants as output, no function, no operator but `=` and AND. What is
//! absent: everything else is no, however harmless.

use super::ast::tree::{Clause, Distinct, FromItem, Item, Piece, Pieces, Query, Select, Statement, Term};
use crate::catalog::{Catalog, ConstraintKind, QualifiedName, Scope, Table};

/// Types whose values are found by an index of a key, whichever of them the key has, or refused.
const KEY_TYPES: [&str; 11] =
    ["smallint", "integer", "int", "bigint", "int2", "int4", "int8", "text", "varchar", "character varying", "uuid"];

/// Whether parameters of these declared types leave a read by key one.
#[cfg(feature = "proxy")]
pub(crate) fn are_key_types(types: &[u32]) -> bool {
    // The same types; 0 where the server finds out.
    const KEY_TYPE_OIDS: [u32; 7] = [0, 20, 21, 23, 25, 1043, 2950];
    types.iter().all(|oid| KEY_TYPE_OIDS.contains(oid))
}

/// Whether it reads one row by its key, by itself.
pub(super) fn reads_one_row(statement: &Statement, catalog: &Catalog) -> bool {
    let Statement::Query(query) = statement else { return false };
    let Query { with: None, first: Term::Select(select), rest, tail } = &**query else { return false };
    let limited = |clause: &Clause| matches!(clause, Clause::Limit(pieces) if pieces.iter().all(is_plain_limit));
    rest.is_empty() && tail.iter().all(limited) && is_lookup(select, catalog).unwrap_or(false)
}

/// `None` where there is not even a table.
fn is_lookup(select: &Select, catalog: &Catalog) -> Option<bool> {
    let Select { at: _, distinct, items, into, from, from_at: _, condition, group, having, windows } = select;
    let plain =
        *distinct == Distinct::No && into.is_none() && group.is_none() && having.is_none() && windows.is_empty();
    if !plain || !items.iter().all(is_plain_item) {
        return Some(false);
    }
    let [FromItem::Table { name, alias, sample }] = &**from else { return Some(false) };
    if !sample.is_empty() || alias.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
        return Some(false);
    }
    let (schema, base) = match &*name.parts {
        [base] => ("public", base),
        [schema, base] => (&*schema.name, base),
        _more => return Some(false),
    };
    let table = catalog.tables.get(&QualifiedName::new(schema, &base.name))?;
    let equal = equal_columns(&condition.as_ref()?.1)?;
    Some(table.scope == Scope::Org && table.object.is_none() && is_key(table, &equal))
}

fn is_key(table: &Table, equal: &[&str]) -> bool {
    table.constraints.iter().any(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
            columns.iter().all(|column| equal.contains(&column.as_str()))
        }
        ConstraintKind::ForeignKey { .. } | ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => false,
    })
}

fn is_plain_item(item: &Item) -> bool {
    matches!(
        &*item.expr,
        [Piece::Column { .. } | Piece::Star(_) | Piece::Wildcard(_) | Piece::Literal(..) | Piece::Param(..)]
    )
}

fn is_plain_limit(piece: &Piece) -> bool {
    matches!(piece, Piece::Word(..) | Piece::Literal(..) | Piece::Param(..))
}

/// The columns of `a = $1 AND b = 2`; `None` when it is anything else.
fn equal_columns(condition: &Pieces) -> Option<Vec<&str>> {
    let parts = condition.split(|piece| matches!(piece, Piece::Word("AND", _)));
    parts
        .map(|part| match part {
            [Piece::Column { parts, output: _ }, Piece::Operator(operator, _), value, cast @ ..]
                if &**operator == "=" && is_plain_value(value) && is_plain_cast(cast) =>
            {
                parts.last().map(|part| &*part.name)
            }
            _other => None,
        })
        .collect()
}

/// A parameter, a string, or a whole number: a number with a fraction is compared as such, which no index of a key does.
fn is_plain_value(value: &Piece) -> bool {
    match value {
        Piece::Param(..) => true,
        Piece::Literal(text, _) => text.ends_with('\'') || text.bytes().all(|byte| byte.is_ascii_digit()),
        _other => false,
    }
}

/// No cast, or one to a type that keys are looked up by.
fn is_plain_cast(pieces: &[Piece]) -> bool {
    match pieces {
        [] => true,
        [Piece::Word("::", _), Piece::Type(name)] => {
            KEY_TYPES.contains(&name.builtin().unwrap_or_default()) && name.suffix.is_empty()
        }
        _more => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::{Action, CompileOptions, compile, tests::catalog};

    #[test]
    fn one_row_by_its_key_and_nothing_else() {
        let catalog = catalog();
        for (sql, wanted) in [
            ("SELECT * FROM invoice WHERE id = $1", true),
            ("SELECT no, c.id, c.*, 1 FROM public.invoice AS c WHERE c.id = 7 LIMIT 1", true),
            ("SELECT id FROM invoice WHERE total = 5 AND id = $1 LIMIT 21", true),
            ("select id from invoice where id = $1 offset 1", true),
            ("SELECT id FROM invoice WHERE id = $1::bigint", true),
            ("SELECT id FROM invoice WHERE id = 1 + 1", false),
            ("SELECT id FROM invoice", false),
            ("SELECT id FROM invoice WHERE total = 5", false),
            ("SELECT id FROM invoice WHERE id > 1", false),
            ("SELECT id FROM invoice WHERE id = 1 OR total = 5", false),
            ("SELECT id FROM invoice WHERE NOT id = 1", false),
            ("SELECT id FROM invoice WHERE id = id", false),
            ("SELECT id FROM invoice WHERE id = 1 FOR UPDATE", false),
            ("SELECT id FROM invoice WHERE id = 1 ORDER BY id", false),
            ("SELECT count(*) FROM invoice WHERE id = 1", false),
            ("SELECT now() FROM invoice WHERE id = 1", false),
            ("SELECT id FROM invoice WHERE no = 3", true),
            ("SELECT id FROM invoice WHERE no = '3'", true),
            ("SELECT id FROM invoice WHERE no = 3.0", false),
            ("SELECT id FROM invoice WHERE no = 3e0", false),
            ("SELECT id FROM invoice WHERE no = $1::numeric", false),
            ("SELECT id + 1 FROM invoice WHERE id = 1", false),
            ("SELECT (SELECT 1) FROM invoice WHERE id = 1", false),
            ("SELECT DISTINCT id FROM invoice WHERE id = 1", false),
            ("SELECT id FROM invoice WHERE id = (SELECT 1)", false),
            ("SELECT id FROM invoice WHERE id = 1 GROUP BY id", false),
            ("SELECT id FROM invoice WHERE id = 1 UNION SELECT 1", false),
            ("WITH x AS (SELECT 1) SELECT id FROM invoice WHERE id = 1", false),
            ("SELECT c.id FROM invoice c, invoice d WHERE c.id = 1", false),
            ("SELECT id FROM invoice TABLESAMPLE SYSTEM (50) WHERE id = 1", false),
            ("UPDATE invoice SET total = 5 WHERE id = 1 RETURNING id", false),
            ("DELETE FROM invoice WHERE id = 1", false),
            ("EXPLAIN SELECT id FROM invoice WHERE id = 1", false),
            ("SELECT relname FROM pg_class WHERE oid = 1", false),
        ] {
            let plans = compile(&catalog, sql, CompileOptions { declared_params: 0 });
            let plans = plans.unwrap_or_else(|error| panic!("{sql}: {error}"));
            let Action::Run(run) = &plans[0].action else { panic!("{sql}") };
            assert_eq!(run.reads_one_row, wanted, "{sql}");
        }
    }
}
