//! Replacing a file that nobody has changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::{directory_of, is_unsupported, rename_without_clobbering};
use super::source::{Stamp, open_source};
use super::temporary::{hold, old_in};

/// Gives a new file the name of one that is as expected, and removes that one. Returns whether it was so; otherwise
/// what has the name keeps it.
///
/// The two are exchanged in one step, and what came out is looked at then: no check before could see what another
/// program writes just afterwards. `aside` gets what a program has written while both were put back. Before the exchange
/// the new file gets a name by which a later call knows what a kill has left under it; it has its own again if it was
/// not used. `new` becomes empty if the name is no longer that of the new file.
pub(super) fn replace_expected(
    new: &mut PathBuf,
    target: &Path,
    is_expected: impl Fn(&Path) -> bool,
    aside: &Path,
) -> io::Result<bool> {
    let expected = Stamp::at(target);
    if !is_expected(target) {
        return Ok(false);
    }
    let ours = Stamp::at(new);
    let old = old_in(directory_of(new), ours, expected);
    fs::rename(&new, &old)?;
    let own = std::mem::replace(new, old);
    let replaced = exchange_expected(new, target, is_expected, ours, aside);
    let is_unused = !new.as_os_str().is_empty() && !matches!(replaced, Ok(true));
    if is_unused && fs::rename(&new, &own).is_ok() {
        *new = own;
    }
    replaced
}

fn exchange_expected(
    new: &mut PathBuf,
    target: &Path,
    is_expected: impl Fn(&Path) -> bool,
    ours: Option<Stamp>,
    aside: &Path,
) -> io::Result<bool> {
    // Nobody else removes the file under its other name.
    let held = open_source(target, false);
    let _ = held.as_ref().map(|(file, ..)| hold(file));
    match exchange(new, target) {
        Err(error) if is_unsupported(&error) => return fs::rename(new, target).map(|()| true),
        exchanged => exchanged?,
    }
    let old = std::mem::take(new);
    if is_expected(&old) {
        drop(held);
        return fs::remove_file(old).map(|()| true);
    }
    if exchange(&old, target).is_err() {
        // Another program has removed the new file, and what it had written before has no name.
        rename_without_clobbering(&old, target)
            .or_else(|_| rename_without_clobbering(&old, aside))?;
        return Ok(false);
    }
    match Stamp::at(&old) == ours {
        true => *new = old,
        false => rename_without_clobbering(&old, aside)?,
    }
    Ok(false)
}

/// Exchanges the names of two files in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[allow(
    unsafe_code,
    reason = "there is no safe interface to an exchange of names"
)]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let one = CString::new(one.as_os_str().as_bytes())?;
    let other = CString::new(other.as_os_str().as_bytes())?;
    // SAFETY: both paths are NUL-terminated and outlive the call.
    #[cfg(target_os = "linux")]
    let result = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            one.as_ptr(),
            libc::AT_FDCWD,
            other.as_ptr(),
            libc::RENAME_EXCHANGE,
        )
    };
    // SAFETY: both paths are NUL-terminated and outlive the call.
    #[cfg(target_os = "macos")]
    let result = unsafe { libc::renamex_np(one.as_ptr(), other.as_ptr(), libc::RENAME_SWAP) };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::cell::Cell;

    use super::super::file::scratch;
    use super::super::temporary::remove_left_beside;
    use super::*;

    #[test]
    fn what_appears_between_the_check_and_the_exchange_is_kept() {
        let directory = scratch("replacement");
        let at = |name: &str| directory.join(name);
        let (new, target, aside) = (at("new"), at("target"), at("aside"));
        let read = |path: &Path| fs::read_to_string(path).ok();
        for (written, expected) in [
            (vec![], [None, Some("new"), None]),
            (vec!["second"], [Some("new"), Some("second"), None]),
            (
                vec!["second", "third 3"],
                [None, Some("second"), Some("third 3")],
            ),
        ] {
            fs::write(&new, "new").expect("it is written");
            fs::write(&target, "as expected").expect("it is written");
            let stamp = Stamp::at(&target);
            let looks = Cell::new(0);
            // Another program puts a file in its place right after each look.
            let is_expected = |path: &Path| {
                let is_so = Stamp::at(path) == stamp;
                if let Some(content) = written.get(looks.get()) {
                    fs::write(at("written"), content).expect("it is written");
                    fs::rename(at("written"), &target).expect("it is renamed");
                }
                looks.set(looks.get() + 1);
                is_so
            };
            let mut temporary = new.clone();
            let is_replaced = replace_expected(&mut temporary, &target, is_expected, &aside);
            assert_eq!(is_replaced.expect("it works"), written.is_empty());
            let found = [read(&temporary), read(&target), read(&aside)];
            assert_eq!(found.each_ref().map(Option::as_deref), expected);
        }
        fs::remove_dir_all(directory).expect("it goes");
    }

    /// What another program has just written came out of the exchange, and then its name is gone.
    #[test]
    fn what_cannot_be_exchanged_again_gets_its_name_back() {
        let directory = scratch("gone");
        let at = |name: &str| directory.join(name);
        let (mut new, target) = (at("new"), at("target"));
        fs::write(&new, "new").expect("it is written");
        fs::write(&target, "as expected").expect("it is written");
        let looks = Cell::new(0);
        let is_expected = |path: &Path| {
            looks.set(looks.get() + 1);
            match looks.get() {
                1 => fs::write(&target, "second").expect("it is written"),
                _ => fs::remove_file(&target).expect("it goes"),
            }
            path == target
        };
        let replaced = replace_expected(&mut new, &target, is_expected, &at("aside"));
        assert!(!replaced.expect("it works"));
        assert_eq!(new, PathBuf::new());
        assert_eq!(fs::read_to_string(&target).expect("it is read"), "second");
        assert_eq!(fs::read_dir(&directory).expect("it is listed").count(), 1);
        fs::remove_dir_all(directory).expect("it goes");
    }

    /// A call that is killed right after the exchange, in which it got what another program had just written.
    #[test]
    fn what_a_kill_leaves_is_removed_unless_another_program_has_written_it() {
        for (written, expected) in [(None, vec!["new"]), (Some("second"), vec!["new", "second"])] {
            let directory = scratch("killed");
            let at = |name: &str| directory.join(name);
            let (new, target) = (at(".sendsafely-0123456789abcdef.part"), at("target"));
            fs::write(&new, "new").expect("it is written");
            fs::write(&target, "as expected").expect("it is written");
            let looks = Cell::new(0);
            let is_expected = |_: &Path| {
                looks.set(looks.get() + 1);
                assert!(looks.get() < 2, "killed");
                if let Some(content) = written {
                    fs::write(&target, content).expect("it is written");
                }
                true
            };
            let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                replace_expected(&mut new.clone(), &target, is_expected, &at("aside"))
            }));
            assert!(killed.is_err());
            remove_left_beside(&target);
            let found = fs::read_dir(&directory).expect("it is listed");
            let mut found: Vec<_> = found
                .map(|entry| fs::read_to_string(entry.expect("a name").path()).expect("it is read"))
                .collect();
            found.sort();
            assert_eq!(found, expected);
            fs::remove_dir_all(directory).expect("it goes");
        }
    }
}
