//! Generates `sendsafely.h` into OUT_DIR and names the shared library.
//!
//! The committed `include/sendsafely.h` is a copy; `tests/header.rs` compares the two and, with SENDSAFELY_BLESS=1,
//! makes it anew. A build script that wrote into the source tree would break `cargo package`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files of `src/ffi` that make the header, in the order of use. Their module comments head the sections.
const SECTIONS: &[&str] = &[
    "types",
    "string",
    "buffer",
    "live_objects",
    "status",
    "error",
    "progress",
    "client",
    "version",
    "user",
    "enterprise",
    "package",
    "recipient",
    "country_code",
    "contact_group",
    "file",
    "directory",
    "report",
    "upload",
    "message",
    "finalize",
    "link",
    "information",
    "download",
    "activity",
    "packages",
    "recipient_history",
    "audit_log",
    "api_key",
    "registration",
    "dropzone",
    "key_pair",
    "public_key",
    "keycode",
    "part",
    "checksum",
];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by Cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by Cargo"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-changed=src/ffi");
    let header = out.join("sendsafely.h");
    fs::write(&header, generate(&root)).expect("OUT_DIR is writable");
    println!("cargo:rustc-env=SENDSAFELY_HEADER={}", header.display());
    name_the_library();
}

fn generate(root: &Path) -> String {
    let ffi = root.join("src/ffi");
    let mut config =
        cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml is valid");
    config.header = Some(
        fs::read_to_string(ffi.join("conventions.h")).expect("src/ffi/conventions.h is there"),
    );
    config.after_includes = Some(version_macros());
    let mut builder = cbindgen::Builder::new().with_config(config);
    for section in SECTIONS {
        // File by file instead of the whole crate: the order is ours, and nothing else of the crate can leak.
        builder = builder.with_src(ffi.join(section).with_extension("rs"));
    }
    let mut text = Vec::new();
    builder
        .generate()
        .expect("src/ffi is valid Rust")
        .write(&mut text);
    let text = String::from_utf8(text).expect("cbindgen writes UTF-8");
    arrange(&text, &ffi)
}

/// One item of the header with its comment.
struct Item {
    name: String,
    text: String,
    /// Number of the section that has it in its source.
    section: usize,
    is_function: bool,
    done: bool,
}

/// Puts what cbindgen sorts by kind into sections: the types of a source file stand before its functions, or where they
/// are first needed.
fn arrange(text: &str, ffi: &Path) -> String {
    const BEGIN: &str = "#ifdef __cplusplus\nextern \"C\" {\n#endif // __cplusplus\n\n";
    const END: &str = "#ifdef __cplusplus\n}  // extern \"C\"";
    const COMMENT: &str = "\n/**\n";
    let sources: Vec<String> = SECTIONS
        .iter()
        .map(|section| {
            fs::read_to_string(ffi.join(section).with_extension("rs"))
                .expect("cbindgen has read it as well")
        })
        .collect();
    let (body, end) = text.split_at(text.rfind(END).expect("cbindgen closes extern \"C\""));
    let body = body.replacen(BEGIN, "", 1);
    let first = body.find(COMMENT).expect("the first item has a comment");
    let mut items: Vec<Item> = body[first + 1..]
        .split(COMMENT)
        .map(|text| Item::new(text.trim_start_matches("/**\n"), &sources))
        .collect();
    let mut header = format!("{}\n{BEGIN}", &body[..first]);
    for (section, source) in sources.iter().enumerate() {
        let title = source
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("//! "))
            .expect("a file begins with its title");
        let title = title.trim_end_matches('.').to_uppercase();
        let rule = "=".repeat(100 - title.len());
        header.push_str(&format!("/* === {title} {rule} */\n\n"));
        for functions in [false, true] {
            for number in 0..items.len() {
                if items[number].section == section && items[number].is_function == functions {
                    place(number, &mut items, &mut header);
                }
            }
        }
    }
    assert!(
        items.iter().all(|item| item.done),
        "an item is in no section"
    );
    header + end
}

