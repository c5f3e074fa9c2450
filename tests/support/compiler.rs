//! The compilers that tests of the header run.

use std::process::Command;

/// $CC and $CXX, which may have arguments, as for make; on Windows otherwise those of MinGW.
pub(crate) fn command(variable: &str) -> Command {
    let usual = match (variable, cfg!(windows)) {
        ("CXX", false) => "c++",
        ("CXX", true) => "g++",
        (_, false) => "cc",
        (_, true) => "gcc",
    };
    let line = std::env::var(variable).unwrap_or_default();
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(usual));
    command.args(words);
    command
}
