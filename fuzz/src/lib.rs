//! What must hold for any text and any bytes. The fuzz targets call these, and so does `tests/pure/fuzz.rs` with all the
//! statements of the differential tests and with what fuzzing has found.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bytes::{Bytes, BytesMut};
use orgfold::catalog::{Catalog, Column, LeafCount, QualifiedName, Scope, Table, View, leaf_of};
use orgfold::org::OrgId;
use orgfold::plan::{Action, CompileOptions, Run, Special, compile};
use orgfold::wire;

/// Tables of the statements that fuzzing begins with.
const TABLES: &[(&str, &str)] = &[
    ("invoice", "no customer total at state"),
    ("customer", "id name region email"),
    ("line", "no product qty price"),
    ("product", "id name sku price"),
    ("Odd \"One\"", "select Mixed order"),
];

fn catalog(scope: Scope) -> Catalog {
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
        scope,
        columns: columns.split(' ').map(column).collect(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        object: None,
    };
    let tables: BTreeMap<_, _> =
        TABLES.iter().map(|(name, columns)| (QualifiedName::public(name), table(columns))).collect();
    let mut catalog = Catalog { tables, ..Catalog::empty(LeafCount::STANDARD) };
    if scope == Scope::Org {
        let query = "SELECT i.no, c.name FROM invoice i JOIN customer c ON c.id = i.customer".to_owned();
        let view = View { columns: vec!["no".to_owned(), "name".to_owned()], query };
        catalog.views.insert(QualifiedName::public("named"), view);
    }
    catalog
}

static OF_ORGS: LazyLock<Catalog> = LazyLock::new(|| catalog(Scope::Org));
static GLOBAL: LazyLock<Catalog> = LazyLock::new(|| catalog(Scope::Global));

/// The statements of a text that would go to a shard; none when it is refused, which must never be our own fault.
fn runs(catalog: &Catalog, text: &str) -> Vec<Run> {
    match compile(catalog, text, CompileOptions { declared_params: 0 }) {
        Ok(plans) => plans
            .into_iter()
            .filter_map(|plan| match plan.action {
                Action::Run(run) => Some(run),
                Action::Empty | Action::Transaction(_) | Action::Session(_) => None,
            })
            .collect(),
        Err(error) => {
            assert_ne!(error.sqlstate.code(), "XX000", "{error:?}: {text:?}");
            Vec::new()
        }
    }
}

/// The SQLSTATE with which a text for orgs is refused.
#[must_use]
pub fn refusal(text: &str) -> Option<&'static str> {
    compile(&OF_ORGS, text, CompileOptions { declared_params: 0 }).err().map(|error| error.sqlstate.code())
}

/// Any text: a plan or a refusal, in bounded work; a plan for two orgs of other leaves differs in their leaves alone.
pub fn rewrite(text: &str) {
    let naming = OF_ORGS.naming();
    for run in runs(&OF_ORGS, text) {
        let render = |org: i64| {
            let org = OrgId::try_new(org).unwrap();
            run.template.render(naming, Some((leaf_of(org, OF_ORGS.leaves), org))).unwrap()
        };
        let (one, other) = (render(2), render(3));
        assert_eq!(one.is_empty(), other.is_empty(), "{text:?}");
        // A derived table for each name, a qualifier for each call: what is added is in proportion.
        assert!(one.len() <= 400 * (text.len() + 1), "{} bytes became {}: {text:?}", text.len(), one.len());
        if run.needs_org && !matches!(run.special, Special::Prepare(_)) {
            assert!(one != other || run.org_param, "{text:?} is for an org and names neither leaf nor org");
        }
        for at in [0, 1, 2, u32::try_from(one.chars().count()).unwrap(), u32::MAX] {
            let org = OrgId::try_new(2).unwrap();
            let place = Some((leaf_of(org, OF_ORGS.leaves), org));
            if let Some(position) = run.template.client_position(naming, place, at) {
                assert!(position as usize <= text.chars().count() + 1, "{text:?}");
            }
        }
    }
}

/// What is printed, read and printed again, is the same: for queries on tables that need no rewriting.
pub fn print_parse(text: &str) {
    let naming = GLOBAL.naming();
    for run in runs(&GLOBAL, text) {
        let Some(printed) = run.template.render(naming, None) else { continue };
        // The stand-ins for PostgreSQL's catalogs are nobody's to name, and PREPARE has the org among its parameters.
        let prepares = matches!(run.special, Special::Prepare(_) | Special::Execute(_));
        if run.copy.is_some() || run.tag.is_some() || prepares || printed.contains("orgfold_catalog") {
            continue;
        }
        let again = match compile(&GLOBAL, &printed, CompileOptions { declared_params: 0 }) {
            Ok(plans) => plans,
            Err(error) => panic!("{text:?} became {printed:?}, which is refused: {error:?}"),
        };
        let [plan] = again.as_slice() else { panic!("{text:?} became several: {printed:?}") };
        let Action::Run(run) = &plan.action else { panic!("{text:?} became {printed:?}") };
        assert_eq!(run.template.render(naming, None).as_deref(), Some(&*printed), "{text:?}");
    }
}

