//! The shapes that bind a leaf to the org.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AConst, AExpr, AExprKind, Alias, BoolExprType, CaseExpr, CaseWhen, ColumnRef, Node, NullTest, NullTestType,
    ParamRef, RangeVar, ResTarget, SelectStmt, SetOperation, a_const,
};

use super::names::{self, Kind, SYSTEM_COLUMNS, strings};
use super::{Facts, OrgValue, Refusal, Verdict, record};
use crate::catalog::{ORG_COLUMN, Table};

/// Whether a node is the org's value.
pub(super) fn is_org(node: Option<&Node>, facts: Facts<'_>) -> bool {
    let Some(Node { node: Some(node) }) = node else { return false };
    match (facts.org, node) {
        (OrgValue::Param(wanted), NodeEnum::ParamRef(ParamRef { number, location: _ })) => *number == i32::from(wanted),
        (OrgValue::Literal(wanted), NodeEnum::AConst(AConst { isnull: false, val: Some(value), location: _ })) => {
            match value {
                a_const::Val::Ival(integer) => i64::from(integer.ival) == wanted,
                a_const::Val::Fval(float) => float.fval == wanted.to_string(),
                a_const::Val::Boolval(_) | a_const::Val::Sval(_) | a_const::Val::Bsval(_) => false,
            }
        }
        _ => false,
    }
}

/// `alias.org_id`, or `org_id` without an alias.
fn is_org_column(node: Option<&Node>, alias: Option<&str>) -> bool {
    let Some(Node { node: Some(NodeEnum::ColumnRef(ColumnRef { fields, location: _ })) }) = node else { return false };
    let wanted: Vec<&str> = alias.into_iter().chain([ORG_COLUMN]).collect();
    strings(fields).is_ok_and(|fields| fields == wanted)
}

/// What `org_id` is compared with, when a node is that comparison.
fn org_compared<'a>(node: Option<&'a Node>, wanted: AExprKind, alias: Option<&str>) -> Option<&'a Node> {
    let Some(NodeEnum::AExpr(expr)) = node.and_then(|node| node.node.as_ref()) else { return None };
    let AExpr { kind, name, lexpr, rexpr, rexpr_list_start: _, rexpr_list_end: _, location: _ } = &**expr;
    let equal = *kind == wanted as i32 && strings(name).is_ok_and(|name| name == ["="]);
    (equal && is_org_column(lexpr.as_deref(), alias)).then_some(rexpr.as_deref()?)
}

/// `org_id = <org>`: by which the rows are found.
fn is_equation(node: &Node, alias: Option<&str>, facts: Facts<'_>) -> bool {
    is_org(org_compared(Some(node), AExprKind::AexprOp, alias), facts)
}

/// `(CASE WHEN org_id = ANY (ARRAY[<org>]) THEN 1 END) IS NOT NULL`: what is asked before anything of the client's.
fn is_fence(node: &Node, alias: Option<&str>, facts: Facts<'_>) -> bool {
    let Some(NodeEnum::NullTest(test)) = &node.node else { return false };
    let NullTest { xpr: _, arg, nulltesttype, argisrow: _, location: _ } = &**test;
    let Some(Node { node: Some(NodeEnum::CaseExpr(case)) }) = arg.as_deref() else { return false };
    let CaseExpr { xpr: _, casetype: _, casecollid: _, arg, args, defresult, location: _ } = &**case;
    let [Node { node: Some(NodeEnum::CaseWhen(when)) }] = args.as_slice() else { return false };
    let CaseWhen { xpr: _, expr, result, location: _ } = &**when;
    let one = matches!(
        result.as_deref(),
        Some(Node { node: Some(NodeEnum::AConst(AConst { isnull: false, val: Some(_), location: _ })) })
    );
    let array = org_compared(expr.as_deref(), AExprKind::AexprOpAny, alias);
    let Some(NodeEnum::AArrayExpr(array)) = array.and_then(|array| array.node.as_ref()) else { return false };
    let [element] = array.elements.as_slice() else { return false };
    *nulltesttype == NullTestType::IsNotNull as i32
        && arg.is_none()
        && defresult.is_none()
        && one
        && is_org(Some(element), facts)
}

/// Whether both halves of the predicate stand at the head of an AND.
fn is_bound(heads: &[&Node], alias: Option<&str>, facts: Facts<'_>) -> bool {
    matches!(heads, [equation, fence, ..] if is_equation(equation, alias, facts) && is_fence(fence, alias, facts))
}

