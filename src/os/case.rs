//! Whether a directory takes upper and lower case for the same.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::descriptor::above_standard;
use super::temporary::{Left, create_temporary};

/// Whether two names that differ in case only are one in this directory. That is a property of the file system, and on
/// some of each directory.
///
/// One of its entries is looked up by its name in the other case, which changes nothing. If no entry has letters and
/// `may_create` is set, a file is created for that and removed at once. If that is impossible, the usual file system of
/// the platform decides. For a directory that does not exist yet, the one in which it will be is asked.
pub(crate) fn folds_case(directory: &Path, may_create: bool) -> bool {
    let existing = directory.ancestors().find(|above| above.is_dir());
    let directory = existing.unwrap_or(Path::new("."));
    by_an_entry(directory)
        .or_else(|| may_create.then(|| by_a_new_file(directory))?)
        .unwrap_or(cfg!(any(windows, target_vendor = "apple")))
}

fn by_an_entry(directory: &Path) -> Option<bool> {
    let entries = above_standard(|| fs::read_dir(directory)).ok()?;
    let names: BTreeSet<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
    let other = names.iter().find_map(|name| {
        let other = OsString::from(in_other_case(name.to_str()?)?);
        (!names.contains(&other)).then_some(other)
    })?;
    Some(directory.join(other).symlink_metadata().is_ok())
}

fn by_a_new_file(directory: &Path) -> Option<bool> {
    let (path, file) = create_temporary(directory, Left::Useless).ok()?;
    let other = in_other_case(path.file_name()?.to_str()?);
    let is_found = other.map(|other| directory.join(other).symlink_metadata().is_ok());
    drop(file);
    let _ = fs::remove_file(&path);
    is_found
}

/// The name with upper and lower case exchanged, if it has letters whose case no file system sees otherwise.
fn in_other_case(name: &str) -> Option<String> {
    let exchanged = |c: char| match c.is_ascii_uppercase() {
        true => c.to_ascii_lowercase(),
        false => c.to_ascii_uppercase(),
    };
    let other: String = name.chars().map(exchanged).collect();
    (other != name).then_some(other)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_distinguishes_case_is_recognized_and_left_as_it_was() {
        let directory =
            std::env::temp_dir().join(format!("case-{:?}", std::thread::current().id()));
        fs::create_dir_all(directory.join("123")).expect("a directory");
        let names = || fs::read_dir(&directory).expect("it opens").count();
        for may_create in [false, true] {
            assert!(!folds_case(&directory, may_create));
            assert!(!folds_case(&directory.join("not/yet"), may_create));
            assert_eq!(by_an_entry(&directory), None, "no entry has letters");
        }
        assert_eq!(names(), 1);
        // Two entries that are here in both forms show nothing.
        fs::create_dir(directory.join("ab")).expect("a directory");
        fs::create_dir(directory.join("AB")).expect("another one");
        assert_eq!(by_an_entry(&directory), None);
        fs::create_dir(directory.join("Größe")).expect("a directory");
        assert_eq!(by_an_entry(&directory), Some(false));
        assert_eq!(names(), 4);
        fs::remove_dir_all(&directory).expect("it goes");
    }
}
