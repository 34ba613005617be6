//! What a session has set, as it stands if its transaction commits, and what it goes back to if not.

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use crate::upstream::{difference, literal, quoted, set};

type Values = BTreeMap<Box<str>, Box<str>>;

/// Settings that PostgreSQL asks when it reads a string of a statement as a value.
const READING: [&str; 5] = ["datestyle", "intervalstyle", "timezone", "timezone_abbreviations", "xmloption"];

/// A session's settings. Names are lower case; only what differs from the server's own is here.
#[derive(Debug, Default, Clone)]
pub(super) struct Settings {
    /// What the client said when it connected: RESET goes back to these.
    defaults: Arc<Values>,
    current: Arc<Values>,
    at_begin: Arc<Values>,
    savepoints: Vec<(Box<str>, Arc<Values>)>,
}

impl Settings {
    pub(super) fn new(defaults: Values) -> Settings {
        let defaults = Arc::new(defaults);
        Settings { current: Arc::clone(&defaults), at_begin: Arc::clone(&defaults), defaults, savepoints: Vec::new() }
    }

    pub(super) fn current(&self) -> &Arc<Values> {
        &self.current
    }

    /// What RESET gives a setting.
    pub(super) fn default(&self, name: &str) -> Option<&str> {
        self.defaults.get(name).map(|value| &**value)
    }

    pub(super) fn set(&mut self, name: &str, value: Option<&str>) {
        match value.or_else(|| self.defaults.get(name).map(|value| &**value)) {
            Some(value) => Arc::make_mut(&mut self.current).insert(name.into(), value.into()),
            None => Arc::make_mut(&mut self.current).remove(name),
        };
    }

    pub(super) fn reset_all(&mut self) {
        self.current = self.defaults.clone();
    }

    pub(super) fn savepoint(&mut self, name: &str) {
        self.savepoints.push((name.into(), self.current.clone()));
    }

    pub(super) fn release(&mut self, name: &str) {
        if let Some(at) = self.savepoints.iter().rposition(|(known, _)| **known == *name) {
            self.savepoints.truncate(at);
        }
    }

    pub(super) fn rollback_to(&mut self, name: &str) {
        if let Some(at) = self.savepoints.iter().rposition(|(known, _)| **known == *name) {
            self.savepoints.truncate(at + 1);
            if let Some((_, values)) = self.savepoints.last() {
                self.current = values.clone();
            }
        }
    }

    /// What decides how strings in a statement are read; none where all of it is the server's own.
    pub(super) fn reading(&self) -> Option<Arc<str>> {
        let mut text = String::new();
        for name in READING {
            if let Some(value) = self.current.get(name) {
                text.push_str(&set(name, value));
                text.push(';');
            }
        }
        (!text.is_empty()).then(|| text.into())
    }

    /// The transaction rolled back: nothing it set is.
    pub(super) fn rollback(&mut self) {
        self.current = self.at_begin.clone();
        self.savepoints.clear();
    }

    /// The transaction is over: what is set now stays.
    pub(super) fn commit(&mut self) {
        self.savepoints.clear();
        self.at_begin = Arc::clone(&self.current);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Arc<Values> {
        Arc::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn what_a_transaction_set_goes_with_it() {
        let mut settings = Settings::new(Values::clone(&values(&[("timezone", "UTC")])));
        settings.set("timezone", Some("Asia/Tokyo"));
        settings.savepoint("a");
        settings.set("work_mem", Some("1MB"));
        settings.rollback_to("a");
        assert_eq!(settings.current(), &values(&[("timezone", "Asia/Tokyo")]));
        settings.rollback();
        assert_eq!(settings.current(), &values(&[("timezone", "UTC")]));
        settings.set("timezone", Some("X"));
        settings.commit();
        settings.set("timezone", None);
        assert_eq!(settings.current(), &values(&[("timezone", "UTC")]));
        settings.rollback();
        assert_eq!(settings.current(), &values(&[("timezone", "X")]));
    }

    #[test]
    fn the_difference_is_what_is_sent() {
        let backend = values(&[("a", "1"), ("b", "2")]);
        assert_eq!(difference(&backend, &backend), "");
        assert_eq!(
            difference(&backend, &values(&[("b", "it's"), ("c", "3")])),
            "RESET \"a\";SET \"b\" = 'it''s';SET \"c\" = '3';"
        );
    }
}
