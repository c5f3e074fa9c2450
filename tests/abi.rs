//! The ABI, on which compiled programs rely: symbols, constants and the layout of structs, against golden lists
//! in `tests/abi`. SENDSAFELY_BLESS=1 accepts a change, which CHANGELOG then has to name.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "support/compiler.rs"]
mod compiler;

fn include() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include")
}

/// The header without comments and preprocessor lines other than constants.
fn declarations() -> String {
    let header = fs::read_to_string(include().join("sendsafely.h")).unwrap();
    let mut text = String::new();
    for piece in header.split("/*") {
        text.push_str(piece.split_once("*/").map_or(piece, |(_, after)| after));
    }
    text.lines()
        .map(|line| line.split("//").next().unwrap().to_owned() + "\n")
        .collect()
}

fn identifiers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

fn functions() -> BTreeSet<String> {
    let text = declarations();
    identifiers(&text)
        .filter(|(at, word)| {
            word.starts_with("sendsafely_") && text[at + word.len()..].starts_with('(')
        })
        .map(|(_, word)| word.to_owned())
        .collect()
}

fn constants() -> BTreeSet<String> {
    let text = declarations();
    let is_no_value = |word: &str| {
        ["SENDSAFELY_H", "SENDSAFELY_ENUM", "SENDSAFELY_NULLABLE"].contains(&word)
            || word.starts_with("SENDSAFELY_VERSION_")
    };
    identifiers(&text)
        .map(|(_, word)| word.to_owned())
        .filter(|word| word.starts_with("SENDSAFELY_") && !is_no_value(word))
        .collect()
}

/// Structs with their fields.
fn structs() -> BTreeMap<String, Vec<String>> {
    let text = declarations();
    let bodies = text.split("typedef struct {").skip(1).filter_map(|rest| {
        let (body, rest) = rest.split_once('}')?;
        let name = rest.split_once(';')?.0.trim();
        let fields = body
            .split(';')
            .filter(|field| !field.trim().is_empty())
            .map(|field| {
                let plain = field
                    .split_once("(*")
                    .map_or(field, |(_, pointer)| pointer.split(')').next().unwrap());
                identifiers(plain)
                    .last()
                    .expect("a field has a name")
                    .1
                    .to_owned()
            });
        Some((name.to_owned(), fields.collect()))
    });
    bodies.collect()
}

/// Compares with a golden list, or writes that anew.
fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/abi")
        .join(name);
    if std::env::var_os("SENDSAFELY_BLESS").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) =
        (golden.lines().collect(), actual.lines().collect());
    let gone: Vec<_> = old.difference(&new).collect();
    let added: Vec<_> = new.difference(&old).collect();
    assert!(
        golden == actual,
        "the ABI changed (tests/abi/{name}): gone {gone:#?}, added {added:#?}"
    );
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} is needed: {error}"));
    assert!(
        output.status.success(),
        "{command:?}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Returns what a C program prints.
fn ask_the_compiler(name: &str, statements: &str) -> String {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("abi");
    fs::create_dir_all(&directory).unwrap();
    let source = directory.join(name).with_extension("c");
    let program = directory.join(name);
    let start = "#include <stdio.h>\n#include <sendsafely.h>\nint main(void) {\n";
    fs::write(&source, format!("{start}{statements}  return 0;\n}}\n")).unwrap();
    run(compiler::command("CC")
        .args(["-std=c99", "-Wall", "-Werror", "-I"])
        .arg(include())
        .arg(&source)
        .arg("-o")
        .arg(&program));
    // Windows writes \r\n.
    run(&mut Command::new(&program)).replace("\r\n", "\n")
}

/// The shared library that Cargo built beside this test.
#[cfg(target_os = "linux")]
fn shared_library() -> PathBuf {
    let library = std::env::current_exe()
        .unwrap()
        .with_file_name("libsendsafely.so");
    assert!(library.exists(), "{} is missing", library.display());
    library
}

#[test]
fn functions_are_the_known_ones() {
    let lines: String = functions().into_iter().map(|name| name + "\n").collect();
    assert_golden("symbols.txt", &lines);
}

#[test]
fn constants_have_their_values() {
    let print =
        |name: &String| format!("  printf(\"%s %lld\\n\", \"{name}\", (long long){name});\n");
    let statements: String = constants().iter().map(print).collect();
    assert_golden("constants.txt", &ask_the_compiler("constants", &statements));
}

#[test]
#[cfg(target_pointer_width = "64")]
fn structs_have_their_layout() {
    let mut statements = String::new();
    for (name, fields) in structs() {
        statements += &format!("  printf(\"{name} size %zu\\n\", sizeof({name}));\n");
        for field in fields {
            let field_size = format!("sizeof((({name} *)0)->{field})");
            statements += &format!(
                "  printf(\"{name}.{field} at %zu size %zu\\n\", offsetof({name}, {field}), {field_size});\n"
            );
        }
    }
    assert_golden("layouts.txt", &ask_the_compiler("layouts", &statements));
}

/// The library exports what the header declares and nothing else.
#[test]
#[cfg(target_os = "linux")]
fn exports_are_those_of_the_header() {
    let listing = run(Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(shared_library()));
    let exports = listing
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .map(str::to_owned);
    let mut expected = functions();
    if cfg!(feature = "test-hooks") {
        expected.insert("sendsafely_test_panic".to_owned());
    }
    assert_eq!(exports.collect::<BTreeSet<_>>(), expected);
}

/// Programs record the version that they need, and the library stays loaded while a worker may run its code.
#[test]
#[cfg(target_os = "linux")]
fn library_has_its_name_and_stays_loaded() {
    let dynamic = run(Command::new("readelf")
        .args(["-d", "-W"])
        .arg(shared_library()));
    assert!(dynamic.contains("[libsendsafely.so.0]"), "{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
}
