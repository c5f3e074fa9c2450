//! Names the shared library and links it.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    name_the_library();
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

/// From 1.90 on, rustc links with its own LLD on Linux for x86-64, unless another linker is set.
fn links_with_lld() -> bool {
    let target = env::var("TARGET").expect("set by Cargo");
    let other = env::var_os("RUSTC_LINKER").is_some()
        || env::var("CARGO_ENCODED_RUSTFLAGS")
            .is_ok_and(|flags| flags.split('\x1f').any(of_linker));
    let rustc = env::var_os("RUSTC").expect("set by Cargo");
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let minor = version
        .ok()
        .and_then(|text| text.split('.').nth(1)?.parse::<u32>().ok());
    target == "x86_64-unknown-linux-gnu" && !other && minor.is_some_and(|minor| minor >= 90)
}

/// Whether a flag of rustc is about linking: `-Clinker=`, or the `linker=` after a `-C` of its own.
fn of_linker(flag: &str) -> bool {
    flag.starts_with("link") || flag.starts_with("-Clink")
}
