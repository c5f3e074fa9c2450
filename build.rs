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
    "version",
    "live_objects",
    "status",
    "error",
    "string",
    "progress",
    "client",
    "package",
    "package_information",
    "recipient",
    "file",
    "upload",
    "message",
    "finalize",
    "link",
    "download",
    "directory",
    "activity",
    "tree",
    "package_list",
    "account",
    "login",
    "dropzone",
    "buffer",
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
    let mut text = String::from_utf8(text).expect("cbindgen writes UTF-8");
    for section in SECTIONS {
        let source = fs::read_to_string(ffi.join(section).with_extension("rs"))
            .expect("cbindgen has read it as well");
        head_section(&mut text, &source);
    }
    text
}

/// Puts the title of a source file before the first of its functions.
fn head_section(header: &mut String, source: &str) {
    let title = source
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("//! "))
        .expect("a file begins with its title");
    let title = title.trim_end_matches('.').to_uppercase();
    let Some(function) = source
        .split("extern \"C\" fn ")
        .nth(1)
        .and_then(|rest| rest.split('(').next())
    else {
        return; // Only types.
    };
    let is_declaration = |at: usize| {
        let line = &header[header[..at].rfind('\n').map_or(0, |end| end + 1)..at];
        !line.contains("* ") && line.ends_with([' ', '*'])
    };
    let call = format!("{function}(");
    let mut mentions = header.match_indices(&call).map(|(at, _)| at);
    let declaration = mentions
        .find(|at| is_declaration(*at))
        .expect("cbindgen declares each function");
    let comment = header[..declaration]
        .rfind("/**")
        .expect("each function has a comment");
    let rule = "=".repeat(100 - title.len());
    header.insert_str(comment, &format!("/* === {title} {rule} */\n\n"));
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
