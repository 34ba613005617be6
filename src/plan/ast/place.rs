//! [`Place`]s: what may become of an operand's value, by what stands around it.
//!
//! Only casts to types that look names up ask (`bind/lookup`): such a value must not impose its type on another expression.
//! Where the operators around an operand do not say, it is taken to be mixed with others.

use super::Token;
use super::cursor::Cursor;
use super::tree::{Piece, Place};

/// What stands before an operand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The start of the expression.
    Start,
    /// AND, OR, NOT.
    Logic,
    /// A comparison: it shows no more of its operands than whether it holds.
    Comparison,
    /// Any other operator.
    Other,
}

impl Before {
    pub(super) fn of(piece: Option<&Piece>) -> Before {
        match piece {
            Some(Piece::Operator(text, _)) if is_comparison(text) => Before::Comparison,
            // IS DISTINCT FROM.
            Some(Piece::Word("FROM", _)) => Before::Comparison,
            Some(Piece::Word("AND" | "OR" | "NOT", _)) => Before::Logic,
            Some(_) | None => Before::Other,
        }
    }
}

fn is_comparison(operator: &str) -> bool {
    matches!(operator, "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=")
}

impl Cursor<'_> {
    /// What may become of the operand that ends before the token at `end`: by the operators around it.
    pub(super) fn place_of(&self, before: Before, end: usize) -> Place {
        let Some(lexeme) = self.lexemes.get(end) else { return self.place_at_end(before) };
        match &lexeme.token {
            Token::Sign("::") => Place::Alone,
            Token::Sign("[") => Place::Mixed,
            Token::Operator(operator) if is_comparison(operator) => match before {
                Before::Other => Place::Mixed,
                Before::Start | Before::Logic | Before::Comparison => Place::Compared,
            },
            Token::Operator(_) => Place::Mixed,
            Token::Word(word, _) => match &**word {
                "in" | "is" | "isnull" | "notnull" | "and" | "or" => match before {
                    Before::Other => Place::Mixed,
                    Before::Start | Before::Logic | Before::Comparison => Place::Compared,
                },
                "not" if self.lexemes.get(end + 1).is_some_and(|next| next.is_word("in")) => match before {
                    Before::Other => Place::Mixed,
                    Before::Start | Before::Logic | Before::Comparison => Place::Compared,
                },
                "like" | "ilike" | "similar" | "between" | "not" | "operator" | "overlaps" | "collate" | "at" => {
                    Place::Mixed
                }
                _other => self.place_at_end(before),
            },
            _other => self.place_at_end(before),
        }
    }

    fn place_at_end(&self, before: Before) -> Place {
        match before {
            Before::Start => self.place.clone(),
            Before::Comparison | Before::Logic => Place::Compared,
            Before::Other => Place::Mixed,
        }
    }

    /// What may become of what the bracket at the cursor holds.
    pub(super) fn place_in_bracket(&self, before: Before, open: usize) -> Place {
        self.closing(open).map_or(Place::Mixed, |close| self.place_of(before, close + 1))
    }

    /// What may become of the results of the CASE at the cursor: one result has its type, and imposes it on nothing else.
    pub(super) fn place_of_results(&self, before: Before) -> Place {
        let (mut depth, mut results) = (0usize, 0usize);
        for (at, lexeme) in self.lexemes.iter().enumerate().skip(self.at) {
            let Token::Word(word, _) = &lexeme.token else { continue };
            match &**word {
                "case" => depth += 1,
                "end" => depth = depth.saturating_sub(1),
                "when" if depth == 1 => results += 1,
                "else" if depth == 1 && !self.lexemes.get(at + 1).is_some_and(|next| next.is_word("null")) => {
                    results += 1
                }
                _other => {}
            }
            if depth == 0 {
                let place = self.place_of(before, at + 1);
                return if results == 1 || place == Place::Compared { place } else { Place::Mixed };
            }
        }
        Place::Mixed
    }
}
