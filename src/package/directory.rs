//! Directories of a Workspace (`protocol` 6.8).

use std::cell::Cell;
use std::collections::BTreeSet;

use super::{Inner, Package};
use crate::api::endpoint::{self, SortOrder};
use crate::api::retry::gone_is_done;
use crate::api::{MOST_FILES, Session};
use crate::call::Observer;
use crate::check::{check_name, directory_identifier, identifier};
use crate::error::{Error, ErrorKind, Result};
use crate::record::Directory;

/// Files on one page, and subdirectories likewise (`protocol` 6.8.1).
pub(super) const PAGE: u64 = 100;

/// How a directory is listed.
#[derive(Clone, Debug, Default)]
pub struct DirectoryOptions {
    /// The field to sort by: `name`, or another one that the service knows. By default the service chooses.
    pub sort_field: Option<String>,
    /// Whether to sort in descending order.
    pub descending: bool,
    /// Return only this page; all pages by default.
    pub page: Option<DirectoryPage>,
}

/// Where a page of a directory begins: at most 100 files and 100 directories from there.
#[derive(Clone, Copy, Debug, Default)]
pub struct DirectoryPage {
    /// The first file, from 0.
    pub file_index: u64,
    /// The first subdirectory, from 0.
    pub directory_index: u64,
}

