//! Settings of a backend's session, as SQL.

use std::collections::BTreeMap;

/// The statements that bring a backend from its settings to a session's; empty when they are equal.
#[must_use]
pub fn difference(backend: &BTreeMap<Box<str>, Box<str>>, session: &BTreeMap<Box<str>, Box<str>>) -> String {
    let mut sql = String::new();
    if backend == session {
        return sql;
    }
    for name in backend.keys().filter(|name| !session.contains_key(*name)) {
        sql.push_str(&format!("RESET {};", quoted(name)));
    }
    for (name, value) in session {
        if backend.get(name) != Some(value) {
            sql.push_str(&set(name, value));
            sql.push(';');
        }
    }
    sql
}

/// `SET name = 'value'`.
#[must_use]
pub fn set(name: &str, value: &str) -> String {
    // DateStyle's value is a list: as one string it means the same.
    format!("SET {} = {}", quoted(name), literal(value))
}

/// A name in quotes.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A value as a string literal.
#[must_use]
pub fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
