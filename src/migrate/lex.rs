//! Text of a schema file -> statements made of tokens.
//!
//! In: the file's text. Out: [`Statement`]s, each a run of tokens that know their place in the text, so that
//! expressions come out of `migrate` as they went in, byte for byte. Invariants: strings, dollar quotes, quoted names
//! and nested comments are read as PostgreSQL reads them with `standard_conforming_strings` on; a text that ends
//! inside one is refused. What is absent: any grammar.

use super::Refusal;

/// What a token is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A keyword or an unquoted name, folded to lower case.
    Word(String),
    /// A quoted name, unquoted.
    Quoted(String),
    /// A string constant of any form.
    Text,
    /// A number.
    Number,
    /// One character of punctuation, or of an operator.
    Sign(char),
}

/// A token and where it stands: byte offsets and the line, counted from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: usize,
}

/// One statement without its semicolon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Statement {
    pub(super) tokens: Vec<Token>,
    /// The line of the first token.
    pub(super) line: usize,
    /// The line of an annotation `-- orgfold: global` between this statement and the one before.
    pub(super) global: Option<usize>,
}

/// Splits a text.
pub(super) fn statements(text: &str) -> Result<Vec<Statement>, Refusal> {
    let mut lexer = Lexer { text, at: 0, line: 1 };
    let mut all = Vec::new();
    let mut tokens: Vec<Token> = Vec::new();
    let mut global = None;
    while let Some(found) = lexer.next()? {
        match found {
            Found::Annotation(line) if tokens.is_empty() => global = Some(line),
            Found::Annotation(line) => {
                return Err(Refusal::at(line, "the annotation `orgfold: global` stands inside a statement"));
            }
            Found::Unknown(line, text) => {
                return Err(Refusal::at(line, format!("unknown annotation `orgfold: {text}`")));
            }
            Found::Token(token) if token.kind == Kind::Sign(';') => close(&mut all, &mut tokens, &mut global),
            Found::Token(token) => tokens.push(token),
        }
    }
    close(&mut all, &mut tokens, &mut global);
    if let Some(line) = global {
        return Err(Refusal::at(line, "the annotation `orgfold: global` stands before no statement"));
    }
    Ok(all)
}

/// The tokens of an expression or a query that is kept in the catalog.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut lexer = Lexer { text, at: 0, line: 1 };
    let mut tokens = Vec::new();
    while let Some(found) = lexer.next()? {
        if let Found::Token(token) = found {
            tokens.push(token);
        }
    }
    Ok(tokens)
}

fn close(all: &mut Vec<Statement>, tokens: &mut Vec<Token>, global: &mut Option<usize>) {
    if let Some(first) = tokens.first() {
        let line = first.line;
        all.push(Statement { tokens: std::mem::take(tokens), line, global: global.take() });
    }
}

enum Found {
    Token(Token),
    /// `-- orgfold: global` at this line.
    Annotation(usize),
    /// Another `-- orgfold:` line: a slip of the pen must not make a table something else than was meant.
    Unknown(usize, String),
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Moves on by `bytes`, which must end on a character's edge.
    fn pass(&mut self, bytes: usize) {
        let passed = self.rest().get(..bytes).unwrap_or("");
        self.line += passed.bytes().filter(|b| *b == b'\n').count();
        self.at += bytes;
    }

    fn next(&mut self) -> Result<Option<Found>, Refusal> {
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else { return Ok(None) };
            if first.is_ascii_whitespace() || first == '\u{b}' || first == '\u{feff}' && self.at == 0 {
                self.pass(first.len_utf8());
            } else if rest.starts_with("--") {
                let end = rest.find('\n').unwrap_or(rest.len());
                let comment = rest.get(2..end).unwrap_or("").trim();
                let annotation = comment.strip_prefix("orgfold:").map(|word| word.trim().to_owned());
                let line = self.line;
                self.pass(end);
                match annotation.as_deref() {
                    Some("global") => return Ok(Some(Found::Annotation(line))),
                    Some(other) => return Ok(Some(Found::Unknown(line, other.to_owned()))),
                    None => {}
                }
            } else if rest.starts_with("/*") {
                let end = block_comment(rest).ok_or_else(|| Refusal::at(self.line, "a comment is not closed"))?;
                self.pass(end);
            } else {
                return self.token(first).map(|token| Some(Found::Token(token)));
            }
        }
    }

    fn token(&mut self, first: char) -> Result<Token, Refusal> {
        let (start, line, rest) = (self.at, self.line, self.rest());
        let open = |what: &str| Refusal::at(line, format!("a {what} is not closed"));
        let (kind, length) = if first == '\'' {
            (Kind::Text, quoted(rest, '\'', false).ok_or_else(|| open("string"))?)
        } else if first == '"' {
            let length = quoted(rest, '"', false).ok_or_else(|| open("quoted name"))?;
            let inner = rest.get(1..length - 1).unwrap_or("").replace("\"\"", "\"");
            (Kind::Quoted(inner), length)
        } else if let Some(tag) = dollar_tag(rest) {
            let body = rest.get(tag.len()..).unwrap_or("");
            let end = body.find(tag).ok_or_else(|| open("dollar-quoted string"))?;
            (Kind::Text, end + 2 * tag.len())
        } else if let Some((prefix, escapes)) = string_prefix(rest) {
            let string = rest.get(prefix..).unwrap_or("");
            (Kind::Text, prefix + quoted(string, '\'', escapes).ok_or_else(|| open("string"))?)
        } else if rest.len() > 2 && rest.is_char_boundary(3) && rest[..3].eq_ignore_ascii_case("u&\"") {
            return Err(Refusal::at(line, "names in the form U&\"...\" are not supported: write the characters"));
        } else if first.is_alphabetic() || first == '_' || !first.is_ascii() {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()));
            let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or("");
            (Kind::Word(word.to_ascii_lowercase()), word.len())
        } else if first.is_ascii_digit() || first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            (Kind::Number, number(rest))
        } else if first == '\\' {
            return Err(Refusal::at(line, "psql's own commands (\\...) are not SQL"));
        } else {
            (Kind::Sign(first), first.len_utf8())
        };
        self.pass(length);
        Ok(Token { kind, start, end: self.at, line })
    }
}

