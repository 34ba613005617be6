//! 3d make it real: [`Permit`] -> [`Template`]: the org predicate, leaves, positions; then verify.
//!
//! In: a permitted statement. Out: physical SQL as a template. Invariants: the physical text is built from nodes, never
//! from the client's text; every leaf in it stands under the org (checked by `verify`, which reads the text); the
//! logical text of the same nodes has the client's own tokens (checked by `fidelity`), so what PostgreSQL reads is
//! what the client wrote. What is absent: names, permission.

mod fidelity;
mod names;
mod print;
mod verify;

pub(crate) use names::identifier;

use super::ast::Lexeme;
use super::error::PlanError;
use super::policy::Permit;
use super::template::Template;
use crate::catalog::Catalog;

/// Where the org's id comes from in a physical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrgSource {
    /// The parameter of this number.
    Param(u16),
    /// A literal: where no parameter can stand.
    Literal,
}

/// Rewrites a permitted statement. `lexemes` are the client's tokens, for the comparison; `None` for statements that
/// are rebuilt from scratch (TRUNCATE, COPY).
pub(crate) fn rewrite(
    permit: &Permit,
    catalog: &Catalog,
    org: OrgSource,
    lexemes: Option<&[Lexeme<'_>]>,
) -> Result<Template, PlanError> {
    if let Some(lexemes) = lexemes {
        fidelity::check(permit.bound().nodes(), lexemes)?;
    }
    let template = print::physical(permit.bound().nodes(), catalog, org)?;
    verify::check(&template, permit.bound().nodes(), org)?;
    Ok(template)
}