/// Writes an item, unless it is there already, after the types that it needs.
fn place(number: usize, items: &mut [Item], header: &mut String) {
    if std::mem::replace(&mut items[number].done, true) {
        return;
    }
    let code = items[number]
        .text
        .split_once("*/")
        .map_or("", |(_, code)| code)
        .to_owned();
    for other in 0..items.len() {
        let name = &items[other].name;
        if !items[other].is_function && code.split(|c| !is_part(c)).any(|word| word == name) {
            place(other, items, header);
        }
    }
    header.push_str("/**\n");
    header.push_str(items[number].text.trim_end());
    header.push_str("\n\n");
}

impl Item {
    fn new(text: &str, sources: &[String]) -> Self {
        let (_, code) = text.split_once("*/").expect("a comment ends");
        let code = code.trim();
        let name = match code.split_once(' ') {
            Some(("#define" | "enum", rest)) => rest,
            Some(("typedef", rest)) => match rest.split_once("(*") {
                Some((_, callback)) if !rest.contains('{') => callback,
                _ => rest.rsplit([' ', '*']).next().expect("a name"),
            },
            _ => code[..code.find('(').expect("a function")]
                .rsplit([' ', '*'])
                .next()
                .expect("a name"),
        };
        let name = name.split(|c| !is_part(c)).next().expect("a name");
        let declares = |source: &String| {
            ["fn", "struct", "enum", "type", "const"]
                .iter()
                .any(|kind| {
                    let declaration = format!("{kind} {name}");
                    let mut found = source.match_indices(&declaration);
                    found.any(|(at, _)| !source[at + declaration.len()..].starts_with(is_part))
                })
        };
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            section: sources
                .iter()
                .position(declares)
                .unwrap_or_else(|| panic!("no source declares {name}")),
            is_function: !code.starts_with(['#', 'e', 't']),
            done: false,
        }
    }
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn version_macros() -> String {
    let part = |name: &str| env::var(format!("CARGO_PKG_VERSION_{name}")).expect("set by Cargo");
    format!(
        "
/** Version of this header: major. */
#define SENDSAFELY_VERSION_MAJOR {}

/** Version of this header: minor. */
#define SENDSAFELY_VERSION_MINOR {}

/** Version of this header: patch. */
#define SENDSAFELY_VERSION_PATCH {}

/** Version of this header as one number, to be compared with sendsafely_version(). */
#define SENDSAFELY_VERSION_NUMBER \\
  (SENDSAFELY_VERSION_MAJOR * 1000000u + SENDSAFELY_VERSION_MINOR * 1000u + SENDSAFELY_VERSION_PATCH)",
        part("MAJOR"),
        part("MINOR"),
        part("PATCH")
    )
}

/// Programs record the name of the library that they were linked with: one per incompatible version. It is never
/// unloaded, because a worker left behind in name resolution may still run its code.
fn name_the_library() {
    let argument = |text: &str| println!("cargo:rustc-cdylib-link-arg={text}");
    match env::var("CARGO_CFG_TARGET_OS")
        .expect("set by Cargo")
        .as_str()
    {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => {
            argument("-Wl,-soname,libsendsafely.so.0");
            argument("-Wl,-z,nodelete");
            if links_with_lld() {
                // Half a megabyte of what generic code becomes is the same to the letter.
                argument("-Wl,--icf=all");
            }
        }
        "macos" => argument("-Wl,-install_name,@rpath/libsendsafely.0.dylib"),
        _ => {}
    }
}

/// From 1.90 on, rustc links with its own LLD on Linux for x86-64, unless it is told another linker.
fn links_with_lld() -> bool {
    let target = env::var("TARGET").expect("set by Cargo");
    let told = env::var_os("RUSTC_LINKER").is_some()
        || env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    let rustc = env::var_os("RUSTC").expect("set by Cargo");
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let minor = version
        .ok()
        .and_then(|text| text.split('.').nth(1)?.parse::<u32>().ok());
    target == "x86_64-unknown-linux-gnu" && !told && minor.is_some_and(|minor| minor >= 90)
}
