//! [`Fault`]: what a failed command tells its user.
//!
//! In: errors of every stage. Out: one line, a hint where there is one, and the exit code: 1 failed, 2 misused.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::directory::DirectoryError;

/// A command that did not do what it was asked.
#[derive(Debug)]
pub struct Fault {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Fault {
    /// A failure.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), hint: None, code: 1 }
    }

    /// A command that was used wrongly.
    #[must_use]
    pub fn misuse(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), hint: None, code: 2 }
    }

    /// A failure, told with its causes.
    #[must_use]
    pub fn of(error: &dyn Error) -> Fault {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let inner_text = inner.to_string().replace("db error: ", "");
            // Some drivers repeat their cause in their own text.
            if !message.contains(&inner_text) {
                message.push_str(": ");
                message.push_str(&inner_text);
            }
            cause = inner.source();
        }
        Fault::new(message)
    }

    /// Says of what the failure is.
    #[must_use]
    pub fn within(mut self, what: &str) -> Fault {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    /// Tells the user on standard error.
    pub(super) fn report(&self) -> ExitCode {
        let mut out = std::io::stderr().lock();
        // When standard error is closed there is nobody left to tell; the exit code still says it.
        let _ = writeln!(out, "error: {}", self.message);
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, " hint: {hint}");
        }
        ExitCode::from(self.code)
    }
}

impl From<DirectoryError> for Fault {
    fn from(error: DirectoryError) -> Fault {
        let hint = error.hint();
        let mut fault = Fault::of(&error);
        fault.hint = hint.map(str::to_owned);
        fault
    }
}

impl From<ConfigError> for Fault {
    fn from(error: ConfigError) -> Fault {
        let hint = match &error {
            ConfigError::Read { .. } => {
                Some("name the file with --config or ORGFOLD_CONFIG; examples/orgfold.toml explains every key")
            }
            ConfigError::Url(_) => Some("for example: url = \"postgres://orgfold@localhost:5432/orgfold\""),
            ConfigError::Parse { .. } | ConfigError::NoVariable(_) | ConfigError::Tls(_) => None,
        };
        let mut fault = Fault::of(&error);
        fault.hint = hint.map(str::to_owned);
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn causes_are_told_once() {
        assert_eq!(Fault::of(&Outer(std::io::Error::other("inner"))).message, "outer: inner");
        assert_eq!(Fault::of(&Outer(std::io::Error::other("outer"))).message, "outer");
    }
}
