//! Files of a package: what the service says of them, their names, and what can be done with them as a whole.

use crate::api::Session;
use crate::api::endpoint::{self, FileRef};
use crate::call::Observer;
use crate::crypto::{Passphrase, encrypt_message};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::package::directory::{DirectoryOptions, optional_id};
use crate::package::step::file_not_on_package;
use crate::package::{Inner, Package, identifier};
use crate::record::PackageInformation;
use crate::record::Timestamp;
use crate::secret::SecretString;

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The service's id of the file.
    pub file_id: String,
    /// The name, as its sender gave it.
    pub file_name: String,
    /// Bytes of plaintext as the sender declared them, which is not always right; 0 if it is not known.
    pub size: u64,
    pub(crate) size_is_known: bool,
    /// Encrypted parts.
    pub parts: u32,
    /// When it was uploaded.
    pub uploaded: Option<Timestamp>,
    /// The version, in a Workspace.
    pub version: Option<u32>,
    /// E-mail address of the one who uploaded it.
    pub created_by: Option<String>,
    /// The service's id of the one who uploaded it; only file information tells it.
    pub created_by_id: Option<String>,
    /// Earlier versions, each to be downloaded by its own id; only file information tells them.
    pub old_versions: Vec<File>,
    /// What opens a file that was copied in: the encrypted passphrase of its parts (`protocol` 3.8). Only file
    /// information tells it.
    pub(crate) file_key: Option<String>,
}

impl File {
    pub(crate) fn read(json: &Json) -> Result<Self> {
        let versions = json.list("oldVersions").iter();
        Ok(Self {
            old_versions: versions.map(Self::read_version).collect::<Result<_>>()?,
            ..Self::read_version(json)?
        })
    }

    /// The same without the versions before it.
    fn read_version(json: &Json) -> Result<Self> {
        let size = json.size("fileSize");
        Ok(Self {
            file_id: json.required("fileId")?,
            // A sender may have left it empty; a download has a name for that.
            file_name: json.required_text("fileName")?,
            size: size.unwrap_or(0),
            size_is_known: size.is_some(),
            // Named so in package information, the other way in file information (`protocol` 6.7.1).
            parts: json.count("parts").or(json.count("fileParts")).unwrap_or(0),
            uploaded: Timestamp::read(json, "fileUploaded").or(Timestamp::read(json, "uploaded")),
            version: json.count("fileVersion"),
            created_by: json.filled("createdByEmail"),
            created_by_id: json.filled("createdById"),
            old_versions: Vec::new(),
            file_key: json.filled("fileKey"),
        })
    }

    /// Bytes of plaintext as the sender declared them: a hint, no more.
    pub(crate) fn declared_size(&self) -> Option<u64> {
        self.size_is_known.then_some(self.size)
    }

    /// As many parts as a download asks for. Some servers count none for an empty file; one that has bytes has one.
    pub(crate) fn parts_to_fetch(&self) -> u32 {
        match self.declared_size() {
            Some(0) => self.parts,
            _ => self.parts.max(1),
        }
    }

    /// The files of a package or a directory.
    pub(crate) fn list(json: &Json) -> Result<Vec<Self>> {
        json.required_list("files")?
            .iter()
            .map(Self::read)
            .collect()
    }
}

