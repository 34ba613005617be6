//! The second opinion: PostgreSQL's own grammar reads each finished physical text and judges it anew.
//!
//! In: a physical text and what its plan says of it ([`Facts`]). Out: nothing, or why it must not be sent. Rules: one
//! statement; every relation in it is the leaf asked for, a global table that is read, a stand-in of a system catalog,
//! or a CTE in scope; a leaf that is read is the whole FROM of a derived table of the logical columns under the org's
//! predicate, and one that is changed stands under the predicate or gets the org's value in every row; `org_id`, system
//! columns and the org's parameter appear nowhere else; functions, types and fields are those on the lists. Every node
//! of the tree is walked, its fields written out, and what is not known here is refused.
//!
//! It shares with the planner only data: the catalog, the naming of leaves, the lists of functions and types. What is
//! absent: the client's text, positions (a refusal is a defect of orgfold's, XX000, and nothing is sent).

mod expr;
mod from;
mod json;
mod names;
mod record;
mod shape;
mod walk;
mod wrapped;

use crate::catalog::{Catalog, LeafNumber, leaf_of};
use crate::org::OrgId;
use crate::plan::ast::lex;
use crate::plan::error::PlanError;
use crate::plan::template::Template;
use crate::sqlstate::SqlState;

/// Where the org's id stands in a physical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgValue {
    /// Nowhere: the statement touches no org's data.
    Absent,
    /// In the parameter of this number.
    Param(u16),
    /// As a literal.
    Literal(i64),
}

/// What a plan says of its text.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// The leaf that the text was rendered for.
    pub leaf: LeafNumber,
    /// Where the org's id stands.
    pub org: OrgValue,
    /// The client's parameters: the highest number that may stand elsewhere.
    pub params: u16,
}

/// Why a physical text must not be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not parse: the server would say so too.
    #[error("{message}")]
    Syntax {
        /// PostgreSQL's words.
        message: String,
        /// The character's number in the physical text, from 1, where it could be found.
        position: Option<u32>,
    },
    /// It nests deeper than PostgreSQL's own reader may.
    #[error("stack depth limit exceeded")]
    TooDeep,
    /// It is not bound to the org, or not known to be.
    #[error("{0}")]
    Unbound(String),
}

impl Refusal {
    fn new(what: impl Into<String>) -> Refusal {
        Refusal::Unbound(what.into())
    }

    fn of_parser(error: &pg_query::Error, sql: &str) -> Refusal {
        let pg_query::Error::Parse(message) = error else { return Refusal::new(error.to_string()) };
        let deep = ["stack depth limit exceeded", "memory exhausted", "nested too deeply"];
        if deep.iter().any(|text| message.contains(text)) {
            return Refusal::TooDeep;
        }
        Refusal::Syntax { message: message.clone(), position: position(sql) }
    }
}

/// Where the token stands that PostgreSQL cannot read: the bindings do not say. Up to the token before it, all that is
/// wrong with the text is that it ends.
fn position(sql: &str) -> Option<u32> {
    let lexemes = lex(sql).ok()?;
    let ends: Vec<usize> = lexemes.iter().skip(1).map(|lexeme| lexeme.start).chain([sql.len()]).collect();
    let readable = ends.partition_point(|end| {
        let Some(prefix) = sql.get(..*end) else { return false };
        match pg_query::parse(prefix, 0) {
            Ok(_) => true,
            Err(error) => error.to_string().contains("at end of input"),
        }
    });
    let before = sql.get(..lexemes.get(readable)?.start)?;
    u32::try_from(before.chars().count() + 1).ok()
}

type Verdict = Result<(), Refusal>;

/// What decoding the deepest tree that libpg_query hands out needs. Only what is used is ever backed by memory.
const STACK_BYTES: usize = 512 * 1024 * 1024;

/// Two orgs whose leaves differ among 16.
#[cfg_attr(not(any(feature = "guard", debug_assertions)), allow(dead_code))]
const ORGS: [i64; 2] = [2, 3];

/// Judges a physical text.
///
/// # Errors
/// [`Refusal`]: it must not be sent.
pub fn check(sql: &str, facts: Facts<'_>) -> Verdict {
    // A thread of its own: its stack is deep enough whoever calls, and a panic of the parser's bindings ends here.
    let judge = || {
        let parsed = pg_query::parse(sql, 0).map_err(|error| Refusal::of_parser(&error, sql))?;
        walk::statement(&parsed.protobuf, facts)
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, judge);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(_)) => Err(Refusal::new("the parser panicked")),
            Err(error) => Err(Refusal::new(format!("no thread to parse in: {error}"))),
        }
    })
}

/// Judges a plan's template as it is rendered for two orgs. `org` is the number of the org's parameter, if it has one.
#[cfg_attr(not(any(feature = "guard", debug_assertions)), allow(dead_code))]
pub(super) fn check_template(
    template: &Template,
    catalog: &Catalog,
    needs_org: bool,
    org_param: Option<u16>,
    params: u16,
) -> Result<(), PlanError> {
    let refused = |why: String| PlanError::internal(format!("the second opinion on the rewritten statement: {why}"));
    for id in ORGS {
        let org = OrgId::try_new(id).map_err(|error| refused(error.to_string()))?;
        let leaf = leaf_of(org, catalog.leaves);
        let place = needs_org.then_some((leaf, org));
        let sql = template.render(catalog.naming(), place).ok_or_else(|| refused("a hole stays open".to_owned()))?;
        let value = match (needs_org, org_param) {
            (false, _) => OrgValue::Absent,
            (true, Some(number)) => OrgValue::Param(number),
            (true, None) => OrgValue::Literal(id),
        };
        check(&sql, Facts { catalog, leaf, org: value, params }).map_err(|refusal| match refusal {
            Refusal::Syntax { message, position } => {
                let position = position.and_then(|at| template.client_position(catalog.naming(), place, at));
                PlanError::new(SqlState::SYNTAX_ERROR, "syntax", message).at(position.unwrap_or(0))
            }
            Refusal::TooDeep => {
                PlanError::new(SqlState::STATEMENT_TOO_COMPLEX, "too_deep", "stack depth limit exceeded")
            }
            Refusal::Unbound(why) => refused(why),
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
