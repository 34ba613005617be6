//! Leaves of the universal table: which object of the org's a statement reads or changes there, and under which names.
//!
//! A record's leaf holds the records of all of an org's objects. So each shape that names one must name its object too, in
//! both halves of a predicate or in each row that is inserted, and what it reads or fills must be that object's slots.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AConst, AExpr, AExprKind, CaseExpr, CaseWhen, ColumnRef, IndexElem, InferClause, Node, NullTest, NullTestType,
    ResTarget, SelectStmt, SetOperation, TypeCast, a_const,
};

use super::names::{SYSTEM_COLUMNS, strings};
use super::{Facts, Refusal, Verdict};
use crate::catalog::{KEY_SLOT, LAYOUT_COLUMN, OBJECT_COLUMN, ORG_COLUMN, Table};

/// Whether a relation has a column physically, that a statement may name.
pub(super) fn has_column(table: &Table, name: &str) -> bool {
    match &table.object {
        Some(object) => object.slots.iter().any(|slot| slot == name),
        None => table.column(name).is_some(),
    }
}

/// Whether columns that COPY fills are slots of that object, and fields of it.
pub(super) fn fills(table: &Table, columns: &[&str]) -> bool {
    table.object.is_some() && columns.iter().all(|name| table.fields().any(|(_, slot)| slot == *name))
}

/// The number that a node is.
fn number(node: &Node) -> Option<u32> {
    let Some(NodeEnum::AConst(AConst { isnull: false, val: Some(a_const::Val::Ival(value)), location: _ })) =
        &node.node
    else {
        return None;
    };
    u32::try_from(value.ival).ok()
}

fn is_column(node: Option<&Node>, alias: Option<&str>, name: &str) -> bool {
    let Some(Node { node: Some(NodeEnum::ColumnRef(ColumnRef { fields, location: _ })) }) = node else { return false };
    let wanted: Vec<&str> = alias.into_iter().chain([name]).collect();
    strings(fields).is_ok_and(|fields| fields == wanted)
}

fn compared<'a>(node: Option<&'a Node>, wanted: AExprKind, alias: Option<&str>) -> Option<&'a Node> {
    let Some(NodeEnum::AExpr(expr)) = node.and_then(|node| node.node.as_ref()) else { return None };
    let AExpr { kind, name, lexpr, rexpr, rexpr_list_start: _, rexpr_list_end: _, location: _ } = &**expr;
    let equal = *kind == wanted as i32 && strings(name).is_ok_and(|name| name == ["="]);
    (equal && is_column(lexpr.as_deref(), alias, OBJECT_COLUMN)).then_some(rexpr.as_deref()?)
}

/// The number in `(CASE WHEN object_id = ANY (ARRAY[<id>]) THEN 1 END) IS NOT NULL`.
fn fenced(node: &Node, alias: Option<&str>) -> Option<u32> {
    let Some(NodeEnum::NullTest(test)) = &node.node else { return None };
    let NullTest { xpr: _, arg, nulltesttype, argisrow: _, location: _ } = &**test;
    let Some(Node { node: Some(NodeEnum::CaseExpr(case)) }) = arg.as_deref() else { return None };
    let CaseExpr { xpr: _, casetype: _, casecollid: _, arg, args, defresult, location: _ } = &**case;
    let [Node { node: Some(NodeEnum::CaseWhen(when)) }] = args.as_slice() else { return None };
    let CaseWhen { xpr: _, expr, result, location: _ } = &**when;
    let Some(NodeEnum::AArrayExpr(array)) = &compared(expr.as_deref(), AExprKind::AexprOpAny, alias)?.node else {
        return None;
    };
    let [element] = array.elements.as_slice() else { return None };
    let one = result.as_deref().and_then(number) == Some(1);
    let whole = *nulltesttype == NullTestType::IsNotNull as i32 && arg.is_none() && defresult.is_none() && one;
    if whole { number(element) } else { None }
}

/// The object that a condition's third and fourth heads name.
pub(super) fn of_condition<'a>(heads: &[&Node], alias: Option<&str>, facts: Facts<'a>) -> Result<&'a Table, Refusal> {
    let id = match heads {
        [_, _, equation, fence, ..] => {
            let id = compared(Some(equation), AExprKind::AexprOp, alias).and_then(number);
            id.filter(|id| fenced(fence, alias) == Some(*id))
        }
        [..] => None,
    };
    object(id, facts)
}

/// Whether a node is half of the predicate that names an object.
pub(super) fn is_half(node: &Node, alias: &str, table: &Table) -> bool {
    let named = compared(Some(node), AExprKind::AexprOp, Some(alias)).and_then(number);
    let half = named.or_else(|| fenced(node, Some(alias)));
    half.is_some() && half == table.object.as_ref().map(|object| object.id)
}

