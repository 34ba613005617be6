//! The client's words, and no others: the logical text of a bound statement must have the client's own tokens.
//!
//! sqlparser sometimes reads a text into a tree that means something else (`RANGE 'x' PRECEDING` as an INTERVAL, one
//! precedence for another, an option it drops). Whatever it did, if the tokens that come out are the tokens that went
//! in, in order, PostgreSQL reads what the client wrote. If not, the statement is refused.

use sqlparser::tokenizer::Token;

use super::super::ast::{Lexeme, fold, lex};
use super::super::bind::Node;
use super::super::error::PlanError;
use super::print;
use crate::sqlstate::SqlState;

/// Compares the tokens of the nodes' logical text with the client's. Equal, they give the places of the client's
/// operators in order: byte offsets.
pub(super) fn check(nodes: &[Node], client: &[Lexeme]) -> Result<Vec<usize>, PlanError> {
    let wanted = normal(client);
    let mut at = None;
    for brackets in [false, true] {
        let text = print::logical(nodes, brackets);
        let printed =
            lex(&text).map_err(|error| PlanError::internal(format!("logical text does not lex: {}", error.message)))?;
        let printed = normal(&printed);
        if printed == wanted {
            return Ok(operators(client));
        }
        at = Some(wanted.iter().zip(&printed).take_while(|(a, b)| a == b).count());
    }
    let near = at.and_then(|at| wanted.get(at)).map(|token| format!(" near \"{token}\"")).unwrap_or_default();
    Err(PlanError::new(
        SqlState::FEATURE_NOT_SUPPORTED,
        "not_exact",
        format!("this syntax{near} is not supported by orgfold"),
    ))
}

/// Where the operators are, `*` and `=` in any use among them.
fn operators(lexemes: &[Lexeme]) -> Vec<usize> {
    let is_operator = |lexeme: &&Lexeme| {
        let literal = matches!(
            lexeme.token,
            Token::Word(_) | Token::Number(..) | Token::Placeholder(_) | Token::SingleQuotedString(_)
        );
        !literal && print::is_operator(&lexeme.token.to_string())
    };
    lexemes.iter().filter(is_operator).map(|lexeme| lexeme.start).collect()
}

/// Tokens as text, without the words that change nothing.
fn normal(lexemes: &[Lexeme]) -> Vec<String> {
    let mut tokens = Vec::with_capacity(lexemes.len());
    let mut skip = false;
    for (i, lexeme) in lexemes.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        match &lexeme.token {
            Token::Word(word) => {
                let name = fold(&word.value, word.quote_style);
                if word.quote_style.is_some() {
                    tokens.push(name);
                    continue;
                }
                match name.as_str() {
                    "as" | "inner" | "outer" => {}
                    "isnull" => tokens.extend(["is", "null"].map(str::to_owned)),
                    "notnull" => tokens.extend(["is", "not", "null"].map(str::to_owned)),
                    "rows" => tokens.push("row".to_owned()),
                    "next" => tokens.push("first".to_owned()),
                    // LIMIT ALL is no limit.
                    "limit" if lexemes.get(i + 1).is_some_and(|next| next.is_word("all")) => skip = true,
                    _word => tokens.push(name),
                }
            }
            Token::DollarQuotedString(string) => tokens.push(format!("'{}'", string.value.replace('\'', "''"))),
            Token::SingleQuotedString(body) => tokens.push(format!("'{body}'")),
            other => tokens.push(other.to_string()),
        }
    }
    tokens
}
