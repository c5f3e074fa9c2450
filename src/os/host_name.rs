//! The name of this machine.

/// Returns the name of this machine, without its domain; `this machine` if it has none.
pub(crate) fn host_name() -> String {
    let name = system_name();
    match name.split('.').next() {
        Some(first) if !first.is_empty() => first.to_owned(),
        _ => "this machine".to_owned(),
    }
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "there is no safe interface to gethostname")]
fn system_name() -> String {
    let mut name = [0_u8; 256];
    // SAFETY: the buffer is valid for writes of the length that is given, and its last byte stays NUL.
    let result = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    let length = name.iter().position(|byte| *byte == 0).unwrap_or(0);
    match result {
        0 => String::from_utf8_lossy(&name[..length]).into_owned(),
        _ => String::new(),
    }
}

#[cfg(not(unix))]
fn system_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
