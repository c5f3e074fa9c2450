//! Files of a package: their information, and deleting, moving, renaming and copying them (`protocol` 6.7).

use super::directory::DirectoryOptions;
use super::step::file_not_on_package;
use super::{Inner, Package};
use crate::api::Session;
use crate::api::endpoint::{self, FileRef};
use crate::call::Observer;
use crate::check::{check_name, directory_identifier, identifier};
use crate::crypto::{Passphrase, encrypt_message};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{File, PackageInformation};
use crate::secret::SecretString;

impl Package {
    /// Gets the information of a file (`protocol` 6.7.1). It has more than package information and listings: the old
    /// versions.
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] for a directory if the package is no Workspace; [`ErrorKind::FileNotOnPackage`].
    pub fn file_information(
        &self,
        observer: &mut dyn Observer,
        file_id: &str,
        directory_id: Option<&str>,
    ) -> Result<File> {
        self.0.steps.lock().may_read_files(directory_id.is_some())?;
        let file_id = identifier("file id", file_id)?;
        let directory_id = directory_identifier(directory_id)?;
        self.run(observer, move |inner, session| {
            inner.file_information(session, &file_id, directory_id.as_deref())
        })
    }

    /// Removes a file from the package, or from a directory of a Workspace, the root by default (`protocol` 6.7.2). It
    /// is no error if the file is gone already.
    ///
    /// # Errors
    /// [`ErrorKind::FileNotOnPackage`] and [`ErrorKind::OnlyInWorkspace`] before anything is sent;
    /// [`ErrorKind::Denied`] and others from the service.
    pub fn delete_file(
        &self,
        observer: &mut dyn Observer,
        file_id: &str,
        directory_id: Option<&str>,
    ) -> Result<()> {
        let file_id = identifier("file id", file_id)?;
        let directory_id = directory_identifier(directory_id)?;
        let in_directory = directory_id.is_some();
        self.0
            .steps
            .lock()
            .may_delete_file(&file_id, in_directory)?;
        self.run(observer, move |inner, session| {
            inner.delete_file(session, &file_id, directory_id)
        })
    }

    /// Moves a file of a Workspace into another of its directories, the root by default (`protocol` 6.7.3).
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] before anything is sent; [`ErrorKind::Refused`] if the service does not know the
    /// file or the directory.
    pub fn move_file(
        &self,
        observer: &mut dyn Observer,
        file_id: &str,
        target_directory_id: Option<&str>,
    ) -> Result<()> {
        self.0.steps.lock().must_be_workspace()?;
        let file_id = identifier("file id", file_id)?;
        let target = directory_identifier(target_directory_id)?;
        self.run(observer, move |inner, session| {
            let target = inner.directory_or_root(session, target)?;
            let file = FileRef {
                package: &inner.path_name,
                file: &file_id,
                directory: Some(&target),
            };
            endpoint::move_file(session, file).map(|_| ())
        })
    }

    /// Renames a file (`protocol` 6.7.4).
    ///
    /// # Errors
    /// [`ErrorKind::MalformedFileName`], and [`ErrorKind::FileNotOnPackage`] outside a Workspace, before anything is
    /// sent; [`ErrorKind::InvalidFileName`] and others from the service.
    pub fn rename_file(
        &self,
        observer: &mut dyn Observer,
        file_id: &str,
        new_name: &str,
    ) -> Result<()> {
        let (file_id, name) = (identifier("file id", file_id)?, new_name.to_owned());
        self.0.steps.lock().may_rename_file(&file_id)?;
        check_name(new_name)?;
        self.run(observer, move |inner, session| {
            endpoint::rename_file(session, &inner.path_name, &file_id, &name)?;
            inner.steps.lock().file_renamed(&file_id, name);
            Ok(())
        })
    }

    /// Copies a file into a directory of a Workspace, the root by default, without sending its parts again (`protocol`
    /// 6.7.5). Returns the id of the copy, if the response has it.
    ///
    /// The passphrase of the parts is encrypted with the keycode of the target: everybody who can open the Workspace
    /// can read the copy, but nothing else of the source.
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] if the target is no Workspace, [`ErrorKind::InvalidArgument`] if it is on another
    /// portal, [`ErrorKind::KeycodeUnknown`], before anything is sent; [`ErrorKind::FileNotOnPackage`];
    /// [`ErrorKind::WrongKeycode`], of either package, before anything is written; [`ErrorKind::OutcomeUnknown`] if the
    /// response was lost: list the directory before you copy again.
    pub fn copy_file(
        &self,
        observer: &mut dyn Observer,
        file_id: &str,
        target: &Package,
        target_directory_id: Option<&str>,
    ) -> Result<Option<String>> {
        self.0.steps.lock().may_decrypt()?;
        target.0.steps.lock().may_take_copy()?;
        if self.0.client.host() != target.0.client.host() {
            let message = "a file can be copied only within one portal";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let file_id = identifier("file id", file_id)?;
        let target_directory = directory_identifier(target_directory_id)?;
        let target = target.clone();
        self.run(observer, move |inner, session| {
            let file = inner.file_information(session, &file_id, None)?;
            // With a wrong keycode the copy could never be decrypted.
            inner.prove_keycode_by(session, &file)?;
            let passphrase = inner.passphrase_of(session, &file)?;
            target.0.prove_keycode(session)?;
            let file_key = encrypt_message(passphrase.expose(), &target.0.secrets()?.passphrase)?;
            let target_directory = target.0.directory_or_root(session, target_directory)?;
            let source = FileRef {
                package: &inner.path_name,
                file: &file_id,
                directory: None,
            };
            let response = endpoint::copy_file(
                session,
                source,
                &target.0.path_name,
                &target_directory,
                &file_key,
            )?;
            let copy = response
                .filled("fileId")
                .or_else(|| response.filled("message"));
            if let Some(file_id) = &copy {
                target.0.secrets()?.evidence.file_made(file_id);
            }
            Ok(copy)
        })
    }
}

