//! The committed header is the one that this build generates, and compilers take it without a word.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include/sendsafely.h")
}

/// With SENDSAFELY_BLESS=1 the committed header is made anew instead.
#[test]
fn committed_header_is_the_generated_one() {
    let generated = fs::read_to_string(env!("SENDSAFELY_HEADER")).unwrap();
    if std::env::var_os("SENDSAFELY_BLESS").is_some() {
        fs::create_dir_all(committed().parent().unwrap()).unwrap();
        fs::write(committed(), &generated).unwrap();
    }
    let committed = fs::read_to_string(committed()).unwrap_or_default();
    let differs = generated
        .lines()
        .zip(committed.lines())
        .position(|(new, old)| new != old);
    assert!(
        generated == committed,
        "include/sendsafely.h differs from what src/ffi makes, first in line {}; run `make header`",
        differs.map_or(
            generated.lines().count().min(committed.lines().count()),
            |line| line
        ) + 1
    );
}

/// A program that only includes the header, and the program of its first page, in each language that it is for.
#[test]
fn header_compiles_without_warnings() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("header");
    fs::create_dir_all(&directory).unwrap();
    let header = fs::read_to_string(env!("SENDSAFELY_HEADER")).unwrap();
    let example = header
        .split_once("A WHOLE PROGRAM\n")
        .unwrap()
        .1
        .split_once("*/")
        .unwrap()
        .0;
    let example: String = example
        .lines()
        .map(|line| line.trim_start_matches(" *").to_owned() + "\n")
        .collect();
    assert!(example.contains("int main"));
    for (compiler, extension, standards) in [
        ("cc", "c", &["c99", "c11", "c17"][..]),
        ("c++", "cpp", &["c++17", "c++20"][..]),
    ] {
        for (name, text) in [
            (
                "empty",
                "#include <sendsafely.h>\n#include <sendsafely.h>\n",
            ),
            ("example", &example),
        ] {
            let source = directory.join(name).with_extension(extension);
            fs::write(&source, text).unwrap();
            for standard in standards {
                let output = Command::new(compiler)
                    .arg(format!("-std={standard}"))
                    .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"])
                    .arg("-I")
                    .arg(Path::new(env!("SENDSAFELY_HEADER")).parent().unwrap())
                    .arg(&source)
                    .output()
                    .unwrap_or_else(|error| panic!("{compiler} is needed: {error}"));
                let told = String::from_utf8_lossy(&output.stderr);
                assert!(
                    output.status.success() && told.is_empty(),
                    "{compiler} -std={standard} {name}:\n{told}"
                );
            }
        }
    }
}
