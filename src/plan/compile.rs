//! The path of a text through the stages, on one screen.

use std::sync::Arc;

use super::ast::definition::definition as ast_definition;
use super::ast::tree::Ident;
use super::ast::{Body, Lexeme, Name, Parsed, Positions, Utility, forbidden_setting, parse, tokens};
use super::bind::{Bound, BoundKind, MAX_CHANNEL_BYTES, SYSTEM_COLUMNS, Setting};
use super::define::{Change, define};
use super::error::PlanError;
use super::lone::reads_one_row;
use super::policy::{Permit, asks_who, check_setting, is_fixed};
use super::rewrite::{OrgSource, identifier, rewrite};
use super::template::Template;
use super::{
    Access, Action, CompileOptions, Copy, Plan, Run, Sequences, Session, Special, Transaction, TransactionVerb,
};
use crate::catalog::{Catalog, Isolation};
use crate::sqlstate::SqlState;

/// The setting that chooses the org of a session.
const ORG_SETTING: &str = "orgfold.org";

/// How the names of the catalogs' stand-ins begin.
const CATALOGS: &str = "orgfold_catalog.";

/// Compiles every statement of a text.
///
/// # Errors
/// The first statement that does not parse, bind or pass policy makes the whole text an error: nothing of it may run.
pub fn compile(catalog: &Catalog, sql: &str, options: CompileOptions) -> Result<Vec<Plan>, PlanError> {
    compile_as(catalog, sql, options, Definitions::Refused)
}

/// Whether definitions of an org's own objects are compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Definitions {
    /// 42501: DDL is not for runtime.
    Refused,
    /// They become changes of the org's private layer.
    Allowed,
}

/// The same for a role that may define objects. Behind a definition, the text's statements see what it makes.
///
/// # Errors
/// As [`compile`].
pub fn compile_as(
    catalog: &Catalog,
    sql: &str,
    options: CompileOptions,
    definitions: Definitions,
) -> Result<Vec<Plan>, PlanError> {
    let (lexemes, positions) = tokens(sql)?;
    let statements = parse(&lexemes, &positions)?;
    if statements.is_empty() {
        return Ok(vec![Plan { action: Action::Empty, span: 0..sql.len(), params: options.declared_params }]);
    }
    let mut defined: Option<Arc<Catalog>> = None;
    let mut plans = Vec::with_capacity(statements.len());
    for statement in statements {
        let catalog = defined.as_deref().unwrap_or(catalog);
        if let Body::Utility(utility) = &statement.body
            && let Utility::Definition(refusal) = &**utility
        {
            let plan = match definitions {
                Definitions::Refused => return Err(refusal.clone()),
                Definitions::Allowed => definition(&statement, &lexemes, catalog, &positions, options)?,
            };
            if let Action::Run(Run { special: Special::Define(change), .. }) = &plan.action {
                defined = Some(Arc::clone(&change.catalog));
            }
            plans.push(plan);
            continue;
        }
        plans.push(one(statement, &lexemes, catalog, &positions, options)?);
    }
    Ok(plans)
}

