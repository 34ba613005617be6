//! The `orgfold` command: reads arguments, calls the library, ends with 0 (done), 1 (failed) or 2 (misused).

use std::process::ExitCode;

fn main() -> ExitCode {
    orgfold::cli::main()
}