fn object<'a>(id: Option<u32>, facts: Facts<'a>) -> Result<&'a Table, Refusal> {
    id.and_then(|id| facts.catalog.object(id)).ok_or_else(|| Refusal::new("records of no object of the org's"))
}

/// What a record's derived table reads: the object's slots under its columns' names, system columns behind them.
pub(super) fn reads_columns(targets: &[Node], table: &Table) -> bool {
    let mut wanted = table.fields();
    targets.iter().all(|target| {
        let Some(NodeEnum::ResTarget(target)) = &target.node else { return false };
        let ResTarget { name, indirection, val, location: _ } = &**target;
        if !indirection.is_empty() {
            return false;
        }
        let Some((column, slot)) = wanted.next() else {
            return SYSTEM_COLUMNS.iter().any(|known| name.is_empty() && is_column(val.as_deref(), None, known));
        };
        let read = match val.as_deref().and_then(|val| val.node.as_ref()) {
            Some(NodeEnum::TypeCast(cast)) if column.is_varchar() => {
                let TypeCast { arg, type_name, location: _ } = &**cast;
                let varchar = type_name.as_ref().is_some_and(|name| {
                    strings(&name.names).is_ok_and(|names| names == ["pg_catalog", "varchar"])
                        && name.typmods.is_empty()
                });
                if varchar { arg.as_deref() } else { None }
            }
            Some(_) => val.as_deref(),
            None => None,
        };
        *name == column.name && is_column(read, None, slot)
    }) && wanted.next().is_none()
}

/// The object whose number each row of an INSERT's source has before its last value.
pub(super) fn of_rows<'a>(select: &SelectStmt, facts: Facts<'a>) -> Result<&'a Table, Refusal> {
    object(row_object(select), facts)
}

fn row_object(select: &SelectStmt) -> Option<u32> {
    if let (Some(left), Some(right)) = (&select.larg, &select.rarg) {
        return row_object(left).filter(|id| row_object(right) == Some(*id));
    }
    if select.op != SetOperation::SetopNone as i32 {
        return None;
    }
    let of_row = |row: &[Node]| match row {
        [.., layout, object, _] => number(layout).and_then(|_| number(object)),
        [..] => None,
    };
    if select.values_lists.is_empty() {
        let mut values = Vec::new();
        for target in &select.target_list {
            let Some(NodeEnum::ResTarget(target)) = &target.node else { return None };
            values.push(target.val.as_deref()?.clone());
        }
        return of_row(&values);
    }
    let mut ids = select.values_lists.iter().map(|row| match &row.node {
        Some(NodeEnum::List(row)) => of_row(&row.items),
        Some(_) | None => None,
    });
    let first = ids.next()??;
    ids.all(|id| id == Some(first)).then_some(first)
}

/// The column list of an INSERT of records: the object's slots, then what orgfold adds.
pub(super) fn insert_columns(names: &[&str], table: &Table) -> bool {
    match names {
        [slots @ .., LAYOUT_COLUMN, OBJECT_COLUMN, ORG_COLUMN] => slots.iter().all(|slot| has_column(table, slot)),
        [..] => false,
    }
}

/// ON CONFLICT of a record: a unique slot of the object's, or its key.
pub(super) fn infers(infer: &InferClause, table: &Table) -> Verdict {
    let InferClause { index_elems, where_clause, conname, location: _ } = infer;
    let mut names = Vec::new();
    for element in index_elems {
        let Some(NodeEnum::IndexElem(element)) = &element.node else { return Err(Refusal::new("no index element")) };
        let IndexElem { name, expr, indexcolname: _, collation, opclass, opclassopts, ordering: _, nulls_ordering: _ } =
            &**element;
        if expr.is_some() || !collation.is_empty() || !opclass.is_empty() || !opclassopts.is_empty() {
            return Err(Refusal::new("ON CONFLICT of a record by more than slots"));
        }
        names.push(name.as_str());
    }
    let unique =
        |slot: &str| table.object.as_ref().is_some_and(|object| object.uniques.iter().any(|(_, known)| known == slot));
    let whole = match names.as_slice() {
        [ORG_COLUMN, KEY_SLOT] => where_clause.is_none(),
        [ORG_COLUMN, OBJECT_COLUMN, slot] if unique(slot) => match where_clause.as_deref().map(|node| &node.node) {
            Some(Some(NodeEnum::NullTest(test))) => {
                test.nulltesttype == NullTestType::IsNotNull as i32 && is_column(test.arg.as_deref(), None, slot)
            }
            Some(_) | None => false,
        },
        [..] => false,
    };
    if whole && conname.is_empty() {
        Ok(())
    } else {
        Err(Refusal::new("ON CONFLICT of a record by no slot of its object"))
    }
}