/// A definition: one call, which the shard carries out in the caller's transaction.
fn definition(
    parsed: &Parsed,
    lexemes: &[Lexeme<'_>],
    catalog: &Catalog,
    positions: &Positions<'_>,
    options: CompileOptions,
) -> Result<Plan, PlanError> {
    let lexemes = lexemes.get(parsed.lexemes.clone()).unwrap_or(&[]);
    let read = ast_definition(lexemes, positions)?;
    let text = positions.text().get(parsed.span.clone()).unwrap_or_default();
    let Change { defined, template, tag } = define(catalog, &read, text)?;
    let run = Run {
        template,
        access: Access::Write,
        needs_org: true,
        describes: false,
        org_param: false,
        copy: None,
        records: None,
        tag: Some(tag),
        returns_rows: false,
        cascaded: Box::default(),
        sequences: Sequences::default(),
        asks_who: false,
        reads_one_row: false,
        special: Special::Define(defined),
    };
    Ok(Plan { action: Action::Run(run), span: parsed.span.clone(), params: options.declared_params })
}

fn one(
    parsed: Parsed,
    lexemes: &[Lexeme<'_>],
    catalog: &Catalog,
    positions: &Positions<'_>,
    options: CompileOptions,
) -> Result<Plan, PlanError> {
    let Parsed { body, span, lexemes: range } = parsed;
    let lexemes = lexemes.get(range).unwrap_or(&[]);
    let start = positions.of_byte(span.start);
    let placed = |mut error: PlanError| {
        // A refusal without a place of its own points at its statement, but where PostgreSQL says the same without one.
        if !error.placeless {
            error.position = error.position.or(Some(start));
        }
        error
    };
    let system = || system_columns(lexemes);
    let mut cascaded = Vec::new();
    let (bound, special) = match &body {
        Body::Tree(statement) if Bound::turns_jit_off(statement) => {
            let message = "unrecognized configuration parameter \"jit\"";
            return Err(PlanError::new(SqlState::UNDEFINED_OBJECT, "jit", message));
        }
        Body::Tree(statement) => match Bound::set_config(statement) {
            Some((bound, setting)) => {
                check_setting(&setting.name, Some(&setting.value), false, setting.at).map_err(placed)?;
                if is_fixed(&setting.name) || setting.name.starts_with("orgfold.") {
                    return Err(forbidden_setting(&setting.name, setting.at));
                }
                let Setting { name, value, local, at: _ } = setting;
                (bound, Special::Set { name, value, local })
            }
            None => (Bound::tree(statement, catalog, system()).map_err(placed)?, Special::No),
        },
        Body::Utility(utility) => {
            let (bound, special) = match &**utility {
                Utility::Truncate { tables: named_tables, cascade, restart } => {
                    let (bound, tables) = Bound::truncate(named_tables, *cascade, *restart, catalog).map_err(placed)?;
                    let named = |name: &Name| name.parts.last().map(|name| name.as_str().into());
                    let emptied = tables.iter().cloned().chain(named_tables.iter().filter_map(named)).collect();
                    cascaded = tables;
                    (Ok(bound), Special::Truncate(emptied))
                }
                Utility::Copy(copy) => (
                    Bound::copy(copy, catalog),
                    copy.freezes().map_or(Special::No, |table| Special::Freeze(table.into())),
                ),
                Utility::Explain(explain) => (Bound::explain(explain, catalog, system()), Special::Explain),
                Utility::Declare { head, query } => (Bound::declare(head, query, catalog, system()), Special::No),
                Utility::Cursor { verb, pieces } => (Bound::about_cursor(*verb, pieces, catalog), Special::No),
                Utility::Prepare(prepare) => {
                    (Bound::prepare(prepare, catalog, system()), Special::Prepare(prepare.name.name.clone()))
                }
                Utility::Execute { name, arguments } => {
                    (Bound::execute(name, arguments, catalog), Special::Execute(name.name.clone()))
                }
                Utility::Notify { channel, payload } => (Bound::notify(channel, payload.as_ref()), Special::No),
                other => {
                    let action = session(other).map_err(placed)?;
                    return Ok(Plan { action, span, params: options.declared_params });
                }
            };
            (bound.map_err(placed)?, special)
        }
    };
    let reads_one_row = match &body {
        Body::Tree(statement) => special == Special::No && reads_one_row(statement, catalog),
        Body::Utility(_) => false,
    };
    let kind = bound.kind();
    let params = bound.params().max(options.declared_params);
    let touches_org = bound.touches_org();
    let copy = match kind {
        BoundKind::CopyIn => Some(Copy::In),
        BoundKind::CopyOut => Some(Copy::Out),
        BoundKind::Query
        | BoundKind::Modify { returning: _ }
        | BoundKind::Truncate
        | BoundKind::Explain { modifies: _ }
        | BoundKind::Quiet
        | BoundKind::Prepare
        | BoundKind::Fetch
        | BoundKind::Execute
        | BoundKind::Notify => None,
    };
    if copy == Some(Copy::In) && catalog.isolation == Isolation::Rls {
        // PostgreSQL itself refuses it on a table with row-level security.
        return Err(PlanError::unsupported("COPY FROM under row-level security", start)
            .hint("use INSERT, with several rows a statement"));
    }
    // These are utility statements: they take no parameters.
    let literal_org = copy.is_some() || matches!(kind, BoundKind::Execute | BoundKind::Notify);
    if literal_org && params > 0 {
        return Err(
            PlanError::new(SqlState::UNDEFINED_PARAMETER, "unknown_parameter", "there is no parameter $1").at(start)
        );
    }
    let org = if literal_org { OrgSource::Literal } else { OrgSource::Param(params.saturating_add(1)) };
    let permit = Permit::try_new(bound, catalog).map_err(placed)?;
    // TRUNCATE is written as deletes, COPY with its options in order: the tokens are others than the client's.
    let keeps_tokens = copy.is_none() && kind != BoundKind::Truncate;
    let template = rewrite(&permit, catalog, org, keeps_tokens.then_some(lexemes)).map_err(placed)?;
    if special == Special::Explain && template.text().contains("orgfold.record_p") {
        return Err(PlanError::unsupported("EXPLAIN of statements on objects", start));
    }
    second_opinion(&template, catalog, touches_org, org, params).map_err(placed)?;
    // What EXECUTE runs may ask for the catalogs too.
    let asks_catalogs = template.text().contains(CATALOGS) || kind == BoundKind::Execute;
    let describes = catalog.private.is_some() && asks_catalogs;
    let modifies = permit.bound().modifies();
    let run = Run {
        reads_one_row: reads_one_row && touches_org && !modifies,
        asks_who: asks_who(template.text()),
        template,
        access: if modifies { Access::Write } else { Access::Read },
        needs_org: touches_org || describes,
        describes,
        org_param: touches_org && org != OrgSource::Literal && kind != BoundKind::Prepare,
        sequences: permit.bound().sequences(),
        cascaded: cascaded.into(),
        special,
        copy,
        records: permit.bound().records(),
        tag: (kind == BoundKind::Truncate).then_some("TRUNCATE TABLE"),
        returns_rows: match kind {
            BoundKind::Query | BoundKind::Explain { modifies: _ } | BoundKind::Fetch | BoundKind::Execute => true,
            BoundKind::Modify { returning } => returning,
            BoundKind::Truncate
            | BoundKind::CopyIn
            | BoundKind::CopyOut
            | BoundKind::Quiet
            | BoundKind::Prepare
            | BoundKind::Notify => false,
        },
    };
    // What PREPARE has are parameters of what it prepares, not its own.
    let params = if kind == BoundKind::Prepare { options.declared_params } else { params };
    Ok(Plan { action: Action::Run(run), span, params })
}

/// Has PostgreSQL's own grammar read the result, where it is compiled in: always in builds with the feature `guard`, in
/// development builds with `grammar` alone, so that tests have it and measurements do not.
#[cfg(all(feature = "grammar", any(feature = "guard", debug_assertions)))]
fn second_opinion(
    template: &Template,
    catalog: &Catalog,
    needs_org: bool,
    org: OrgSource,
    params: u16,
) -> Result<(), PlanError> {
    let param = match org {
        OrgSource::Param(number) => Some(number),
        OrgSource::Literal => None,
    };
    super::guard::check_template(template, catalog, needs_org, param, params)
}

#[cfg(not(all(feature = "grammar", any(feature = "guard", debug_assertions))))]
fn second_opinion(_: &Template, _: &Catalog, _: bool, _: OrgSource, _: u16) -> Result<(), PlanError> {
    Ok(())
}

/// The first parameter that a text names, and where.
#[cfg(feature = "proxy")]
pub(crate) fn first_parameter(sql: &str) -> Option<(String, u32)> {
    let (lexemes, positions) = tokens(sql).ok()?;
    lexemes.iter().find_map(|lexeme| match &lexeme.token {
        super::ast::Token::Param(name) => Some(((*name).to_owned(), positions.of_byte(lexeme.start))),
        _other => None,
    })
}

/// The system columns that a statement names.
fn system_columns(lexemes: &[Lexeme<'_>]) -> Vec<&'static str> {
    SYSTEM_COLUMNS.into_iter().filter(|name| lexemes.iter().any(|lexeme| lexeme.is_name(name))).collect()
}

fn transaction(verb: TransactionVerb, text: impl Into<Box<str>>) -> Action {
    Action::Transaction(Transaction { verb, text: text.into() })
}

fn with_name(words: &str, name: &str) -> String {
    let mut text = format!("{words} ");
    identifier(name, &mut text);
    text
}

fn session(utility: &Utility) -> Result<Action, PlanError> {
    Ok(match utility {
        Utility::Begin(text) => transaction(TransactionVerb::Begin, text.as_str()),
        Utility::Commit { chain } => {
            transaction(TransactionVerb::Commit { chain: *chain }, if *chain { "COMMIT AND CHAIN" } else { "COMMIT" })
        }
        Utility::Rollback { chain } => transaction(
            TransactionVerb::Rollback { chain: *chain },
            if *chain { "ROLLBACK AND CHAIN" } else { "ROLLBACK" },
        ),
        Utility::Savepoint(name) => {
            transaction(TransactionVerb::Savepoint(name.as_str().into()), with_name("SAVEPOINT", name))
        }
        Utility::Release(name) => {
            transaction(TransactionVerb::Release(name.as_str().into()), with_name("RELEASE SAVEPOINT", name))
        }
        Utility::RollbackTo(name) => {
            transaction(TransactionVerb::RollbackTo(name.as_str().into()), with_name("ROLLBACK TO SAVEPOINT", name))
        }
        Utility::SetTransaction(text) => transaction(TransactionVerb::SetTransaction, text.as_str()),
        Utility::SetCharacteristics(settings) => match settings.as_slice() {
            [(name, value)] => {
                Action::Session(Session::Set { name: (*name).into(), value: Some((*value).into()), local: false })
            }
            _several => {
                return Err(PlanError::unsupported("SET SESSION CHARACTERISTICS with several modes", 0)
                    .hint("set default_transaction_isolation and its like one by one"));
            }
        },
        Utility::Set { name, value, local, at } => {
            if name == ORG_SETTING {
                if *local {
                    return Err(PlanError::unsupported("SET LOCAL orgfold.org", *at));
                }
                return Ok(Action::Session(Session::SetOrg(value.as_deref().map(Into::into))));
            }
            check_setting(name, value.as_deref(), false, *at)?;
            if is_fixed(name) {
                return Ok(Action::Session(Session::SetAlready));
            }
            Action::Session(Session::Set {
                name: name.as_str().into(),
                value: value.as_deref().map(Into::into),
                local: *local,
            })
        }
        Utility::Show { name, at } => {
            if name == "all" {
                return Err(PlanError::unsupported("SHOW ALL", *at));
            }
            if name != ORG_SETTING {
                check_setting(name, None, true, *at)?;
            }
            Action::Session(Session::Show { name: name.as_str().into(), text: with_name("SHOW", name).into() })
        }
        Utility::Reset { name, at } => {
            if name == ORG_SETTING {
                return Ok(Action::Session(Session::SetOrg(None)));
            }
            check_setting(name, None, false, *at)?;
            Action::Session(Session::Reset(name.as_str().into()))
        }
        Utility::ResetAll => Action::Session(Session::ResetAll),
        Utility::DiscardAll => Action::Session(Session::DiscardAll),
        Utility::Deallocate(name) => Action::Session(Session::Deallocate(name.as_deref().map(Into::into))),
        Utility::Listen(channel) => Action::Session(Session::Listen(channel_name(channel)?)),
        Utility::Unlisten(channel) => {
            Action::Session(Session::Unlisten(channel.as_ref().map(channel_name).transpose()?))
        }
        Utility::Truncate { .. }
        | Utility::Copy(_)
        | Utility::Explain(_)
        | Utility::Declare { .. }
        | Utility::Cursor { .. }
        | Utility::Prepare(_)
        | Utility::Execute { .. }
        | Utility::Definition(_)
        | Utility::Notify { .. } => {
            return Err(PlanError::new(SqlState::INTERNAL_ERROR, "internal", "a data statement as a session's"));
        }
    })
}

/// A channel to listen on: no longer than NOTIFY takes.
fn channel_name(channel: &Ident) -> Result<Box<str>, PlanError> {
    if channel.name.len() > MAX_CHANNEL_BYTES {
        let what = format!("a channel name of more than {MAX_CHANNEL_BYTES} bytes");
        return Err(PlanError::unsupported(what, channel.at));
    }
    Ok(channel.name.clone())
}
