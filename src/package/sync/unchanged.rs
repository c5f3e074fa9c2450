//! Directories of the Workspace that are as the last common state has them. Package information shows it (`protocol`
//! 6.2.2): one request in the place of one for each hundred files.

use std::collections::BTreeMap;

use super::state::{Common, Known, Names};
use crate::api::tree::{Fingerprint, Tree};
use crate::api::{Session, endpoint};
use crate::error::{ErrorKind, Result};
use crate::package::Inner;
use crate::package::directory::PAGE;
use crate::package::report::ends_all;

/// So few requests are made without a look at the whole.
const FEW_REQUESTS: u64 = 2;

/// What is known of the directories before any is listed.
#[derive(Default)]
pub(super) struct Unchanged {
    tree: Option<Tree>,
    /// What each directory held, by its path here.
    known: BTreeMap<String, Fingerprint>,
}

impl Unchanged {
    /// Compares what the service has with the last common state.
    pub(super) fn find(
        inner: &Inner,
        session: &Session,
        known: &Known,
        names: &Names,
    ) -> Result<Self> {
        let mut of_directory: BTreeMap<&str, (Fingerprint, u64)> = BTreeMap::new();
        for (path, common) in known {
            let (directory, own) = path.rsplit_once('/').unwrap_or(("", path));
            let name = names.get(path).map_or(own, String::as_str);
            let (content, files) = of_directory.entry(directory).or_default();
            match common {
                Common::Directory => {
                    content.add_directory(name);
                    of_directory.entry(path).or_default();
                }
                Common::File(file) => {
                    content.add_file(name, &file.file_id, file.version);
                    *files += 1;
                }
            }
        }
        let requests: u64 = of_directory
            .values()
            .map(|(_, files)| 1 + files / PAGE)
            .sum();
        if requests <= FEW_REQUESTS {
            return Ok(Self::default());
        }
        let tree = match endpoint::workspace_tree(session, inner.path_name_to_read(session)?) {
            Err(error) if error.kind() == ErrorKind::Stopped || ends_all(&error) => {
                return Err(error);
            }
            tree => tree.ok().flatten(),
        };
        let contents = of_directory.into_iter();
        Ok(Self {
            tree,
            known: contents
                .map(|(path, (content, _))| (path.to_owned(), content))
                .collect(),
        })
    }

    /// Names and ids of the directories in one that has not changed; `None` for one that has to be listed.
    pub(super) fn below(&self, path: &str, id: &str) -> Option<&[(String, String)]> {
        let branch = self.tree.as_ref()?.directory(id)?;
        (self.known.get(path) == Some(&branch.content)).then_some(&branch.below)
    }
}
