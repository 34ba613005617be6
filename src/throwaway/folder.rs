//! A folder that goes away with this process, and the guard process that sees to it.
//!
//! In: commands for the guard (`guard.sh`). Out: the folder's path. Invariants: the guard holds the reading end of a
//! pipe whose writing end only this process has, so the folder goes when the process ends, be it by SIGKILL; the guard
//! is in a process group of its own, so Ctrl-C in a terminal does not reach it before that. A guard that was killed
//! itself leaves its folder to the next process's [`sweep`].

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::ThrowawayError;
use super::account::Account;

const PREFIX: &str = "orgfold-pg-";

/// A folder that changed this recently is never swept.
const YOUNG: std::time::Duration = std::time::Duration::from_secs(3600);

/// A folder under the guard's watch.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    account: Account,
    guard: Child,
    /// `None` only while dropping: closing it tells the guard to end.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Folder {
    /// Makes a folder in the system's temporary folder, owned by the account servers run as.
    pub(super) fn make(postgres: &Path, options: &[String]) -> Result<Folder, ThrowawayError> {
        let temporary = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir()
            .map_err(ThrowawayError::io("make a temporary folder"))?;
        let account = Account::choose(temporary.path())?;
        account.own(temporary.path())?;
        let mut guard = account
            .command(Path::new("/bin/sh"))
            .arg("-c")
            .arg(include_str!("guard.sh"))
            .arg("orgfold-guard")
            .arg(temporary.path())
            .arg(postgres)
            .args(options)
            .current_dir(temporary.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(ThrowawayError::io("start the guard of a throwaway cluster"))?;
        let (Some(orders), Some(answers)) = (guard.stdin.take(), guard.stdout.take()) else {
            return Err(ThrowawayError::NotReady { log: "the guard has no pipes".to_owned() });
        };
        // From here on the guard removes it.
        Ok(Folder { path: temporary.keep(), account, guard, orders: Some(orders), answers: BufReader::new(answers) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn account(&self) -> Account {
        self.account
    }

    /// Gives the guard an order and waits for its answer. Blocks.
    pub(super) fn order(&mut self, word: &str) -> Result<(), ThrowawayError> {
        let failed = || ThrowawayError::io(format!("order the guard to {word}"));
        let Some(orders) = self.orders.as_mut() else { return Ok(()) };
        writeln!(orders, "{word}").and_then(|()| orders.flush()).map_err(failed())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(failed())?;
        if answer.trim_end() == word {
            Ok(())
        } else {
            Err(failed()(std::io::Error::other(format!("it answered {answer:?}"))))
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.orders.take());
        // The guard ends as soon as the server has. Waiting keeps the promise that nothing is left behind.
        if let Err(error) = self.guard.wait() {
            tracing::warn!(%error, "the guard of a throwaway cluster was lost");
        }
    }
}

/// Removes folders whose process and guard were both killed. A folder names the process that made it; a server that is
/// still running in it ends by itself when it misses its lock file. Young folders stay: their guard may be at work, or
/// another container with process numbers of its own shares the temporary folder.
pub(super) fn sweep() {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok())
        else {
            continue;
        };
        let changed = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = changed.and_then(|changed| changed.elapsed().ok());
        if age.is_some_and(|age| age > YOUNG) && !is_alive(owner) {
            let path = entry.path();
            if let Err(error) = std::fs::remove_dir_all(&path) {
                tracing::debug!(%error, path = %path.display(), "a stale throwaway folder stays");
            }
        }
    }
}

fn is_alive(pid: u32) -> bool {
    if Path::new("/proc/self").exists() {
        return Path::new(&format!("/proc/{pid}")).exists();
    }
    let asked = std::process::Command::new("ps").args(["-p", &pid.to_string()]).stdout(Stdio::null()).status();
    // Not knowing is as good as alive: only what is certainly stale is removed.
    asked.map_or(true, |status| status.success())
}
