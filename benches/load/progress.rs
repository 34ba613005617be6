//! How far a run is: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal as _;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

pub struct Progress {
    bar: ProgressBar,
    terminal: bool,
    began: Instant,
}

impl Progress {
    pub fn new() -> Progress {
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} of about {duration} {wide_msg}").unwrap();
        let bar = ProgressBar::new(0).with_style(style);
        Progress { bar, terminal: std::io::stderr().is_terminal(), began: Instant::now() }
    }

    /// So many steps are to come.
    pub fn expect(&self, steps: usize) {
        self.bar.inc_length(steps as u64);
    }

    /// Something that is no step.
    pub fn say(&self, text: &str) {
        self.bar.set_message(text.to_owned());
        if !self.terminal {
            eprintln!("{:>5.0} s  {text}", self.began.elapsed().as_secs_f64());
        }
    }

    /// The next step.
    pub fn step(&self, text: &str) {
        self.bar.inc(1);
        let (at, all) = (self.bar.position(), self.bar.length().unwrap_or(0));
        self.say(&if self.terminal { text.to_owned() } else { format!("{at}/{all}  {text}") });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
