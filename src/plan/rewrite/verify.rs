//! The second walker: reads the finished physical text and proves that every leaf in it is bound to the org.
//!
//! It shares nothing with the printer but the lexer. The text is rendered for two leaves; the tokens that differ are
//! the leaves' names, all of them. Each must stand in one of the few shapes that bind it.

use super::super::ast::{Lexeme, Token, lex};
use super::super::bind::Node;
use super::super::error::PlanError;
use super::super::template::Template;
use super::OrgSource;
use crate::catalog::{
    KEY_SLOT, LAYOUT_COLUMN, LeafCount, LeafNaming, OBJECT_COLUMN, ORG_COLUMN, ORGFOLD_SCHEMA, Slot, leaf_of,
};
use crate::org::OrgId;

/// Two orgs whose leaves differ among 16, in each digit.
const ORGS: [i64; 2] = [2, 3];

/// Checks a template against the nodes it was printed from.
pub(super) fn check(template: &Template, nodes: &[Node], org: OrgSource) -> Result<(), PlanError> {
    let [first, second] = ORGS;
    let (one, other) = (render(template, first)?, render(template, second)?);
    let tokens = |text| lex(text).map_err(|error| broken(error.message));
    let (one, other) = (tokens(&one)?, tokens(&other)?);
    if one.len() != other.len() {
        return Err(broken("texts for two leaves differ in length"));
    }
    let [number, first, second] = match org {
        OrgSource::Param(number) => [format!("${number}"), String::new(), String::new()],
        OrgSource::Literal => [String::new(), first.to_string(), second.to_string()],
    };
    let token = match org {
        OrgSource::Param(_) => Token::Param(&number),
        OrgSource::Literal => Token::Number(&first),
    };
    let reader = Reader { lexemes: &one, org: token.clone() };
    let mut leaves = 0;
    for (i, (a, b)) in one.iter().zip(&other).enumerate() {
        let same = a.token == b.token;
        let is_org = org == OrgSource::Literal && a.token == token && b.token == Token::Number(&second);
        // NOTIFY "orgfold.<org>.channel".
        let is_channel = i == 1 && one.first().is_some_and(|first| first.is_word("notify"));
        if same || is_org || is_channel {
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

fn render(template: &Template, id: i64) -> Result<String, PlanError> {
    let org = OrgId::try_new(id).map_err(|error| broken(&error.to_string()))?;
    let place = (leaf_of(org, LeafCount::STANDARD), org);
    template
        .render(LeafNaming::of(LeafCount::STANDARD), Some(place))
        .ok_or_else(|| broken("the template does not render"))
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
            | Node::Keyword(_, _)
            | Node::Operator(_, _)
            | Node::Name { name: _, at: _ }
            | Node::Column { qualifier: _, implied: _, name: _, at: _ }
            | Node::Literal { text: _, at: _ }
            | Node::Param { number: _, at: _ }
            | Node::Type(_)
            | Node::Function(_)
            | Node::Field { name: _, at: _ }
            | Node::Channel { name: _, at: _ }
            | Node::OrgPredicate { alias: _ }
            | Node::ObjectPredicate { alias: _, id: _ }
            | Node::WholeRow { .. }
            | Node::Slot { .. }
            | Node::OrgColumn
            | Node::OrgColumnOf { alias: _ }
            | Node::OrgValue
            | Node::Logical(_) => 0,
        })
        .sum()
}

struct Reader<'a> {
    lexemes: &'a [Lexeme<'a>],
    org: Token<'a>,
}

