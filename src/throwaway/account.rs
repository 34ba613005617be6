//! Which user the server runs as: ours, or when that is root an unprivileged one.
//!
//! In: the owner of a file this process makes, `/etc/passwd`. Out: [`Account`]. What is absent: any change of this
//! process's own identity; only children are started as another user.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::ThrowawayError;

/// The user the server's processes run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// The user this process runs as.
    Ours,
    /// This process is root; its servers are not.
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// Chooses, looking at who owns `ours`, which this process has just made.
    pub(super) fn choose(ours: &Path) -> Result<Account, ThrowawayError> {
        let made = std::fs::metadata(ours).map_err(ThrowawayError::io(format!("look at {}", ours.display())))?;
        if made.uid() != 0 {
            return Ok(Account::Ours);
        }
        let passwd = std::fs::read_to_string("/etc/passwd").map_err(ThrowawayError::io("read /etc/passwd"))?;
        ["postgres", "nobody"].iter().find_map(|name| entry(&passwd, name)).ok_or(ThrowawayError::NoAccount)
    }

    /// Gives a file or folder to the account.
    pub(super) fn own(self, path: &Path) -> Result<(), ThrowawayError> {
        match self {
            Account::Ours => Ok(()),
            Account::Other { uid, gid } => std::os::unix::fs::chown(path, Some(uid), Some(gid))
                .map_err(ThrowawayError::io(format!("give {} to the server's user", path.display()))),
        }
    }

    /// A command that runs as the account. (With `uid` set by root, the standard library drops root's groups too.)
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Account::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }
}

fn entry(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Account::Other { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_passwd_and_never_takes_root() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/:/bin/sh\nbad:x:y:z\nzero:x:0:0::/:/bin/sh\n";
        assert_eq!(entry(passwd, "postgres"), Some(Account::Other { uid: 101, gid: 104 }));
        for refused in ["root", "zero", "bad", "nobody", ""] {
            assert_eq!(entry(passwd, refused), None, "{refused}");
        }
    }
}