/// Any text, written as a literal in each way there is, has the same value in what is printed.
pub fn literals(text: &str) {
    if text.contains('\0') {
        return;
    }
    let doubled = text.replace('\'', "''");
    let mut spellings = vec![
        format!("'{doubled}'"),
        format!("E'{}'", doubled.replace('\\', "\\\\")),
        format!("e'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        format!("U&'{}'", doubled.replace('\\', "\\\\")),
        format!("N'{doubled}'"),
    ];
    let quoted: String = text.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
    spellings.push(format!("E'{quoted}'"));
    spellings.extend(
        ["q", "", "ä"]
            .into_iter()
            .filter(|tag| {
                // A body may not hold its own end, nor run into it.
                let end = format!("${tag}$");
                !format!("{text}{}", &end[..end.len() - 1]).contains(&end)
            })
            .map(|tag| format!("${tag}${text}${tag}$")),
    );
    for spelling in spellings {
        let sql = format!("SELECT {spelling}");
        let [run] = &*runs(&GLOBAL, &sql) else { panic!("refused: {sql:?}") };
        let printed = run.template.render(GLOBAL.naming(), None).unwrap();
        let literal = printed.strip_prefix("SELECT ").unwrap_or_else(|| panic!("{sql:?} became {printed:?}"));
        assert_eq!(value(literal).as_deref(), Some(text), "{sql:?} became {printed:?}");
    }
}

/// The value of one literal that is the whole text, by PostgreSQL's rules, written apart from orgfold's.
fn value(literal: &str) -> Option<String> {
    let (prefix, body) = literal.split_once('\'')?;
    let body = body.strip_suffix('\'')?;
    let mut value = String::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        match (c, prefix) {
            ('\'', _) => {
                if chars.next() != Some('\'') {
                    return None;
                }
                value.push('\'');
            }
            ('\\', "E" | "e") => match chars.next()? {
                'U' => {
                    let digits: String = chars.by_ref().take(8).collect();
                    value.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                }
                c @ ('\\' | '\'') => value.push(c),
                _ => return None,
            },
            ('\\', "U&") => {
                if chars.next() != Some('\\') {
                    return None;
                }
                value.push('\\');
            }
            ('\\', "" | "N") => value.push('\\'),
            ('\\', _) => return None,
            (c, _) => value.push(c),
        }
    }
    Some(value)
}

/// Any bytes as frames, from either side: messages or `Malformed`. What is read as Bind is written as it was.
pub fn wire(bytes: &[u8]) {
    let _ = wire::startup::next_startup(&mut BytesMut::from(bytes));
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(frame)) = wire::next_frame(&mut buffer, 1 << 16) {
        body(frame.body());
    }
    body(Bytes::copy_from_slice(bytes));
}

fn body(body: Bytes) {
    let _ = wire::describe::row_description(&body);
    let _ = wire::describe::parameter_description(&body, true);
    let _ = wire::describe::parameter_description(&body, false);
    if let Ok(fields) = wire::report::fields(&body) {
        let fields = orgfold::catalog::logical_fields(fields, &OF_ORGS);
        let mut out = BytesMut::new();
        wire::report::write(b'E', &fields, &mut out);
        let frame = wire::next_frame(&mut out, usize::MAX).unwrap().unwrap();
        assert_eq!(wire::report::fields(&frame.body()).unwrap(), fields);
    }
    if let Ok(bind) = wire::bind::Bind::parse(body.clone()) {
        for org in [None, Some(42)] {
            let mut out = BytesMut::new();
            bind.write("name", org, &mut out);
            let frame = wire::next_frame(&mut out, usize::MAX).unwrap().unwrap();
            let again = wire::bind::Bind::parse(frame.body()).unwrap();
            assert_eq!(again.count(), bind.count() + u16::from(org.is_some()));
            assert_eq!((again.portal, &*again.statement), (bind.portal.clone(), "name"));
        }
    }
    let mut cursor = wire::Cursor::new(body);
    while cursor.text().is_ok() || cursor.count().is_ok() {}
    let _ = (cursor.int(), cursor.byte(), cursor.bytes(usize::MAX), cursor.end());
}
