//! Keeping two directories equal.

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::path::PathBuf;
use std::ptr;

use crate::error::Result;
use crate::package::{Direction, SyncOptions};

use super::error::sendsafely_error;
use super::package::sendsafely_package;
use super::progress::sendsafely_progress_callback;
use super::report::{report, sendsafely_report};
use super::support::argument::{boolean, invalid};
use super::support::caller::Caller;
use super::support::marks::number::sendsafely_status;
use super::support::marks::{Nullable, number};
use super::support::options::{self, Options};
use super::types::sendsafely_bool;

/// Which side of a sync follows the other.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_direction {
    /// Each follows the other.
    SENDSAFELY_DIRECTION_BOTH = 0,
    /// The Workspace follows the local directory, which stays as it is.
    SENDSAFELY_DIRECTION_UP = 1,
    /// The local directory follows the Workspace, which stays as it is.
    SENDSAFELY_DIRECTION_DOWN = 2,
}

/// Options of sendsafely_package_sync.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_sync_options {
    /// Set by sendsafely_sync_options_init.
    pub struct_size: usize,
    /// Directory of the Workspace. Default: its root directory.
    pub directory_id: Nullable<*const c_char>,
    /// Which side follows the other. Default: SENDSAFELY_DIRECTION_BOTH.
    pub direction: number::sendsafely_direction,
    /// Whether what was deleted on one side is deleted on the other, unless it has changed there. Without it, it comes
    /// back. A directory in place of a file, or the reverse, is a deletion too. Default: no.
    pub delete_files: sendsafely_bool,
    /// Whether the call may delete more than half of a side's files, or all. Otherwise it fails with
    /// SENDSAFELY_MANY_DELETIONS before it changes anything. Default: no.
    pub force: sendsafely_bool,
    /// Whether the call changes nothing, and the report says what it would do. It says SENDSAFELY_ACTION_COMPARED of
    /// files that only a download can compare. Where the call itself would fail with SENDSAFELY_MANY_DELETIONS, this one
    /// fails too, with the whole report. Default: no.
    pub dry_run: sendsafely_bool,
    /// Whether the call reads all local files, to find changes that neither size nor time shows. Default: no.
    pub checksum: sendsafely_bool,
    /// Whether the call follows symbolic links. Otherwise they are only in the report. Default: no.
    pub follow_links: sendsafely_bool,
    /// Whether characters that a name may not have, such as a colon, are replaced by _ in the Workspace. Otherwise such
    /// a file is only in the report, with SENDSAFELY_MALFORMED_FILE_NAME. Default: no.
    pub replace_characters: sendsafely_bool,
    /// Patterns as in a .gitignore file, one on each line, such as "*.pdf": only files that fit one of them take part,
    /// and directories that have some or fit themselves. Upper and lower case differ, Unicode's forms of a letter do not.
    /// What is no pattern ("[", and "!" at the beginning) is refused. Default: all files.
    pub include: Nullable<*const c_char>,
    /// Patterns likewise: what fits one of them takes no part. "cache/" stands for directories only, "/build" for an
    /// entry of the synced directory itself. Default: none.
    pub exclude: Nullable<*const c_char>,
    /// Local directory that keeps what both sides had after the last sync, and which parts of files a sync that was
    /// interrupted has transferred, without any key; it is created if it is missing. Default: libsendsafely in the
    /// user's directory for the state of programs ($XDG_STATE_HOME, or ~/.local/state).
    pub state_directory: Nullable<*const c_char>,
    /// Progress of this call, of all files together; see "Progress and stopping". Default: the client's callback.
    pub on_progress: Nullable<sendsafely_progress_callback>,
    /// Passed to on_progress.
    pub user_data: Nullable<*mut c_void>,
}

// SAFETY: repr(C), begins with a usize, and holds integers, pointers and optional functions only.
unsafe impl Options for sendsafely_sync_options {
    const NAME: &'static str = "sendsafely_sync_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            directory_id: ptr::null(),
            direction: sendsafely_direction::SENDSAFELY_DIRECTION_BOTH as i32,
            delete_files: 0,
            force: 0,
            dry_run: 0,
            checksum: 0,
            follow_links: 0,
            replace_characters: 0,
            include: ptr::null(),
            exclude: ptr::null(),
            state_directory: ptr::null(),
            on_progress: None,
            user_data: ptr::null_mut(),
        }
    }
}