impl Package {
    /// Lists a directory of a Workspace, the root by default, with all its pages unless the options ask for one
    /// (`protocol` 6.8.1).
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] before anything is sent; [`ErrorKind::Refused`] for a directory that does not
    /// exist.
    pub fn directory(
        &self,
        observer: &mut dyn Observer,
        directory_id: Option<&str>,
        options: &DirectoryOptions,
    ) -> Result<Directory> {
        self.0.steps.lock().must_be_workspace()?;
        let (directory_id, options) = (directory_identifier(directory_id)?, options.clone());
        self.run(observer, move |inner, session| {
            let directory_id = inner.directory_or_root(session, directory_id)?;
            let directory = inner.list_directory(session, &directory_id, &options)?;
            if options.page.is_none() {
                inner.steps.lock().learn_directory(&directory);
            }
            Ok(directory)
        })
    }

    /// Creates a directory in another one, the root by default, and returns its id (`protocol` 6.8.2).
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`], [`ErrorKind::MalformedFileName`] before anything is sent;
    /// [`ErrorKind::InvalidFileName`], [`ErrorKind::Denied`] and others from the service.
    pub fn create_directory(
        &self,
        observer: &mut dyn Observer,
        parent_id: Option<&str>,
        name: &str,
    ) -> Result<String> {
        self.0.steps.lock().must_be_workspace()?;
        check_name(name)?;
        let (parent_id, name) = (directory_identifier(parent_id)?, name.to_owned());
        self.run(observer, move |inner, session| {
            let parent_id = inner.directory_or_root(session, parent_id)?;
            inner.create_directory(session, &parent_id, &name)
        })
    }

    /// Renames a directory (`protocol` 6.8.3).
    ///
    /// # Errors
    /// As [`create_directory`](Self::create_directory).
    pub fn rename_directory(
        &self,
        observer: &mut dyn Observer,
        directory_id: &str,
        name: &str,
    ) -> Result<()> {
        self.0.steps.lock().must_be_workspace()?;
        check_name(name)?;
        let (directory_id, name) = (identifier("directory id", directory_id)?, name.to_owned());
        self.run(observer, move |inner, session| {
            endpoint::rename_directory(session, &inner.path_name, &directory_id, &name).map(|_| ())
        })
    }

    /// Moves a directory with its content into another one, the root by default (`protocol` 6.8.4).
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] before anything is sent; [`ErrorKind::Refused`] if the service does not know
    /// one of the two, or if the target is inside the directory.
    pub fn move_directory(
        &self,
        observer: &mut dyn Observer,
        directory_id: &str,
        target_id: Option<&str>,
    ) -> Result<()> {
        self.0.steps.lock().must_be_workspace()?;
        let directory_id = identifier("directory id", directory_id)?;
        let target_id = directory_identifier(target_id)?;
        self.run(observer, move |inner, session| {
            let target_id = inner.directory_or_root(session, target_id)?;
            endpoint::move_directory(session, &inner.path_name, &directory_id, &target_id)
                .map(|_| ())
        })
    }

    /// Deletes a directory with its content (`protocol` 6.8.5).
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] before anything is sent; [`ErrorKind::Denied`] for the root;
    /// [`ErrorKind::Refused`] for a directory that does not exist.
    pub fn delete_directory(&self, observer: &mut dyn Observer, directory_id: &str) -> Result<()> {
        self.0.steps.lock().must_be_workspace()?;
        let directory_id = identifier("directory id", directory_id)?;
        self.run(observer, move |inner, session| {
            let deleted = endpoint::delete_directory(session, &inner.path_name, &directory_id);
            gone_is_done(deleted, |_| {
                // The service has no code for a directory that does not exist: list it to find out.
                let found = inner.page(
                    session,
                    &directory_id,
                    SortOrder::default(),
                    DirectoryPage::default(),
                );
                found.is_err_and(|error| error.server_code().is_some())
            })
        })
    }
}

impl Inner {
    /// The id from the caller, or that of the root.
    pub(super) fn directory_or_root(
        &self,
        session: &Session,
        directory_id: Option<String>,
    ) -> Result<String> {
        let known =
            directory_id.or_else(|| self.steps.lock().root_directory_id().map(str::to_owned));
        let root = match known {
            Some(id) => Some(id),
            None => self.refresh(session)?.root_directory_id,
        };
        root.ok_or_else(|| {
            Error::new(
                ErrorKind::BadAnswer,
                "the package information has no root directory",
            )
        })
    }

    pub(super) fn list_directory(
        &self,
        session: &Session,
        directory_id: &str,
        options: &DirectoryOptions,
    ) -> Result<Directory> {
        let order = SortOrder {
            field: options.sort_field.as_deref(),
            descending: options.descending,
        };
        let mut page = options.page.unwrap_or_default();
        let mut directory = self.page(session, directory_id, order, page)?;
        if options.page.is_some() {
            return Ok(directory);
        }
        // An entry may be listed twice if the directory changes during the call. A service without pages returns the
        // same page each time.
        let ids = |directory: &Directory| {
            let files = directory.files.iter().map(|file| file.file_id.clone());
            let below = directory.directories.iter().map(|d| d.directory_id.clone());
            files.chain(below).collect::<Vec<_>>()
        };
        let mut seen: BTreeSet<String> = ids(&directory).into_iter().collect();
        let (mut files, mut below) = (directory.files.len(), directory.directories.len());
        while files as u64 >= PAGE || below as u64 >= PAGE {
            page.file_index += PAGE;
            page.directory_index += PAGE;
            let mut next = self.page(session, directory_id, order, page)?;
            (files, below) = (next.files.len(), next.directories.len());
            next.files.retain(|file| !seen.contains(&file.file_id));
            next.directories
                .retain(|below| !seen.contains(&below.directory_id));
            let new = ids(&next);
            if new.is_empty() {
                break;
            }
            seen.extend(new);
            directory.files.append(&mut next.files);
            directory.directories.append(&mut next.directories);
            if directory.files.len().max(directory.directories.len()) > MOST_FILES {
                let message =
                    format!("the directory has more than {MOST_FILES} files or directories");
                return Err(Error::new(ErrorKind::BadAnswer, message));
            }
        }
        Ok(directory)
    }

    pub(super) fn page(
        &self,
        session: &Session,
        directory_id: &str,
        order: SortOrder<'_>,
        page: DirectoryPage,
    ) -> Result<Directory> {
        let (directories, files) = (page.directory_index, page.file_index);
        let package = self.path_name_to_read(session)?;
        let response =
            endpoint::get_directory(session, package, directory_id, order, directories, files)?;
        let mut directory = Directory::read(&response)?;
        if directory.directory_id.is_empty() {
            directory_id.clone_into(&mut directory.directory_id);
        }
        Ok(directory)
    }

    /// Creates a directory. If the response is lost and a directory of that name exists, its id is returned: nobody
    /// wants two.
    pub(super) fn create_directory(
        &self,
        session: &Session,
        parent_id: &str,
        name: &str,
    ) -> Result<String> {
        let create = || {
            let response = endpoint::create_directory(session, &self.path_name, parent_id, name)?;
            let missing = || {
                Error::new(
                    ErrorKind::BadAnswer,
                    "the response to making a directory has no id",
                )
            };
            response
                .filled("directoryId")
                .or_else(|| response.filled("message"))
                .ok_or_else(missing)
        };
        let adopted = Cell::new(false);
        let look = || {
            let parent = self.list_directory(session, parent_id, &DirectoryOptions::default())?;
            let mut below = parent.directories.into_iter();
            let found = below.find(|directory| directory.name == name);
            adopted.set(found.is_some());
            Ok(found.map(|found| found.directory_id))
        };
        let created = session.looking(create, look)?;
        if !adopted.get() {
            self.steps.lock().learn_directory(&Directory {
                directory_id: created.clone(),
                name: name.to_owned(),
                files: Vec::new(),
                directories: Vec::new(),
            });
        }
        Ok(created)
    }
}