/// The leaf of a SELECT that is the wall around it: `SELECT <the logical columns> FROM leaf WHERE org_id = <org>`, and
/// nothing else. `None` when no leaf is in its FROM.
pub(super) fn wall<'a>(select: &'a SelectStmt, facts: Facts<'a>) -> Result<Option<&'a Table>, Refusal> {
    let mut leaf = None;
    for item in &select.from_clause {
        let (var, sample) = match &item.node {
            Some(NodeEnum::RangeVar(var)) => (Some(var), None),
            Some(NodeEnum::RangeTableSample(sample)) => match sample.relation.as_deref().map(|node| &node.node) {
                Some(Some(NodeEnum::RangeVar(var))) => (Some(var), Some(sample)),
                _ => (None, None),
            },
            _ => (None, None),
        };
        // A leaf with an alias is a locked one: `locked` looks at it.
        if let Some(var) = var
            && var.alias.is_none()
            && let Some((table, record)) = match names::relation(var, facts)? {
                Kind::Leaf(table) => Some((table, false)),
                Kind::Record => {
                    Some((record::of_condition(&heads(select.where_clause.as_deref()), None, facts)?, true))
                }
                Kind::Global | Kind::Catalog | Kind::Plain(_) => None,
            }
        {
            if let Some(sample) = sample {
                let simple = |node: &Node| match &node.node {
                    Some(NodeEnum::AConst(_)) => true,
                    Some(NodeEnum::ParamRef(param)) => (1..=i32::from(facts.params)).contains(&param.number),
                    _ => false,
                };
                let method = strings(&sample.method)?;
                if !matches!(method.as_slice(), ["bernoulli" | "system"])
                    || !sample.args.iter().all(simple)
                    || !sample.repeatable.as_deref().is_none_or(simple)
                {
                    return Err(Refusal::new("TABLESAMPLE of more than constants"));
                }
            }
            leaf = Some((table, var, record));
        }
    }
    let Some((table, var, record)) = leaf else { return Ok(None) };
    let SelectStmt {
        distinct_clause,
        into_clause,
        target_list,
        from_clause,
        where_clause,
        group_clause,
        group_distinct,
        having_clause,
        window_clause,
        values_lists,
        sort_clause,
        limit_offset,
        limit_count,
        limit_option: _,
        locking_clause,
        with_clause,
        op,
        all,
        larg,
        rarg,
    } = select;
    let bare = distinct_clause.is_empty()
        && into_clause.is_none()
        && from_clause.len() == 1
        && group_clause.is_empty()
        && !group_distinct
        && having_clause.is_none()
        && window_clause.is_empty()
        && values_lists.is_empty()
        && sort_clause.is_empty()
        && limit_offset.is_none()
        && limit_count.is_none()
        && locking_clause.is_empty()
        && with_clause.is_none()
        && *op == SetOperation::SetopNone as i32
        && !all
        && larg.is_none()
        && rarg.is_none()
        && var.alias.is_none();
    let columns: Option<Vec<&str>> = target_list.iter().map(plain_column).collect();
    let logical: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    // System columns may follow, where the statement names them.
    let passed = |columns: &[&str]| {
        columns
            .strip_prefix(logical.as_slice())
            .is_some_and(|more| more.iter().all(|name| SYSTEM_COLUMNS.contains(name)))
    };
    let named = if record {
        record::reads_columns(target_list, table)
    } else {
        columns.is_some_and(|columns| passed(&columns))
    };
    if !bare || !named {
        return Err(Refusal::new(format!("leaf \"{}\" is read otherwise than by its columns", var.relname)));
    }
    let heads = heads(where_clause.as_deref());
    if heads.len() != if record { 4 } else { 2 } || !is_bound(&heads, None, facts) {
        return Err(Refusal::new(format!("leaf \"{}\" is read without the org's predicate", var.relname)));
    }
    Ok(Some(table))
}

/// The leaves that stand in a FROM themselves, because they are locked: each with its alias, and each under
/// its org's predicate at the head of WHERE.
pub(super) fn locked<'a>(select: &'a SelectStmt, facts: Facts<'a>) -> Result<Vec<(&'a str, &'a Table)>, Refusal> {
    let mut leaves = Vec::new();
    for item in &select.from_clause {
        leaves_of(item, facts, &mut leaves)?;
    }
    if leaves.is_empty() {
        return Ok(Vec::new());
    }
    let heads = heads(select.where_clause.as_deref());
    let mut rest = heads.as_slice();
    let mut bound = Vec::with_capacity(leaves.len());
    for _ in 0..leaves.len() {
        let Some((alias, table)) = leaves.iter().find(|(alias, _)| is_bound(rest, Some(alias), facts)) else { break };
        // A record's leaf holds all objects: which one, its predicate says behind the org's.
        let (table, halves) = match table {
            Some(table) => (*table, 2),
            None => (record::of_condition(rest, Some(alias), facts)?, 4),
        };
        bound.push((*alias, table));
        rest = rest.get(halves..).unwrap_or(&[]);
    }
    match leaves.iter().find(|(alias, _)| !bound.iter().any(|(known, _)| known == alias)) {
        None => Ok(bound),
        Some((alias, _)) => Err(Refusal::new(format!("leaf \"{alias}\" is locked without the org's predicate"))),
    }
}

