//! `include/sendsafely.h` is what `src/ffi` makes, and compilers take it without a warning.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

#[path = "support/compiler.rs"]
mod compiler;

/// The files of `src/ffi` that make the header, in the order of use: a type stands before what needs it. Their module
/// comments head the sections.
const SECTIONS: &[&str] = &[
    "types",
    "status",
    "error",
    "string",
    "buffer",
    "live_objects",
    "progress",
    "client",
    "version",
    "package",
    "link",
    "keycode",
    "public_key",
    "recipient",
    "country_code",
    "contact_group",
    "file",
    "directory",
    "report",
    "upload",
    "message",
    "finalize",
    "information",
    "download",
    "package_sync",
    "activity",
    "packages",
    "recipient_history",
    "user",
    "enterprise",
    "audit_log",
    "api_key",
    "registration",
    "dropzone",
    "key_pair",
    "part",
    "checksum",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `src/ffi/conventions.h` is the frame; the sections go to its end, inside of extern "C".
fn generate() -> String {
    let frame = fs::read_to_string(root().join("src/ffi/conventions.h"))
        .unwrap()
        .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
        .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
        .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH"));
    let sections: String = SECTIONS.iter().map(|name| section(name)).collect();
    frame.replace("@SECTIONS@\n", &sections)
}

/// What cbindgen makes of one file, and of nothing else that the file names.
fn section(name: &str) -> String {
    let file = root().join("src/ffi").join(name).with_extension("rs");
    let source = fs::read_to_string(&file).unwrap();
    let mut config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    // Types too that none of the file's own functions has as a parameter.
    let types: Vec<String> = source.lines().filter_map(exported_type).collect();
    config.export.include.clone_from(&types);
    let builder = cbindgen::Builder::new().with_config(config).with_src(&file);
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    let title = source.lines().next().unwrap();
    let title = title.trim_matches(['/', '!', ' ', '.']).to_uppercase();
    let rule = "=".repeat(100 - title.len());
    let text = polish(&String::from_utf8(text).unwrap(), &types);
    format!("/* === {title} {rule} */\n\n{}\n\n", text.trim())
}

fn exported_type(line: &str) -> Option<String> {
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    match (words.next(), words.next(), words.next()) {
        (Some("pub"), Some("struct" | "enum" | "type"), Some(name)) => Some(name.to_owned()),
        _ => None,
    }
}

/// cbindgen's text in the header's style: an enum begins with SENDSAFELY_ENUM instead of ten lines of conditions,
/// `Nullable<T*>` is `T *SENDSAFELY_NULLABLE`, a comment of one line takes one line, and no line is too long.
fn polish(text: &str, types: &[String]) -> String {
    let mut text = text.to_owned();
    for name in types {
        let [begin, end] = ENUM.map(|part| part.replace("NAME", name));
        text = text
            .replace(&begin, &format!("SENDSAFELY_ENUM({name}) {{\n"))
            .replace(&end, "");
    }
    // The last one has no other inside.
    while let Some((before, rest)) = text.rsplit_once("Nullable<") {
        let (of, after) = rest.split_once('>').unwrap();
        let name = of.trim_end_matches('*');
        let stars = &of[name.len()..];
        let name = name.trim_end().replace("*const", " *const");
        text = format!("{before}{name} {stars}SENDSAFELY_NULLABLE{after}");
    }
    let mut polished: Vec<String> = Vec::new();
    for line in text.lines() {
        if let ("*/", [.., before, last]) = (line.trim(), &polished[..])
            && before.trim() == "/**"
            && last.len() < LINE - 4
        {
            let last = last.replacen(" *", "/**", 1) + " */";
            polished.truncate(polished.len() - 2);
            polished.push(last);
        } else {
            polished.push(line.to_owned());
        }
    }
    narrowed(&polished).join("\n")
}

/// The lines, with the parameters of a function below its name if they are too wide beside it.
fn narrowed(lines: &[String]) -> Vec<String> {
    let is_parameter = |line: &String| line.starts_with(&" ".repeat(12));
    let functions = lines.chunk_by(|_, next| is_parameter(next));
    let narrow = functions.flat_map(|function| {
        match (
            function[0].split_once('('),
            function.iter().any(|line| line.len() > LINE),
        ) {
            (Some((name, first)), true) => {
                let rest = function[1..].iter().map(|line| line.trim_start());
                let parameters = [first].into_iter().chain(rest);
                let parameters = parameters.map(|parameter| format!("    {parameter}"));
                [format!("{name}(")].into_iter().chain(parameters).collect()
            }
            _ => function.to_vec(),
        }
    });
    narrow.collect()
}

const LINE: usize = 120;

/// What cbindgen writes before and after the values of an enum.
const ENUM: [&str; 2] = [
    "enum NAME
#if __STDC_VERSION__ >= 202311L
  : int32_t
#endif // __STDC_VERSION__ >= 202311L
 {
",
    "#if __STDC_VERSION__ >= 202311L
typedef enum NAME NAME;
#else
typedef int32_t NAME;
#endif // __STDC_VERSION__ >= 202311L
",
];

#[test]
fn no_line_is_too_long() {
    let long: Vec<String> = generate()
        .lines()
        .filter(|line| line.len() > LINE)
        .map(str::to_owned)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// SENDSAFELY_BLESS=1 writes the committed header anew instead.
#[test]
fn committed_header_is_the_generated_one() {
    let generated = generate();
    let path = root().join("include/sendsafely.h");
    if std::env::var_os("SENDSAFELY_BLESS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
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
    let header = generate();
    fs::write(directory.join("sendsafely.h"), &header).unwrap();
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
    for (variable, extension, standards) in [
        ("CC", "c", &["c99", "c11", "c17", "c2x"][..]),
        ("CXX", "cpp", &["c++11", "c++17", "c++20"][..]),
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
                let output = compiler::command(variable)
                    .arg(format!("-std={standard}"))
                    .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"])
                    .arg("-I")
                    .arg(&directory)
                    .arg(&source)
                    .output()
                    .unwrap_or_else(|error| panic!("{variable} is needed: {error}"));
                let stderr = String::from_utf8_lossy(&output.stderr);
                assert!(
                    output.status.success() && stderr.is_empty(),
                    "{variable} -std={standard} {name}:\n{stderr}"
                );
            }
        }
    }
}
