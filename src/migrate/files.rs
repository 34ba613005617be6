//! Schema files: text, name and checksum.
//!
//! In: paths in the order given. Out: [`SchemaFile`]s. Invariants: a name stands for one file; the checksum is of the
//! bytes. What is absent: parsing.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::MigrateError;

/// One migration.
#[derive(Clone, Debug)]
pub struct SchemaFile {
    name: String,
    text: String,
}

impl SchemaFile {
    /// A migration of that name.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> SchemaFile {
        SchemaFile { name: name.into(), text: text.into() }
    }

    /// Reads files, in the order given. A file's name, without its folder, is the migration's.
    ///
    /// # Errors
    /// [`MigrateError::Read`]; [`MigrateError::SameName`] when two are called alike.
    pub fn read(paths: &[PathBuf]) -> Result<Vec<SchemaFile>, MigrateError> {
        let mut files: Vec<SchemaFile> = Vec::new();
        for path in paths {
            let text =
                std::fs::read_to_string(path).map_err(|source| MigrateError::Read { path: path.clone(), source })?;
            files.push(SchemaFile { name: file_name(path), text });
        }
        check_names(&files)?;
        Ok(files)
    }

    /// The migration's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the text, in hexadecimal.
    #[must_use]
    pub fn checksum(&self) -> String {
        checksum(&self.text)
    }
}

/// Refuses two files of one name.
pub(super) fn check_names(files: &[SchemaFile]) -> Result<(), MigrateError> {
    for (at, file) in files.iter().enumerate() {
        if files.iter().take(at).any(|earlier| earlier.name == file.name) {
            return Err(MigrateError::SameName(file.name.clone()));
        }
    }
    Ok(())
}

pub(super) fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.display().to_string())
}