impl Inner {
    /// Finds a file of the package by its id: among the known ones, else in the package information.
    pub(super) fn find_file(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<&str>,
    ) -> Result<File> {
        let (known, in_workspace) = {
            let steps = self.steps.lock();
            (steps.file(file_id), steps.is_workspace())
        };
        // Only file information has the key of a file that was copied in, and files outside of the root.
        if in_workspace {
            return self.file_information(session, file_id, directory);
        }
        let known = match known {
            Some(file) => Some(file),
            None => self
                .refresh(session)?
                .files
                .into_iter()
                .find(|file| file.file_id == file_id),
        };
        let known = known.ok_or_else(|| file_not_on_package(file_id))?;
        self.with_parts(session, known, directory)
    }

    /// A file whose number of parts is known, if file information has it where the listing does not.
    pub(super) fn with_parts(
        &self,
        session: &Session,
        file: File,
        directory: Option<&str>,
    ) -> Result<File> {
        use ErrorKind::{BadAnswer, FileNotOnPackage, HttpError};
        if file.parts.is_some() {
            return Ok(file);
        }
        match self.file_information(session, &file.file_id, directory) {
            Ok(File { parts, .. }) => Ok(File { parts, ..file }),
            // Then a download finds out where the file ends.
            Err(error) if matches!(error.kind(), BadAnswer | FileNotOnPackage | HttpError) => {
                Ok(file)
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn file_information(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<&str>,
    ) -> Result<File> {
        let file = FileRef {
            package: self.path_name_to_read(session)?,
            file: file_id,
            directory,
        };
        let response = endpoint::file_information(session, file)
            .map_err(|error| unknown_file(error, file_id))?;
        File::read(response.object("file").unwrap_or(&response))
    }

    /// The passphrase of the parts of a file. A file that was copied in has its own.
    pub(super) fn passphrase_of(&self, session: &Session, file: &File) -> Result<Passphrase> {
        match &file.file_key {
            None => Ok(self.secrets()?.passphrase.clone()),
            Some(file_key) => {
                let text = SecretString::new(self.decrypt_text(session, file_key)?);
                Ok(Passphrase::from_text(text))
            }
        }
    }

    pub(super) fn delete_file(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<String>,
    ) -> Result<()> {
        let directory = match self.steps.lock().is_workspace() {
            true => Some(directory),
            false => None,
        };
        let directory = directory
            .map(|id| self.directory_or_root(session, id))
            .transpose()?;
        let file = FileRef {
            package: &self.path_name,
            file: file_id,
            directory: directory.as_deref(),
        };
        match endpoint::delete_file(session, file) {
            Ok(_) => {}
            // The service has no code for a file that is gone: list the files to find out.
            Err(error) if error.server_code().is_some() => {
                let files = match &directory {
                    Some(id) => {
                        self.list_directory(session, id, &DirectoryOptions::default())?
                            .files
                    }
                    None => {
                        let response = endpoint::package_information(session, &self.path_name)?;
                        PackageInformation::read(&response)?.files
                    }
                };
                if files.iter().any(|file| file.file_id == file_id) {
                    return Err(error);
                }
                // The file may never have been in this directory.
                if directory.is_some() && !error.follows_lost_response() {
                    return Err(unknown_file(error, file_id));
                }
            }
            Err(error) => return Err(error),
        }
        self.steps.lock().file_deleted(file_id);
        Ok(())
    }
}

/// The service has no code for a file that it does not know: it responds FAIL.
fn unknown_file(error: Error, file_id: &str) -> Error {
    match error.server_code() {
        Some("FAIL") => file_not_on_package(file_id).with_server("FAIL", error.server_message()),
        _ => error,
    }
}
