//! The client's words, and no others: the logical reading of a bound statement must have the client's own tokens.
//!
//! The grammar takes tokens and the binder makes nodes of them; whatever either did, if the tokens that the nodes stand
//! for are the tokens that came in, all of them and in order, PostgreSQL reads what the client wrote. If not, the
//! statement is refused. Only the word AS, which the client may leave out before an alias, is not compared.

use super::super::ast::tree::Piece;
use super::super::ast::{Lexeme, Token, lex, literal};
use super::super::bind::{FunctionName, Node, Relation, TypeName};
use super::super::error::PlanError;
use crate::catalog::MAX_IDENTIFIER_BYTES;
use crate::sqlstate::SqlState;

/// Compares the nodes' tokens with the client's.
pub(super) fn check(nodes: &[Node], client: &[Lexeme<'_>]) -> Result<(), PlanError> {
    let mut walk = Walk { client, at: 0 };
    let whole = walk.nodes(nodes) && {
        walk.skip_as();
        walk.at == client.len()
    };
    if whole {
        return Ok(());
    }
    let near = client.get(walk.at).map(|lexeme| format!(" near \"{}\"", shown(&lexeme.token))).unwrap_or_default();
    Err(PlanError::new(
        SqlState::FEATURE_NOT_SUPPORTED,
        "not_exact",
        format!("this syntax{near} is not supported by orgfold"),
    ))
}

fn shown(token: &Token<'_>) -> String {
    match token {
        Token::Word(text, _)
        | Token::Quoted(text)
        | Token::Text(text)
        | Token::Escaped(text)
        | Token::Unicode(text)
        | Token::National(text)
        | Token::Bits(text)
        | Token::Hex(text) => text.clone().into_owned(),
        Token::Number(text) | Token::Param(text) | Token::Dollar(text) | Token::Operator(text) => (*text).to_owned(),
        Token::Sign(text) => (*text).to_owned(),
    }
}

struct Walk<'a> {
    client: &'a [Lexeme<'a>],
    at: usize,
}

impl<'a> Walk<'a> {
    fn skip_as(&mut self) {
        while self.client.get(self.at).is_some_and(|lexeme| lexeme.is_word("as")) {
            self.at += 1;
        }
    }

    /// The client's next token, gone past.
    fn next(&mut self) -> Option<&'a Token<'a>> {
        self.skip_as();
        let token = self.client.get(self.at).map(|lexeme| &lexeme.token);
        self.at += usize::from(token.is_some());
        token
    }

    /// Steps back when the token was not the one.
    fn take(&mut self, is_it: impl FnOnce(&Token<'_>) -> bool) -> bool {
        let taken = self.next().is_some_and(is_it);
        if !taken {
            self.at = self.at.saturating_sub(1);
        }
        taken
    }

    fn word(&mut self, word: &str) -> bool {
        if word == "AS" {
            return true;
        }
        self.take(|token| match token {
            Token::Word(text, _) => text.eq_ignore_ascii_case(word),
            Token::Sign(sign) => *sign == word,
            Token::Operator(operator) => *operator == word,
            _other => false,
        })
    }

    fn name(&mut self, name: &str) -> bool {
        // A name may be the word that is skipped elsewhere; not where the name comes behind that word.
        let quoted = |lexeme: &Lexeme<'_>| matches!(&lexeme.token, Token::Quoted(text) if **text == *name);
        let behind = self.client.get(self.at + 1).is_some_and(quoted);
        if !behind && self.client.get(self.at).is_some_and(|lexeme| lexeme.is_word("as")) && name == "as" {
            self.at += 1;
            return true;
        }
        self.take(|token| match token {
            Token::Word(text, _) | Token::Quoted(text) => {
                **text == *name
                    || (text.len() > MAX_IDENTIFIER_BYTES
                        && text.starts_with(name)
                        && name.len() + 4 > MAX_IDENTIFIER_BYTES)
            }
            _other => false,
        })
    }

    fn literal(&mut self, wanted: &str) -> bool {
        self.take(|token| matches!(literal(token, 0), Ok(Piece::Literal(text, _)) if *text == *wanted))
    }

    /// Tokens of a text of ours.
    fn text(&mut self, text: &str) -> bool {
        let Ok(lexemes) = lex(text) else { return false };
        lexemes.iter().all(|wanted| self.take(|token| *token == wanted.token))
    }

    fn nodes(&mut self, nodes: &[Node]) -> bool {
        nodes.iter().all(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> bool {
        match node {
            Node::Word(word) | Node::Keyword(word, _) => self.word(word),
            Node::Operator(text, _) => {
                self.take(|token| matches!(token, Token::Operator(operator) if **operator == **text))
            }
            Node::Name { name, at: _ } | Node::Field { name, at: _ } => self.name(name),
            Node::Column { qualifier, implied, name, at: _ } => {
                let qualified = match (qualifier, implied) {
                    (Some(qualifier), false) => self.name(qualifier) && self.word("."),
                    (Some(_), true) | (None, _) => true,
                };
                qualified && self.name(name)
            }
            Node::WholeRow { name, table: _, nullable: _, at: _ } => self.name(name),
            Node::Slot { qualifier, shown, name, slot: _, varchar: _, at: _ } => {
                let qualified = match (qualifier, shown) {
                    (Some(qualifier), true) => self.name(qualifier) && self.word("."),
                    (Some(_), false) | (None, _) => true,
                };
                qualified && self.name(name)
            }
            Node::Literal { text, at: _ } => self.literal(text),
            Node::Param { number, at: _ } => {
                self.take(|token| matches!(token, Token::Param(text) if text.get(1..).and_then(|n| n.parse().ok()) == Some(*number)))
            }
            Node::Type(TypeName { schema, name, suffix, at: _, custom }) => {
                let schema = match schema {
                    Some(schema) => self.name(schema) && self.word("."),
                    None => true,
                };
                schema && if *custom { self.name(name) } else { self.text(name) } && (suffix.is_empty() || self.text(suffix))
            }
            Node::Function(FunctionName { schema, name, at: _, in_from: _, place: _ }) => {
                let schema = match schema {
                    Some(schema) => self.name(schema) && self.word("."),
                    None => true,
                };
                schema && self.name(name)
            }
            Node::Relation(Relation { logical, kind: _, alias: _, alias_columns: _, sample }) => {
                self.nodes(logical) && self.nodes(sample)
            }
            Node::Target { logical, table: _, alias: _ } => self.nodes(logical),
            Node::LeafIndex { logical, base: _, at: _ } => self.name(logical),
            Node::Channel { name, at: _ } => self.name(name),
            Node::Logical(inner) => self.nodes(inner),
            Node::Physical(_)
            | Node::CopyTarget { table: _ }
            | Node::OrgPredicate { alias: _ }
            | Node::ObjectPredicate { alias: _, id: _ }
            | Node::OrgColumn
            | Node::OrgColumnOf { alias: _ }
            | Node::OrgValue => true,
        }
    }
}