impl Reader<'_> {
    fn word(&self, at: usize, text: &str) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| lexeme.is_word(text))
    }

    fn token(&self, at: usize, token: &Token<'_>) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| lexeme.token == *token)
    }

    fn sign(&self, at: usize, sign: &str) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| lexeme.is_sign(sign))
    }

    /// The place behind the org's predicate at `at`, if both its halves are there; each column has `alias.` in front when
    /// one is given.
    fn predicate(&self, at: usize, alias: Option<&Token<'_>>) -> Option<usize> {
        let after = self.words(self.column(at, alias)?, &["="])?;
        let after = self.token(after, &self.org).then_some(after + 1)?;
        let after = self.words(after, &["and", "(", "case", "when"])?;
        let after = self.words(self.column(after, alias)?, &["=", "any", "(", "array", "["])?;
        let after = self.token(after, &self.org).then_some(after + 1)?;
        self.words(after, &["]", ")", "then", "1", "end", ")", "is", "not", "null"])
    }

    /// The same, with that of the object behind it where it must be: both its halves name one number.
    fn whole_predicate(&self, at: usize, alias: Option<&Token<'_>>, record: bool) -> Option<usize> {
        let after = self.predicate(at, alias)?;
        if !record {
            return Some(after);
        }
        let after = self.words(after, &["and"])?;
        let number = self.words(self.named_column(after, alias, OBJECT_COLUMN)?, &["="])?;
        let id = self.lexemes.get(number).map(|lexeme| &lexeme.token)?;
        if !matches!(id, Token::Number(text) if text.bytes().all(|digit| digit.is_ascii_digit())) {
            return None;
        }
        let after = self.words(number + 1, &["and", "(", "case", "when"])?;
        let after = self.named_column(after, alias, OBJECT_COLUMN)?;
        let again = self.words(after, &["=", "any", "(", "array", "["])?;
        let after = self.token(again, id).then_some(again + 1)?;
        self.words(after, &["]", ")", "then", "1", "end", ")", "is", "not", "null"])
    }

    fn column(&self, at: usize, alias: Option<&Token<'_>>) -> Option<usize> {
        self.named_column(at, alias, ORG_COLUMN)
    }

    fn named_column(&self, at: usize, alias: Option<&Token<'_>>, name: &str) -> Option<usize> {
        let column = match alias {
            None => at,
            Some(alias) => (self.token(at, alias) && self.sign(at + 1, ".")).then_some(at + 2)?,
        };
        self.word(column, name).then_some(column + 1)
    }

    fn words(&self, at: usize, words: &[&str]) -> Option<usize> {
        let lexemes = self.lexemes.get(at..at + words.len())?;
        let same = lexemes.iter().zip(words).all(|(lexeme, word)| {
            let number = matches!(&lexeme.token, Token::Number(number) if number == word);
            lexeme.is_word(word) || lexeme.is_sign(word) || lexeme.is_operator(word) || number
        });
        same.then_some(at + words.len())
    }

    /// Whether the leaf named by the lexeme `i` is bound.
    fn is_bound(&self, i: usize) -> bool {
        // ON CONSTRAINT name: no relation.
        if i >= 2 && self.word(i - 1, "constraint") && self.word(i - 2, "on") {
            return true;
        }
        // Everywhere else it is `schema.leaf` behind one of these words.
        if i < 3 || !self.sign(i - 1, ".") {
            return false;
        }
        let before = i - 3;
        // Of the universal table, the object too.
        let record = self.word(i - 2, ORGFOLD_SCHEMA);
        let read = self.word(before, "from") && self.derived(i + 1, record);
        let deleted =
            before >= 1 && self.word(before, "from") && self.word(before - 1, "delete") && self.changed(i + 1, record);
        let updated = self.word(before, "update") && self.changed(i + 1, record);
        let merged = before >= 1 && self.word(before, "into") && self.word(before - 1, "merge") && self.merged(i + 1);
        let inserted =
            before >= 1 && self.word(before, "into") && self.word(before - 1, "insert") && self.inserted(i + 1, record);
        let locked = (self.word(before, "from")
            || self.word(before, "join")
            || self.sign(before, ",")
            || self.sign(before, "("))
            && self.locked(i + 1, record);
        // The leaf's default fills org_id from the setting of this transaction; the list must not name it.
        let copied = before == 0
            && self.word(0, "copy")
            && self.sign(i + 1, "(")
            && if record { self.names_slots(i + 1) } else { !self.names_org(i + 2) };
        // There is no other shape yet for records.
        read || deleted || updated || inserted || locked || copied || (!record && merged)
    }

    /// `[TABLESAMPLE ...] WHERE org_id = $org )`.
    fn derived(&self, at: usize, record: bool) -> bool {
        let mut at = at;
        if self.word(at, "tablesample") {
            at += 2;
            for word in ["tablesample", "repeatable"] {
                if word == "tablesample" || self.word(at, word) {
                    at += usize::from(word == "repeatable");
                    let Some(close) = self.closing(at) else { return false };
                    at = close + 1;
                }
            }
        }
        self.word(at, "where") && self.whole_predicate(at + 1, None, record).is_some_and(|after| self.sign(after, ")"))
    }

    /// The place of the bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (at, lexeme) in self.lexemes.iter().enumerate().skip(open) {
            if lexeme.is_sign("(") {
                depth += 1;
            } else if lexeme.is_sign(")") {
                depth = depth.checked_sub(1)?;
            }
            if depth == 0 {
                return (at > open).then_some(at);
            }
        }
        None
    }

    /// Walks from `at` to the end of the statement that it is in, at its bracket depth: the first place where `found`
    /// answers, and its answer.
    fn seek<T>(&self, at: usize, mut found: impl FnMut(usize) -> Option<T>) -> Option<T> {
        let mut depth = 0usize;
        for (j, lexeme) in self.lexemes.iter().enumerate().skip(at) {
            if lexeme.is_sign("(") {
                depth += 1;
            } else if lexeme.is_sign(")") {
                depth = depth.checked_sub(1)?;
            } else if depth == 0
                && let Some(answer) = found(j)
            {
                return Some(answer);
            }
        }
        None
    }

    /// `AS alias ... WHERE` and the predicate, at the bracket depth of the statement.
    fn changed(&self, at: usize, record: bool) -> bool {
        let Some(alias) = self.alias(at) else { return false };
        self.seek(at + 2, |j| {
            if !self.word(j, "where") {
                return None;
            }
            // Anything after must be joined by AND and a bracket, so that no OR can widen it.
            let Some(after) = self.whole_predicate(j + 1, Some(&alias), record) else { return Some(false) };
            let closed = match self.lexemes.get(after) {
                None => true,
                Some(next) if next.is_sign(")") || next.is_word("returning") => true,
                Some(next) => next.is_word("and") && self.sign(after + 1, "("),
            };
            Some(closed)
        })
        .unwrap_or(false)
    }

    /// `AS alias ... WHERE`, the predicates of locked leaves joined by AND, before anything of
    /// the client's.
    fn locked(&self, at: usize, record: bool) -> bool {
        let Some(alias) = self.alias(at) else { return false };
        // A join in brackets closes them before its WHERE.
        let mut start = at + 2;
        while let Some(close) = self.out_of(start) {
            let inner = self.opening(close).map_or(0, |open| open + 1);
            let is_query = ["select", "with", "values"].iter().any(|word| self.word(inner, word));
            if is_query || self.seek(start, |j| self.word(j, "where").then_some(())).is_some() {
                break;
            }
            start = close + 1;
        }
        self.seek(start, |j| {
            if !self.word(j, "where") {
                return None;
            }
            let mut next = j + 1;
            let mut bound = false;
            loop {
                let Some(found) = self.lexemes.get(next).map(|lexeme| lexeme.token.clone()) else { return Some(false) };
                let whole = self.whole_predicate(next, Some(&found), true);
                let Some(after) = whole.or_else(|| self.predicate(next, Some(&found))) else { return Some(false) };
                bound |= found == alias && (whole.is_some() || !record);
                next = after;
                if !self.word(next, "and") {
                    break;
                }
                next += 1;
                if self.sign(next, "(") {
                    return Some(bound);
                }
            }
            let ends = self.lexemes.get(next).is_none_or(|lexeme| {
                lexeme.is_sign(")")
                    || [
                        "for",
                        "order",
                        "limit",
                        "offset",
                        "fetch",
                        "group",
                        "having",
                        "window",
                        "union",
                        "except",
                        "intersect",
                    ]
                    .iter()
                    .any(|word| lexeme.is_word(word))
            });
            Some(bound && ends)
        })
        .unwrap_or(false)
    }

    /// The bracket that closes around `at`, if there is one.
    fn out_of(&self, at: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (j, lexeme) in self.lexemes.iter().enumerate().skip(at) {
            if lexeme.is_sign("(") {
                depth += 1;
            } else if lexeme.is_sign(")") {
                match depth.checked_sub(1) {
                    Some(inner) => depth = inner,
                    None => return Some(j),
                }
            }
        }
        None
    }

    /// The bracket that opens what the one at `close` closes.
    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (j, lexeme) in self.lexemes.iter().enumerate().take(close + 1).rev() {
            if lexeme.is_sign(")") {
                depth += 1;
            } else if lexeme.is_sign("(") {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(j);
                }
            }
        }
        None
    }

    /// `AS alias USING ... ON alias.org_id = $org AND (...) WHEN`, and the org in every INSERT.
    fn merged(&self, at: usize) -> bool {
        let Some(alias) = self.alias(at) else { return false };
        let bound = self.seek(at + 2, |j| {
            let after = self.word(j, "on").then(|| self.predicate(j + 1, Some(&alias)))??;
            let closed =
                self.word(after, "and") && self.closing(after + 1).is_some_and(|close| self.word(close + 1, "when"));
            closed.then_some(j)
        });
        let Some(bound) = bound else { return false };
        let mut whole = true;
        let _: Option<()> = self.seek(bound, |j| {
            if self.word(j, "then") && self.word(j + 1, "insert") && self.sign(j + 2, "(") {
                whole &= self.names_org(j + 3);
            } else if self.word(j, "by") && self.word(j + 1, "source") {
                whole = false;
            }
            None
        });
        whole
    }

    fn alias(&self, at: usize) -> Option<Token<'_>> {
        if !self.word(at, "as") {
            return None;
        }
        self.lexemes.get(at + 1).map(|lexeme| lexeme.token.clone())
    }

    /// `AS alias (..., org_id)`.
    fn inserted(&self, at: usize, record: bool) -> bool {
        let last = self.last_columns(at + 3);
        let object = !record
            || (last.is_some_and(|last| self.word(last - 2, OBJECT_COLUMN) && self.word(last - 4, LAYOUT_COLUMN)));
        self.word(at, "as") && self.sign(at + 2, "(") && self.names_org(at + 3) && object
    }

    /// Whether `org_id` is the last of the column list whose first column is the lexeme `at`.
    fn names_org(&self, at: usize) -> bool {
        self.last_columns(at).is_some_and(|last| self.word(last, ORG_COLUMN))
    }

    /// Whether the list in the bracket at `open` names slots and nothing else: whose records they are, and of which object, the
    /// leaf's defaults say.
    fn names_slots(&self, open: usize) -> bool {
        let Some(close) = self.closing(open) else { return false };
        let is_slot = |name: &str| name == KEY_SLOT || Slot::named(name).is_some();
        let inner = self.lexemes.get(open + 1..close).unwrap_or(&[]);
        inner.iter().enumerate().all(|(i, lexeme)| match &lexeme.token {
            Token::Word(name, _) => i % 2 == 0 && is_slot(name),
            _other => i % 2 == 1 && lexeme.is_sign(","),
        })
    }

    /// The place of the last column of the list whose first column is the lexeme `at`; those before it can be asked for.
    fn last_columns(&self, at: usize) -> Option<usize> {
        let rest = self.lexemes.get(at..).unwrap_or(&[]);
        let mut depth = 0usize;
        let end = rest.iter().position(|lexeme| {
            if lexeme.is_sign("(") {
                depth += 1;
                return false;
            }
            if !lexeme.is_sign(")") {
                return false;
            }
            let whole = depth == 0;
            depth = depth.saturating_sub(1);
            whole
        });
        let last = (at + end?).checked_sub(1)?;
        (last >= at.max(4)).then_some(last)
    }
}
