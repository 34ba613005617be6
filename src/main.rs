//! The `orgfold` command.

fn main() {}
