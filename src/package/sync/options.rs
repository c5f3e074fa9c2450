//! What a program chooses of a sync.

use std::path::PathBuf;

use super::plan::Direction;

/// How a local directory and one of a Workspace are made equal.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Which side follows the other.
    pub direction: Direction,
    /// The directory of the Workspace; the root by default.
    pub directory_id: Option<String>,
    /// Whether what was deleted on one side is deleted on the other too, if it has not changed there. By default it
    /// comes back.
    pub delete: bool,
    /// Whether more than half of a side's files, or all of them, may be deleted.
    pub force: bool,
    /// Whether nothing is changed, and the report says what would be done. It fails with `ManyDeletions` where the sync
    /// would.
    pub dry_run: bool,
    /// Whether all local files are read to find changes that neither size nor time shows.
    pub checksum: bool,
    /// Whether symbolic links are followed. By default they are left alone, and the report names them.
    pub follow_links: bool,
    /// Whether characters that a name may not have are replaced in the Workspace; by default such a file is left alone,
    /// and the report names it.
    pub replace_characters: bool,
    /// Patterns as in a `.gitignore` file: only files that fit one of them take part. None: all.
    pub include: Vec<String>,
    /// Patterns likewise: what fits one of them takes no part.
    pub exclude: Vec<String>,
    /// Where the last common state is kept, and which parts of files were transferred when a sync was interrupted; by
    /// default the user's directory for the state of programs.
    pub state_directory: Option<PathBuf>,
}