/// The operands of a condition's AND, or the condition itself.
pub(super) fn heads(clause: Option<&Node>) -> Vec<&Node> {
    match clause {
        Some(Node { node: Some(NodeEnum::BoolExpr(expr)) }) if expr.boolop == BoolExprType::AndExpr as i32 => {
            expr.args.iter().collect()
        }
        Some(node) => vec![node],
        None => Vec::new(),
    }
}

/// Whether a node is `alias.org_id` of one of these: in GROUP BY it changes no group.
pub(super) fn is_org_of(node: &Node, leaves: &[(&str, &Table)]) -> bool {
    let Some(NodeEnum::ColumnRef(ColumnRef { fields, location: _ })) = &node.node else { return false };
    matches!(strings(fields).as_deref(), Ok([alias, ORG_COLUMN]) if leaves.iter().any(|(known, _)| known == alias))
}

/// Whether a node is the predicate of one of these.
pub(super) fn is_predicate_of(node: &Node, leaves: &[(&str, &Table)], facts: Facts<'_>) -> bool {
    leaves.iter().any(|(alias, table)| {
        let of_org = is_equation(node, Some(alias), facts) || is_fence(node, Some(alias), facts);
        of_org || record::is_half(node, alias, table)
    })
}

fn leaves_of<'a>(item: &'a Node, facts: Facts<'a>, out: &mut Vec<(&'a str, Option<&'a Table>)>) -> Verdict {
    match &item.node {
        Some(NodeEnum::RangeVar(var)) => {
            let table = match names::relation(var, facts)? {
                Kind::Leaf(table) => Some(table),
                Kind::Record => None,
                Kind::Global | Kind::Catalog | Kind::Plain(_) => return Ok(()),
            };
            if let Some(Alias { aliasname, colnames }) = &var.alias {
                if !colnames.is_empty() {
                    return Err(Refusal::new("a locked leaf whose columns are renamed"));
                }
                out.push((aliasname, table));
            }
            Ok(())
        }
        Some(NodeEnum::RangeTableSample(sample)) => {
            sample.relation.as_deref().map_or(Ok(()), |relation| leaves_of(relation, facts, out))
        }
        Some(NodeEnum::JoinExpr(join)) => {
            let before = out.len();
            for side in [&join.larg, &join.rarg].into_iter().flatten() {
                leaves_of(side, facts, out)?;
            }
            // Its alias would hide theirs.
            if out.len() > before && join.alias.is_some() {
                return Err(Refusal::new("a locked leaf in a join with an alias"));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The arms of a MERGE: what each inserts ends with the org's value.
pub(super) fn merge_insert(columns: &[Node], values: &[Node], table: &Table, facts: Facts<'_>) -> Verdict {
    let names = insert_columns(columns, table)?;
    if names.len() == values.len() && is_org(values.last(), facts) {
        Ok(())
    } else {
        Err(Refusal::new("MERGE inserts without the org's value"))
    }
}

/// The name of a select item that is one bare column.
fn plain_column(node: &Node) -> Option<&str> {
    let Some(NodeEnum::ResTarget(target)) = &node.node else { return None };
    let ResTarget { name, indirection, val, location: _ } = &**target;
    let Some(Node { node: Some(NodeEnum::ColumnRef(ColumnRef { fields, location: _ })) }) = val.as_deref() else {
        return None;
    };
    match fields.as_slice() {
        [Node { node: Some(NodeEnum::String(field)) }] if name.is_empty() && indirection.is_empty() => {
            Some(&field.sval)
        }
        _ => None,
    }
}

/// Which rows DML is about: what says whose records they are.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a> {
    /// Those under this condition.
    Changed(Option<&'a Node>),
    /// Those that come from here.
    Inserted(&'a SelectStmt),
    /// MERGE's.
    Merged,
}

/// The leaf that DML changes, and its alias.
pub(super) fn target<'a>(
    var: Option<&'a RangeVar>,
    rows: Rows<'a>,
    facts: Facts<'a>,
) -> Result<(&'a Table, &'a str), Refusal> {
    let var = var.ok_or_else(|| Refusal::new("DML without a target"))?;
    let kind = names::relation(var, facts)?;
    match &var.alias {
        Some(Alias { aliasname, colnames }) if colnames.is_empty() => {
            let table = match (kind, rows) {
                (Kind::Leaf(table), _) => table,
                (Kind::Record, Rows::Changed(clause)) => record::of_condition(&heads(clause), Some(aliasname), facts)?,
                (Kind::Record, Rows::Inserted(select)) => record::of_rows(select, facts)?,
                (Kind::Record, Rows::Merged) | (Kind::Global | Kind::Catalog | Kind::Plain(_), _) => {
                    return Err(Refusal::new(format!("\"{}\" is changed and no leaf", var.relname)));
                }
            };
            Ok((table, aliasname))
        }
        _ => Err(Refusal::new(format!("leaf \"{}\" is changed without an alias", var.relname))),
    }
}

/// The condition of UPDATE, DELETE and MERGE: the org's predicate, alone or in front of an AND.
pub(super) fn condition(clause: Option<&Node>, alias: &str, facts: Facts<'_>) -> Verdict {
    if is_bound(&heads(clause), Some(alias), facts) {
        return Ok(());
    }
    Err(Refusal::new(format!("rows of \"{alias}\" are changed without the org's predicate")))
}

/// The column list of INSERT: `org_id` once, last.
pub(super) fn insert_columns<'a>(cols: &'a [Node], table: &Table) -> Result<Vec<&'a str>, Refusal> {
    let mut names = Vec::with_capacity(cols.len());
    for node in cols {
        let Some(NodeEnum::ResTarget(target)) = &node.node else {
            return Err(Refusal::new("an INSERT column that is none"));
        };
        let ResTarget { name, indirection, val, location: _ } = &**target;
        // The walk looks at elements and fields (`a[1]`).
        if (!indirection.is_empty() && name == ORG_COLUMN) || val.is_some() {
            return Err(Refusal::new("an INSERT column in an unusual form"));
        }
        names.push(name.as_str());
    }
    match names.split_last() {
        Some(_) if table.object.is_some() && record::insert_columns(&names, table) => Ok(names),
        Some((&ORG_COLUMN, others))
            if others.iter().all(|name| table.object.is_none() && table.column(name).is_some()) =>
        {
            Ok(names)
        }
        _ => Err(Refusal::new("INSERT without org_id as its last column, or with an unknown one")),
    }
}

/// Whether every row of an INSERT's source ends with the org's value.
pub(super) fn insert_rows(select: &SelectStmt, width: usize, facts: Facts<'_>) -> Verdict {
    let missing = || Refusal::new("a row is inserted without the org's value at its end");
    if let (Some(left), Some(right)) = (&select.larg, &select.rarg) {
        insert_rows(left, width, facts)?;
        return insert_rows(right, width, facts);
    }
    if select.op != SetOperation::SetopNone as i32 {
        return Err(Refusal::new("a set operation without two sides"));
    }
    if !select.values_lists.is_empty() {
        for row in &select.values_lists {
            let Some(NodeEnum::List(row)) = &row.node else { return Err(missing()) };
            if row.items.len() != width || !is_org(row.items.last(), facts) {
                return Err(missing());
            }
        }
        return Ok(());
    }
    let Some(Node { node: Some(NodeEnum::ResTarget(last)) }) = select.target_list.last() else { return Err(missing()) };
    let ResTarget { name, indirection, val, location: _ } = &**last;
    // A `*` may be any number of columns; PostgreSQL refuses a list that is shorter or longer than the columns named.
    let counted = select.target_list.len() == width || select.target_list.iter().any(is_star);
    if counted && name.is_empty() && indirection.is_empty() && is_org(val.as_deref(), facts) {
        Ok(())
    } else {
        Err(missing())
    }
}

fn is_star(target: &Node) -> bool {
    let Some(NodeEnum::ResTarget(target)) = &target.node else { return false };
    let last = match target.val.as_deref().and_then(|val| val.node.as_ref()) {
        Some(NodeEnum::ColumnRef(column)) => column.fields.last(),
        Some(NodeEnum::AIndirection(indirection)) => indirection.indirection.last(),
        _ => None,
    };
    matches!(last, Some(Node { node: Some(NodeEnum::AStar(_)) }))
}
