//! Processes: started, measured by `/proc`, ended with the handle.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that runs beside the bench.
pub struct Process {
    child: Child,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts it and waits until its port takes connections.
    pub fn start(mut command: Command, port: u16, log: &Path) -> Process {
        let log = std::fs::File::create(log).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = Process { child: command.spawn().unwrap() };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "{command:?} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        process
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// Clock ticks of `/proc`, a second: 100 on every Linux of today.
const TICKS: f64 = 100.0;

fn stat(pid: u32) -> Vec<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the name, which may hold anything: state, ppid, ...
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace().map(|word| word.parse().unwrap_or(0)).collect()
}

/// Seconds of CPU that a process has used.
pub fn cpu(pid: u32) -> f64 {
    stat(pid).get(11..13).map_or(0.0, |ticks| (ticks[0] + ticks[1]) as f64 / TICKS)
}

/// Seconds of CPU that a process has used with all its children, those that have ended too.
pub fn cpu_of_family(pid: u32) -> f64 {
    let own = stat(pid).get(11..15).map_or(0.0, |ticks| ticks.iter().sum::<u64>() as f64 / TICKS);
    let mut sum = own;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(other) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if stat(other).get(1) == Some(&u64::from(pid)) {
            sum += cpu(other);
        }
    }
    sum
}

/// Memory that a process holds now, in MiB.
pub fn rss(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().strip_suffix("kB")).map_or(0.0, |kb| kb.trim().parse::<f64>().unwrap() / 1024.0)
}