/// The length of a quoted text that begins here, quotes included.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next()?;
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// `$$` or `$tag$` at the beginning.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    let tag = inner.get(..end)?;
    let plain = tag.chars().all(|c| c.is_alphanumeric() || c == '_' || !c.is_ascii())
        && !tag.starts_with(|c: char| c.is_ascii_digit());
    if plain { text.get(..end + 2) } else { None }
}

/// The bytes before the quote of `E'...'`, `B'...'`, `X'...'`, `N'...'` or `U&'...'`, and whether a backslash escapes.
fn string_prefix(text: &str) -> Option<(usize, bool)> {
    let mut bytes = text.bytes();
    match (bytes.next()?, bytes.next()?) {
        (b'e' | b'E', b'\'') => Some((1, true)),
        (b'b' | b'B' | b'x' | b'X' | b'n' | b'N', b'\'') => Some((1, false)),
        (b'u' | b'U', b'&') if bytes.next() == Some(b'\'') => Some((2, false)),
        _ => None,
    }
}

fn number(text: &str) -> usize {
    let mut end = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let exponent = matches!(c, 'e' | 'E') && chars.peek().is_some_and(|(_, next)| matches!(next, '+' | '-'));
        if exponent {
            chars.next();
            end = at + 2;
        } else if c.is_ascii_alphanumeric() || c == '.' || c == '_' {
            end = at + 1;
        } else {
            break;
        }
    }
    end.max(1)
}

/// The length of a block comment; they nest.
fn block_comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => {
                depth += 1;
                at += 2;
            }
            Some(b"*/") => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            Some(_) | None => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<Vec<&str>> {
        let all = statements(sql).unwrap();
        all.iter().map(|one| one.tokens.iter().map(|token| &sql[token.start..token.end]).collect()).collect()
    }

    #[test]
    fn semicolons_inside_texts_end_nothing() {
        let sql = "a ';' \"x;\"\"y\"; E'\\';' $$;$$ $t$ $$; $t$ /* ; /* ; */ */ b -- ;\n ; U&';' ;;";
        let expected: Vec<Vec<&str>> =
            vec![vec!["a", "';'", "\"x;\"\"y\""], vec!["E'\\';'", "$$;$$", "$t$ $$; $t$", "b"], vec!["U&';'"]];
        assert_eq!(texts(sql), expected);
    }

    #[test]
    fn backslashes_are_plain_in_plain_strings() {
        assert_eq!(texts(r"'a\'; b"), vec![vec![r"'a\'"], vec!["b"]]);
    }

    #[test]
    fn lines_and_annotations_are_counted() {
        let all = statements("/*\n*/ a 'x\ny' b;\n-- orgfold: global\nc").unwrap();
        assert_eq!((all[0].line, all[0].tokens[2].line, all[0].global), (2, 3, None));
        assert_eq!((all[1].line, all[1].global), (5, Some(4)));
    }

    #[test]
    fn what_is_left_open_is_refused() {
        for (sql, line) in [("\n'a", 2), ("\"a", 1), ("$$ $", 1), ("/* /* */", 1), ("a\n\\d", 2), ("E'\\'", 1)] {
            assert_eq!(statements(sql).unwrap_err().line, line, "{sql}");
        }
        for sql in ["-- orgfold: globel\na", "a -- orgfold: global\n", "a;\n-- orgfold: global"] {
            assert!(statements(sql).is_err(), "{sql}");
        }
    }
}