fn direction(value: i32) -> Result<Direction> {
    use sendsafely_direction::*;
    match value {
        _ if value == SENDSAFELY_DIRECTION_BOTH as i32 => Ok(Direction::Both),
        _ if value == SENDSAFELY_DIRECTION_UP as i32 => Ok(Direction::Up),
        _ if value == SENDSAFELY_DIRECTION_DOWN as i32 => Ok(Direction::Down),
        _ => Err(invalid(format!(
            "direction is {value}; 0, 1 and 2 are allowed"
        ))),
    }
}

/// The patterns of a text, one on each line. Empty lines and comments are none, nor are blanks at the end a part of one
/// without a `\`.
fn patterns(text: Option<String>) -> Vec<String> {
    let lines = text.unwrap_or_default();
    let lines = lines.lines().map(|line| {
        let end = line.trim_end_matches(' ').len();
        let escapes = end - line[..end].trim_end_matches('\\').len();
        &line[..line.len().min(end + escapes % 2)]
    });
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_sync_options_init(
    options: *mut sendsafely_sync_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Makes a local directory and a directory of a Workspace equal, with everything in them.
///
/// A file that was created or changed on one side since the last sync goes to the other. What both sides had then is
/// kept in state_directory; without that, equal content is found by downloading, and nothing is deleted.
/// A file that has changed on both sides is kept twice: the newer content under the name, the other one under a marked
/// name such as "report (conflict 2026-11-30 HOST).pdf", both on both sides. A change wins over a deletion. What the
/// call replaces in the Workspace stays there as an earlier version.
/// A file on one side that is a directory on the other gets the marked name, too, if delete_files does not decide.
/// Whatever ends a call, the next one goes on, also within a file: as long as that is the same, parts that were
/// transferred are not transferred again. A file that another program is writing is left for the next call.
/// The report has each file that was transferred, deleted, kept twice or left alone, and each failure; none that both
/// sides have already. OUT_REPORT IS SET ON FAILURE TOO, as for sendsafely_package_upload_all.
/// SENDSAFELY_ONLY_IN_WORKSPACE: the package is no Workspace. SENDSAFELY_SYNC_RUNNING: another program syncs this
/// local directory, one above it or one inside; call again later. SENDSAFELY_MANY_DELETIONS: see force.
/// SENDSAFELY_DIRECTORY_NOT_FOUND: no such local directory, or no default for state_directory. Everything else as for
/// sendsafely_package_upload_all and sendsafely_package_download_all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_sync(
    package: *mut sendsafely_package,
    directory: *const c_char,
    options: Nullable<*const sendsafely_sync_options>,
    out_report: Nullable<*mut *mut sendsafely_report>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_report = caller.out(out_report);
    caller.guard(|| {
        let directory = PathBuf::from(caller.text(directory, "directory")?);
        let options = caller.options(options)?;
        let state_directory = caller.optional_text(options.state_directory, "state_directory")?;
        let for_core = SyncOptions {
            direction: direction(options.direction)?,
            directory_id: caller.optional_text(options.directory_id, "directory_id")?,
            delete: boolean(options.delete_files, "delete_files")?,
            force: boolean(options.force, "force")?,
            dry_run: boolean(options.dry_run, "dry_run")?,
            checksum: boolean(options.checksum, "checksum")?,
            follow_links: boolean(options.follow_links, "follow_links")?,
            replace_characters: boolean(options.replace_characters, "replace_characters")?,
            include: patterns(caller.optional_text(options.include, "include")?),
            exclude: patterns(caller.optional_text(options.exclude, "exclude")?),
            state_directory: state_directory.map(PathBuf::from),
        };
        let callback = (options.on_progress, options.user_data);
        report(package, callback, out_report, |package, observer| {
            package.sync(observer, &directory, &for_core)
        })
    })
}