impl Package {
    /// What the service says of a file: more than package information and directories tell, its old versions
    /// (`protocol` 6.7.1).
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] for a directory of another package; [`ErrorKind::FileNotOnPackage`].
    pub fn file_information(
        &self,
        observer: &mut dyn Observer,
        file_id: &str,
        directory_id: Option<&str>,
    ) -> Result<File> {
        self.0.steps.lock().may_read_files(directory_id.is_some())?;
        let file_id = identifier("file id", file_id)?;
        let directory_id = optional_id(directory_id)?;
        self.run(observer, move |inner, session| {
            inner.file_information(session, &file_id, directory_id.as_deref())
        })
    }

    /// Removes a file from the package, or from a directory of a Workspace, the root by default (`protocol` 6.7.2). One
    /// that is gone already counts as removed.
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
        let in_directory = directory_id.is_some();
        self.0.steps.lock().may_delete_file(file_id, in_directory)?;
        let file_id = identifier("file id", file_id)?;
        let directory_id = optional_id(directory_id)?;
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
        let target = optional_id(target_directory_id)?;
        self.run(observer, move |inner, session| {
            let target = inner.directory_or_root(session, target)?;
            let file = FileRef {
                package: &inner.id,
                file: &file_id,
                directory: Some(&target),
            };
            endpoint::move_file(session, file).map(|_| ())
        })
    }

    /// Gives a file another name (`protocol` 6.7.4).
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
        self.0.steps.lock().may_delete_file(file_id, false)?;
        check_name(new_name)?;
        let (file_id, name) = (identifier("file id", file_id)?, new_name.to_owned());
        self.run(observer, move |inner, session| {
            endpoint::rename_file(session, &inner.id, &file_id, &name)?;
            if let Some(file) = inner.steps.lock().files.get_mut(&file_id) {
                file.file_name = name;
            }
            Ok(())
        })
    }

    /// Copies a file into a Workspace without sending its parts again (`protocol` 6.7.5), and answers the id of the copy
    /// as the service tells it. The directory is the root by default.
    ///
    /// What opens the parts is encrypted for the target: whoever opens the Workspace can read the copy, but nothing
    /// else of the source.
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] if the target is none, [`ErrorKind::InvalidArgument`] if it is on another portal,
    /// [`ErrorKind::KeycodeUnknown`], before anything is sent; [`ErrorKind::FileNotOnPackage`];
    /// [`ErrorKind::WrongKeycode`], of either package, before anything is written; [`ErrorKind::OutcomeUnknown`] if the answer was lost: list the directory before you copy again.
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
            let told = "a file can be copied only within one portal";
            return Err(Error::new(ErrorKind::InvalidArgument, told));
        }
        let file_id = identifier("file id", file_id)?;
        let target_directory = optional_id(target_directory_id)?;
        let target = target.clone();
        self.run(observer, move |inner, session| {
            let file = inner.file_information(session, &file_id, None)?;
            // A copy of what a wrong keycode cannot open could never be read.
            inner.prove_keycode_by(session, &file)?;
            let passphrase = inner.passphrase_of(session, &file)?;
            target.0.prove_keycode(session)?;
            let file_key = encrypt_message(passphrase.expose(), &target.0.secrets()?.passphrase)?;
            let target_directory = target.0.directory_or_root(session, target_directory)?;
            let source = FileRef {
                package: &inner.id,
                file: &file_id,
                directory: None,
            };
            let answer =
                endpoint::copy_file(session, source, &target.0.id, &target_directory, &file_key)?;
            let copy = answer.filled("fileId").or_else(|| answer.filled("message"));
            if let Some(file_id) = &copy {
                target.0.secrets()?.evidence.file_made(file_id);
            }
            Ok(copy)
        })
    }
}

impl Inner {
    pub(crate) fn file_information(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<&str>,
    ) -> Result<File> {
        let file = FileRef {
            package: self.read_name(),
            file: file_id,
            directory,
        };
        let answer = endpoint::file_information(session, file).map_err(unknown_file)?;
        File::read(answer.object("file").unwrap_or(&answer))
    }

    /// The passphrase of a file's parts. A file that was copied in has one of its own.
    pub(crate) fn passphrase_of(&self, session: &Session, file: &File) -> Result<Passphrase> {
        match &file.file_key {
            None => Ok(self.secrets()?.passphrase.clone()),
            Some(file_key) => {
                let text = SecretString::new(self.decrypt_text(session, file_key)?);
                Ok(Passphrase::from_text(text))
            }
        }
    }

    pub(crate) fn delete_file(
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
            package: &self.id,
            file: file_id,
            directory: directory.as_deref(),
        };
        match endpoint::delete_file(session, file) {
            Ok(_) => {}
            // The service has no code of its own for a file that is gone: see whether it is.
            Err(error) if error.server_code().is_some() => {
                let files = match &directory {
                    Some(id) => {
                        self.list_directory(session, id, &DirectoryOptions::default())?
                            .files
                    }
                    None => {
                        let answer = endpoint::package_information(session, &self.id)?;
                        PackageInformation::read(&answer)?.files
                    }
                };
                if files.iter().any(|file| file.file_id == file_id) {
                    return Err(error);
                }
                // Nobody has told yet that it was in this directory at all.
                if directory.is_some() && !error.follows_lost_answer() {
                    return Err(unknown_file(error));
                }
            }
            Err(error) => return Err(error),
        }
        self.steps.lock().file_deleted(file_id);
        Ok(())
    }
}

/// The service has no code of its own for a file that it does not know.
fn unknown_file(error: Error) -> Error {
    match error.server_code() {
        Some("FAIL") => file_not_on_package().with_server("FAIL", error.server_message()),
        _ => error,
    }
}

