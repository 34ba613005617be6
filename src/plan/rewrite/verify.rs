//! The second walker: reads the finished physical text and proves that every leaf in it is bound to the org.
//!
//! It shares nothing with the printer but the lexer. The text is rendered for two leaves; the tokens that differ are
//! the leaves' names, all of them. Each must stand in one of the few shapes that bind it.

use sqlparser::tokenizer::Token;

use super::super::ast::{Lexeme, lex};
use super::super::bind::Node;
use super::super::error::PlanError;
use super::super::template::Template;
use super::OrgSource;
use crate::catalog::{LeafCount, LeafNaming, ORG_COLUMN, leaf_of};
use crate::org::OrgId;

/// Two orgs whose leaves differ among 16, in each digit.
const ORGS: [i64; 2] = [2, 3];

/// Checks a template against the nodes it was printed from.
pub(super) fn check(template: &Template, nodes: &[Node], org: OrgSource) -> Result<(), PlanError> {
    let [one, other] = ORGS.map(|id| render(template, id));
    let (one, other) = (one?, other?);
    if one.len() != other.len() {
        return Err(broken("texts for two leaves differ in length"));
    }
    let org_token = |id: i64| match org {
        OrgSource::Param(number) => Token::Placeholder(format!("${number}")),
        OrgSource::Literal => Token::Number(id.to_string(), false),
    };
    let reader = Reader { lexemes: &one, org: org_token(ORGS[0]) };
    let mut leaves = 0;
    for (i, (a, b)) in one.iter().zip(&other).enumerate() {
        let same = a.token == b.token;
        let is_org = org == OrgSource::Literal && a.token == org_token(ORGS[0]) && b.token == org_token(ORGS[1]);
        if same || is_org {
            continue;
        }
        leaves += 1;
        if !reader.is_bound(i) {
            return Err(broken("a leaf is not bound to the org"));
        }
    }
    if leaves != count_leaves(nodes) {
        return Err(broken("the text has another number of leaves than the statement"));
    }
    Ok(())
}

fn render(template: &Template, id: i64) -> Result<Vec<Lexeme>, PlanError> {
    let org = OrgId::try_new(id).map_err(|error| broken(&error.to_string()))?;
    let place = (leaf_of(org, LeafCount::STANDARD), org);
    let text = template
        .render(LeafNaming::of(LeafCount::STANDARD), Some(place))
        .ok_or_else(|| broken("the template does not render"))?;
    lex(&text).map_err(|error| broken(error.message))
}

fn broken(what: &str) -> PlanError {
    PlanError::internal(format!("verification of the rewritten statement failed: {what}"))
}

fn count_leaves(nodes: &[Node]) -> usize {
    nodes
        .iter()
        .map(|node| match node {
            Node::Target { table: _, alias: _, logical: _ }
            | Node::CopyTarget { table: _ }
            | Node::LeafIndex { base: _, logical: _, at: _ } => 1,
            Node::Relation(relation) => relation.leaves(count_leaves),
            Node::Physical(inner) => count_leaves(inner),
            Node::Word(_)
            | Node::MaybeBracket(_)
            | Node::Operator(_)
            | Node::Name { name: _, at: _ }
            | Node::Column { qualifier: _, implied: _, name: _, at: _ }
            | Node::Literal { text: _, at: _ }
            | Node::Param { number: _, at: _ }
            | Node::Type(_)
            | Node::Function(_)
            | Node::Field { name: _, at: _ }
            | Node::OrgPredicate { alias: _ }
            | Node::OrgColumn
            | Node::OrgValue
            | Node::Logical(_) => 0,
        })
        .sum()
}

struct Reader<'a> {
    lexemes: &'a [Lexeme],
    org: Token,
}

impl Reader<'_> {
    fn word(&self, at: usize, text: &str) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| lexeme.is_word(text))
    }

    fn token(&self, at: usize, token: &Token) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| lexeme.token == *token)
    }

    fn org_equals(&self, at: usize) -> bool {
        self.word(at, ORG_COLUMN) && self.token(at + 1, &Token::Eq) && self.token(at + 2, &self.org)
    }

    /// Whether the leaf named by the lexeme `i` is bound.
    fn is_bound(&self, i: usize) -> bool {
        // ON CONSTRAINT name: no relation.
        if i >= 2 && self.word(i - 1, "constraint") && self.word(i - 2, "on") {
            return true;
        }
        // Everywhere else it is `schema.leaf` behind one of these words.
        if i < 3 || !self.token(i - 1, &Token::Period) {
            return false;
        }
        let before = i - 3;
        let read = self.word(before, "from")
            && self.word(i + 1, "where")
            && self.org_equals(i + 2)
            && self.token(i + 5, &Token::RParen);
        let deleted =
            before >= 1 && self.word(before, "from") && self.word(before - 1, "delete") && self.changed(i + 1);
        let updated = self.word(before, "update") && self.changed(i + 1);
        let inserted = self.word(before, "into") && self.inserted(i + 1);
        // The leaf's default fills org_id from the setting of this transaction; the list must not name it.
        let copied = before == 0 && self.word(0, "copy") && self.token(i + 1, &Token::LParen) && !self.names_org(i + 2);
        read || deleted || updated || inserted || copied
    }

    /// `AS alias ... WHERE alias.org_id = $org`, at the bracket depth of the statement.
    fn changed(&self, at: usize) -> bool {
        if !self.word(at, "as") {
            return false;
        }
        let Some(alias) = self.lexemes.get(at + 1).map(|lexeme| &lexeme.token) else { return false };
        let mut depth = 0usize;
        for (j, lexeme) in self.lexemes.iter().enumerate().skip(at + 2) {
            if lexeme.token == Token::LParen {
                depth += 1;
            } else if lexeme.token == Token::RParen {
                let Some(outer) = depth.checked_sub(1) else { return false };
                depth = outer;
            } else if depth == 0 && lexeme.is_word("where") {
                let bound = self.token(j + 1, alias) && self.token(j + 2, &Token::Period) && self.org_equals(j + 3);
                // Anything after must be joined by AND and a bracket, so that no OR can widen it.
                let after = j + 6;
                let closed = match self.lexemes.get(after) {
                    None => true,
                    Some(next) if next.token == Token::RParen || next.is_word("returning") => true,
                    Some(next) => next.is_word("and") && self.token(after + 1, &Token::LParen),
                };
                return bound && closed;
            }
        }
        false
    }

    /// `AS alias (..., org_id)`.
    fn inserted(&self, at: usize) -> bool {
        self.word(at, "as") && self.token(at + 2, &Token::LParen) && self.names_org(at + 3)
    }

    /// Whether `org_id` is the last of the column list whose first column is the lexeme `at`.
    fn names_org(&self, at: usize) -> bool {
        let rest = self.lexemes.get(at..).unwrap_or(&[]);
        let Some(end) = rest.iter().position(|lexeme| lexeme.token == Token::RParen) else { return false };
        end >= 1 && self.word(at + end - 1, ORG_COLUMN)
    }
}
