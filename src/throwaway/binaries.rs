//! Finds the PostgreSQL server binaries of this machine.
//!
//! In: `ORGFOLD_PG_BIN`, `PATH`, the folders where distributions put them. Out: [`Binaries`], new enough. Order: what
//! the user named, then what `PATH` offers, then the newest version in the usual folders.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ThrowawayError;

/// The oldest major version that orgfold runs on (`ON DELETE SET NULL (column)` came with it).
pub const OLDEST_MAJOR: u32 = 15;

/// Where versions are installed side by side: the folder, and what follows the versioned name.
const VERSIONED: &[(&str, &str)] = &[
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"), // /usr/pgsql-16/bin
    ("/usr/local", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/usr/libexec", ""),
    ("/Applications/Postgres.app/Contents/Versions", "bin"),
];

/// A folder with `initdb` and `postgres`, and usually `psql` and `pgbench`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// Looks for them.
    ///
    /// # Errors
    /// [`ThrowawayError::NoBinaries`], [`ThrowawayError::TooOld`] or [`ThrowawayError::BadFolder`], each saying what
    /// to do.
    pub fn find() -> Result<Binaries, ThrowawayError> {
        if let Some(folder) = std::env::var_os("ORGFOLD_PG_BIN").map(PathBuf::from) {
            let found = Binaries::at(&folder).ok_or_else(|| ThrowawayError::BadFolder { folder: folder.clone() })?;
            return found.new_enough();
        }
        let mut old = None;
        for folder in on_path().into_iter().chain(installed()) {
            match Binaries::at(&folder).map(Binaries::new_enough) {
                Some(Ok(found)) => return Ok(found),
                Some(Err(too_old)) => old = old.or(Some(too_old)),
                None => {}
            }
        }
        Err(old.unwrap_or(ThrowawayError::NoBinaries))
    }

    /// The path of a program that came with the server: `psql`, `pgbench`.
    #[must_use]
    pub fn tool(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The major version.
    #[must_use]
    pub const fn major(&self) -> u32 {
        self.major
    }

    fn at(folder: &Path) -> Option<Binaries> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(std::str::from_utf8(&said.stdout).ok()?)?;
        // A link to the server alone leads to where psql and pgbench are too.
        let program = folder.join("postgres").canonicalize().ok()?;
        let home = program.parent().filter(|home| home.join("initdb").is_file()).unwrap_or(folder);
        Some(Binaries { folder: home.to_owned(), major })
    }

    fn new_enough(self) -> Result<Binaries, ThrowawayError> {
        if self.major >= OLDEST_MAJOR {
            Ok(self)
        } else {
            Err(ThrowawayError::TooOld { found: self.major, folder: self.folder })
        }
    }
}

/// `postgres (PostgreSQL) 15.8 (Debian 15.8-1)` -> 15, `17beta1` -> 17.
fn major_of(version: &str) -> Option<u32> {
    let (_, number) = version.split_once("(PostgreSQL) ")?;
    let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number.get(..digits)?.parse().ok()
}

fn on_path() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    if let Ok(said) = Command::new("pg_config").arg("--bindir").output()
        && let Ok(folder) = std::str::from_utf8(&said.stdout)
        && !folder.trim().is_empty()
    {
        folders.push(PathBuf::from(folder.trim()));
    }
    folders
}

/// The usual folders, the newest version first.
fn installed() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, below) in VERSIONED {
        let Ok(entries) = std::fs::read_dir(parent) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(version) = name.to_str().and_then(version_in) else { continue };
            found.push((version, entry.path().join(below)));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// `16`, `pgsql-16`, `postgresql@16`, `postgresql16` -> 16.
fn version_in(name: &str) -> Option<u32> {
    let known = ["postgresql@", "postgresql-", "postgresql", "pgsql-", "pgsql"];
    let number = known.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 17beta1\n"), Some(17));
        assert_eq!(major_of("mysqld 8.0"), None);
        assert_eq!(version_in("pgsql-16"), Some(16));
        assert_eq!(version_in("postgresql@17"), Some(17));
        assert_eq!(version_in("15"), Some(15));
        assert_eq!(version_in("share"), None);
    }
}
