//! Where a command takes a password from: an environment variable, or the first line of standard input.
//!
//! In: `--password-env`. Out: a [`Secret`]. What is absent: an argument with the password itself, which everyone on
//! the machine could read in the process list.

use std::io::{BufRead, IsTerminal};

use super::Fault;
use crate::config::Secret;

const HOW: &str =
    "pipe it in (orgfold role create app --any-org < password.txt) or name a variable with --password-env";

/// Reads it.
pub(super) fn read(variable: Option<&str>) -> Result<Secret, Fault> {
    let text = match variable {
        Some(name) => {
            std::env::var(name).map_err(|_| Fault::misuse(format!("environment variable {name} is not set")))?
        }
        None => from_standard_input()?,
    };
    if text.is_empty() {
        return Err(Fault::misuse("the password is empty").hint(HOW));
    }
    Ok(text.into())
}

fn from_standard_input() -> Result<String, Fault> {
    let input = std::io::stdin();
    if input.is_terminal() {
        // It would be echoed.
        return Err(Fault::misuse("a password is needed").hint(HOW));
    }
    let mut text = String::new();
    input.lock().read_line(&mut text).map_err(|error| Fault::new(format!("cannot read the password: {error}")))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