/// Characters that official clients replace in names from the server (`protocol` 5.4.3).
const FORBIDDEN: &str = "<>:\"/\\|?*";
/// Longest name of a file on every usual file system, in bytes.
const LONGEST_NAME: usize = 255;

/// Refuses names of files and directories that a recipient could not store under that name.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let bad = |what: &str| {
        let told = Error::new(ErrorKind::MalformedFileName, format!("the name {what}"));
        Err(told.with_remedy("choose another name; an upload takes one as file_name"))
    };
    if name.is_empty() || name == "." || name == ".." {
        return bad("is empty or names a directory");
    }
    if name.len() > LONGEST_NAME {
        return bad("is longer than 255 bytes");
    }
    if name
        .chars()
        .any(|c| c.is_control() || FORBIDDEN.contains(c))
    {
        return bad("has a control character or one of < > : \" / \\ | ? *");
    }
    Ok(())
}

/// A name under which a file from the server can be stored on any system, within its directory.
pub(crate) fn safe_name(name: &str) -> String {
    let mut safe: String = name
        .chars()
        .map(|c| {
            if c.is_control() || FORBIDDEN.contains(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    let kept = safe.trim_end_matches(['.', ' ']).len();
    safe.truncate(kept);
    while safe.len() > LONGEST_NAME {
        safe.pop();
    }
    let stem = safe
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
    {
        safe.insert(0, '_');
        while safe.len() > LONGEST_NAME {
            safe.pop();
        }
    }
    if safe.is_empty() {
        "_".to_owned()
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_from_every_form() {
        let file = File::read(&Json::new(serde_json::json!({
            "fileId": "F", "fileName": "a.txt", "fileSize": 12, "createdByEmail": "u@acme.test", "createdById": "U",
            "uploaded": "Feb 9, 2022 11:14:24 PM", "fileVersion": "2", "fileParts": "3", "fileKey": "", "unknown": null,
            "oldVersions": {"fileId": "F1", "fileName": "a.txt", "fileSize": "10", "fileVersion": 1, "fileParts": 1,
                "fileKey": "abc", "oldVersions": [{"fileId": "F0"}]},
        })))
        .expect("a file");
        assert_eq!((file.size, file.parts, file.version), (12, 3, Some(2)));
        assert_eq!(file.created_by_id.as_deref(), Some("U"));
        assert_eq!(file.file_key, None, "an empty key is none");
        let old = &file.old_versions[0];
        assert_eq!((old.file_id.as_str(), old.size), ("F1", 10));
        assert_eq!(old.file_key.as_deref(), Some("abc"));
        assert!(old.old_versions.is_empty(), "one level of them");
        let read = |json| File::read(&Json::new(json));
        let bare =
            read(serde_json::json!({"fileId": "F", "fileName": "a.txt", "oldVersions": null}))
                .expect("a file");
        assert!(bare.old_versions.is_empty() && bare.created_by_id.is_none());
        for lacking in [
            serde_json::json!({}),
            serde_json::json!({"fileId": "F"}),
            serde_json::json!({"fileId": "", "fileName": "a.txt"}),
            serde_json::json!({"fileId": "F", "fileName": null}),
            serde_json::json!({"fileId": "F", "fileName": "a.txt", "oldVersions": [{}]}),
        ] {
            let error = read(lacking.clone()).expect_err("no file");
            assert_eq!(error.kind(), ErrorKind::BadAnswer, "{lacking}");
        }
    }

    #[test]
    fn names_from_the_server_stay_in_their_directory() {
        for (name, safe) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            ("..", "_"),
            (".", "_"),
            ("", "_"),
            ("a\\b:c*d?e\"f<g>h|i", "a_b_c_d_e_f_g_h_i"),
            ("line\nbreak\u{7f}", "line_break_"),
            ("trailing. . ", "trailing"),
            ("con", "_con"),
            ("COM1.txt", "_COM1.txt"),
            ("Common.txt", "Common.txt"),
            ("Grüße 世界.txt", "Grüße 世界.txt"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        assert!(safe_name(&"ü".repeat(300)).len() <= 255);
    }

    #[test]
    fn names_to_send_are_judged() {
        for good in ["a", "report.pdf", "Grüße 世界.txt", &"a".repeat(255)] {
            check_name(good).expect(good);
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a\nb",
            "a:b",
            &"a".repeat(256),
        ] {
            assert_eq!(
                check_name(bad).expect_err(bad).kind(),
                ErrorKind::MalformedFileName
            );
        }
    }
}
