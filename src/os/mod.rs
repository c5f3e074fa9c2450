//! Everything that differs by operating system. The rest of the library is portable.

mod case;
mod descriptor;
mod directory_lock;
mod file;
#[cfg(unix)]
mod file_lock;
mod host_name;
mod journal;
pub(crate) mod lock;
mod mark;
mod per_process;
mod placed;
mod process_id;
mod removal;
mod replacement;
mod socket;
mod source;
mod target;
mod temporary;
mod text;
mod thread;

pub(crate) use case::folds_case;
pub(crate) use descriptor::{above_standard, are_exhausted, is_exhausted};
pub(crate) use directory_lock::{DirectoryLock, is_locked};
pub(crate) use file::{
    CREATE_FIRST, io_error, is_gone, rename_without_clobbering, require_directory, spool_file,
    sync_entry, words,
};
pub(crate) use host_name::host_name;
pub(crate) use journal::{Journal, Lock, LockedJournal, state_directory};
pub(crate) use mark::{Holder, Mark, any_alive, holder, marks_of_the_dead, set_at};
pub(crate) use per_process::PerProcess;
pub(crate) use placed::PlacedFile;
pub(crate) use removal::remove_unchanged;
pub(crate) use socket::{begin_to_connect, is_connected, is_dead, make_usable, wait_for_any};
pub(crate) use source::{Stamp, may_lie, not_a_file, open_source, read_at};
pub use target::Existing;
pub(crate) use target::{Decide, Fate, Finished, TargetFile, Written};
pub(crate) use temporary::{is_temporary, remove_if_left, remove_kept, remove_left_beside};
pub(crate) use text::text_of;
pub(crate) use thread::{on_clean_stack, on_worker_stack, spawn};
