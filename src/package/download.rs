//! Downloading a file: into a file, into memory, or to a function (`protocol` 5.3, 5.4).

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::unbounded;

use super::compare::{Compare, Reason, Verdict, modified, uploaded};
use super::report::ends_all;
use super::{Inner, Package};
use crate::api::Session;
use crate::call::{self, Call, Observer, Phase};
use crate::check::{directory_identifier, identifier, safe_name};
use crate::error::{Error, ErrorKind, Result};
use crate::os::{self, Existing, Finished};
use crate::record::File;
use crate::secret::SecretString;
use crate::transfer::compare::{Comparison, digest};
use crate::transfer::download;
use crate::transfer::file_to_fetch::FileToFetch;
use crate::transfer::kept::{KeptFile, finished_before, give_up, give_up_after};
use crate::transfer::outlet::{Outlet, SinkEvent};
use crate::transfer::resume::{Direction, Entry, ResumeFile, log_failure};
use crate::transfer::source::{AT_ONCE, SourceFile};

/// Where the bytes of a download go.
pub enum Sink<'a> {
    /// The file with this path. If the path is a directory: a file in it, with the sender's name made safe.
    Path(PathBuf),
    /// Memory; the whole file has to fit.
    Memory(&'a mut Vec<u8>),
    /// A function that gets one piece of verified plaintext after the other. It runs on the calling thread only.
    Writer(&'a mut dyn FnMut(&[u8]) -> Result<()>),
}

/// Writes the next piece of verified plaintext.
type WriteFn<'a> = dyn FnMut(&[u8]) -> Result<()> + 'a;

/// How a file is downloaded.
#[derive(Clone, Debug, Default)]
pub struct DownloadOptions {
    /// The password, if the package needs one.
    pub password: Option<SecretString>,
    /// What to do if the target exists.
    pub existing: Existing,
    /// Whether the disk has to have the file before the call returns: its content before it gets its name, then the
    /// entries of the name and of the directories above it in the tree that is downloaded.
    pub sync: bool,
    /// The directory of a Workspace that holds the file; the root by default.
    pub directory_id: Option<String>,
    /// Whether to refuse a file that has another size than its sender declared. By default it is kept.
    pub strict_size: bool,
    /// How to find out whether a target that exists is the same; used with [`Existing::Skip`] and
    /// [`Existing::Overwrite`]. By the size alone if not set; then [`Existing::Overwrite`] replaces all files, and
    /// [`download`](Package::download) with [`Existing::Skip`] keeps whatever is there.
    pub compare: Compare,
    /// A file in which a download to a path notes what it has written. If the download fails, is stopped or is killed,
    /// the temporary file stays beside the target, and the same call goes on from there, in another process too: what is
    /// there is read and compared, not fetched again. A download of everything does not fetch again what it has
    /// completed either, whatever [`existing`](Self::existing) is, unless the file has changed since. The resume file
    /// is created if it is missing, and removed when nothing is left to go on with.
    pub resume_file: Option<PathBuf>,
}

/// A file that was downloaded.
#[derive(Clone, Debug)]
pub struct Download {
    /// The service's id of the file.
    pub file_id: String,
    /// The name, as its sender gave it.
    pub file_name: String,
    /// Where it was saved, if the target was a path.
    pub path: Option<PathBuf>,
    /// Bytes of plaintext that were received; if the file was skipped, the declared size.
    pub size: u64,
    /// The size that its sender declared, if that is known. It may be wrong.
    pub declared_size: Option<u64>,
    /// Whether the file was skipped, because the target existed.
    pub skipped: bool,
}

impl DownloadOptions {
    /// Compares a file with its target, if there is one, as far as that is possible without the content.
    pub(super) fn judge(&self, file: &File, there: Option<&Metadata>) -> Verdict {
        let Some(there) = there else {
            return Verdict::Differs(Reason::New);
        };
        let replaces = self.existing == Existing::Overwrite;
        if replaces && (self.compare == Compare::Size || !there.is_file()) {
            return Verdict::Differs(Reason::Overwrite);
        }
        let is_same_size = there.is_file() && is_right(there.len(), file);
        match (self.compare).judge(is_same_size, uploaded(file), modified(there)) {
            // Before a file is refused, its content decides: an upload by this user makes the file on the service the
            // newer one, and the size that its sender declared may be wrong.
            Verdict::Differs(Reason::Time) if !replaces => Verdict::Unsure,
            // A size that the service does not know shows nothing.
            Verdict::Same if file.size.is_none() => Verdict::Unsure,
            // With `strict_size`, a file of another size would not have been kept.
            Verdict::Differs(Reason::Size)
                if !replaces
                    && there.is_file()
                    && (self.compare == Compare::Content || !self.strict_size) =>
            {
                Verdict::Unsure
            }
            verdict => verdict,
        }
    }

    /// Opens the resume file, if there is one.
    pub(super) fn open_resume_file(&self) -> Result<Option<Arc<ResumeFile>>> {
        self.resume_file
            .as_deref()
            .map(ResumeFile::open)
            .transpose()
    }
}

/// The remedy where something stands in the way that no option overwrites.
pub(super) const MOVE_AWAY: &str = "move it away, or choose another directory";

/// The error for a target that is another file, or the same with a wrong declared size: the message has both sizes, for
/// a person to decide. Nothing is written over what is no file.
pub(super) fn other_file(target: &Path, file: &File) -> Error {
    let there = target.symlink_metadata();
    let remedy = match there.as_ref().is_ok_and(Metadata::is_file) {
        true => "choose another directory, or set existing to overwrite",
        false => MOVE_AWAY,
    };
    let size = match there {
        Ok(there) if !is_right(there.len(), file) && there.is_file() => format!(
            "with {} bytes where {} are declared",
            there.len(),
            file.size.unwrap_or(0)
        ),
        Ok(there) if there.is_file() => "with another content".into(),
        _ => "and is no file".into(),
    };
    let message = format!("{}: exists already, {size}", target.display());
    Error::new(ErrorKind::FileExists, message).with_remedy(remedy)
}

/// Whether a local file of this size may be the one on the package.
pub(super) fn is_right(size: u64, file: &File) -> bool {
    file.size.is_none_or(|declared| declared == size)
}

impl Package {
    /// Downloads one file and decrypts it (`protocol` 5.3, 5.4). Each part is verified before any byte of it is
    /// written.
    ///
    /// The target gets its name only when the file is complete. It has the mode of the file that it replaces, or that
    /// of a new file. A symbolic link at the target is replaced, not followed.
    ///
    /// # Errors
    /// [`ErrorKind::FileNotOnPackage`], [`ErrorKind::PasswordRequired`], [`ErrorKind::FileExists`],
    /// [`ErrorKind::NotAFile`] for a target that is a directory, device, pipe or socket,
    /// [`ErrorKind::DirectoryNotFound`], [`ErrorKind::DiskFull`], [`ErrorKind::DecryptFailed`],
    /// [`ErrorKind::WrongPart`], [`ErrorKind::SizeMismatch`], [`ErrorKind::Stopped`]; refusals of the service and
    /// errors of the network. After a failure, a path is as it was; memory or a function may have got a part of the
    /// file.
    ///
    /// The declared size is often wrong. A file of another size is kept, and the result has both sizes;
    /// [`strict_size`](DownloadOptions::strict_size) refuses it with [`ErrorKind::SizeMismatch`]. Always refused is a
    /// file whose parts themselves name another size; a download to memory that exceeds the declared size by more than
    /// `max_part_bytes`; and a file that unpacks to more than `max_part_bytes` above both the declared and the sent
    /// size.
    pub fn download(
        &self,
        observer: &mut dyn Observer,
        file_id: &str,
        sink: Sink<'_>,
        options: &DownloadOptions,
    ) -> Result<Download> {
        self.0
            .steps
            .lock()
            .may_download(options.directory_id.is_some())?;
        let (call, notices) = Call::new(self.0.client.threads());
        let (events, from_workers) = unbounded::<SinkEvent<Download>>();
        let target = match &sink {
            Sink::Path(path) => Some(path.clone()),
            Sink::Memory(_) | Sink::Writer(_) => None,
        };
        let in_memory = matches!(sink, Sink::Memory(_));
        let file_id = identifier("file id", file_id)?;
        let mut options = options.clone();
        options.directory_id = directory_identifier(options.directory_id.as_deref())?;
        if options.resume_file.is_some() && target.is_none() {
            let message = "only the download to a path can have a resume file";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let resume_file = options.open_resume_file()?;
        let file = FileDownload {
            resume_file: resume_file.clone(),
            ..FileDownload::new(self, &call, in_memory)
        };
        call::begin(&call, observer)?;
        call.lead(call::Kind::Transfer, move || {
            let to_caller = || Outlet::pushed(events.clone());
            let result = call::guarded(|| file.run(&file_id, target, &options, to_caller));
            let _ = events.send(SinkEvent::Done(result));
        })?;
        let mut write: Box<WriteFn<'_>> = match sink {
            Sink::Path(_) => Box::new(|_| Ok(())),
            Sink::Memory(memory) => Box::new(|data| {
                memory
                    .try_reserve(data.len())
                    .map_err(|_| Error::out_of_memory(data.len()))?;
                memory.extend_from_slice(data);
                Ok(())
            }),
            Sink::Writer(writer) => Box::new(writer),
        };
        let mut downloaded = None;
        let result = call::attend(
            &call,
            &notices,
            observer,
            &from_workers,
            &mut |event, reports| match event {
                SinkEvent::Write(piece) => {
                    let plaintext = &piece.buffer[piece.plaintext];
                    let mut pieces = plaintext.chunks(AT_ONCE);
                    let written = pieces.try_for_each(|piece| {
                        write(piece)?;
                        reports.catch_up()
                    });
                    match written {
                        Ok(()) => {
                            let _ = piece.written.send(piece.buffer);
                            None
                        }
                        Err(error) => Some(Err(error)),
                    }
                }
                SinkEvent::Done(result) => Some(result.map(|download| downloaded = Some(download))),
            },
        );
        // Workers that are about to end may still hold it.
        if let Some(file) = resume_file {
            file.close();
        }
        result?;
        downloaded.ok_or_else(call::died)
    }
}

/// The download of one file, as its leading worker runs it.
struct FileDownload {
    inner: Arc<Inner>,
    session: Arc<Session>,
    in_memory: bool,
    resume_file: Option<Arc<ResumeFile>>,
}

impl FileDownload {
    fn new(package: &Package, call: &Arc<Call>, in_memory: bool) -> Self {
        let inner = Arc::clone(&package.0);
        let session = Arc::new(inner.client.session(call));
        Self {
            inner,
            session,
            in_memory,
            resume_file: None,
        }
    }

    fn run(
        &self,
        file_id: &str,
        target: Option<PathBuf>,
        options: &DownloadOptions,
        to_caller: impl FnOnce() -> Outlet,
    ) -> Result<Download> {
        let directory = options.directory_id.as_deref();
        let file = self.inner.find_file(&self.session, file_id, directory);
        let file = file.inspect_err(|error| {
            if let (Some(resume_file), Some(target)) = (&self.resume_file, &target) {
                let entry = self.inner.download_entry(resume_file, file_id, directory);
                // Only its directory matters.
                let inside = target.is_dir().then(|| target.join("_"));
                give_up_after(error, &entry, inside.as_deref().unwrap_or(target));
            }
        })?;
        self.session.call.set_total(file.size, file.least_parts());
        match target {
            // A slash at the end would make the rename fail after everything has arrived.
            Some(path) if path.is_dir() || names_a_directory(&path) => {
                os::require_directory(&path, os::CREATE_FIRST)?;
                let target = path.join(safe_name(&file.file_name));
                self.to_file(file, target, options)
            }
            Some(target) => self.to_file(file, target, options),
            None => {
                let to_caller = |_: &FileToFetch| Ok(to_caller());
                let (size, _) = self.fetch(&file, to_caller, options)?;
                Ok(downloaded(file, None, Some(size)))
            }
        }
    }

    /// Downloads into a file, unless it exists and is to be left alone.
    fn to_file(&self, file: File, target: PathBuf, options: &DownloadOptions) -> Result<Download> {
        let finished = (self.inner).finished_before(
            &self.session,
            &file,
            &target,
            options,
            self.resume_file.as_ref(),
        )?;
        if finished.is_some() {
            return Ok(downloaded(file, Some(target), finished));
        }
        match options.existing {
            Existing::Refuse => refuse_existing(&target)?,
            Existing::Skip | Existing::Overwrite => {
                if self.is_there(&file, &target, options)? {
                    if let Some(resume_file) = &self.resume_file {
                        let directory = options.directory_id.as_deref();
                        let entry =
                            self.inner
                                .download_entry(resume_file, &file.file_id, directory);
                        give_up(&entry, &target)?;
                    }
                    let parts = file.least_parts();
                    self.session.call.parts_done(parts, file.size.unwrap_or(0));
                    return Ok(downloaded(file, Some(target), None));
                }
            }
        }
        os::remove_left_beside(&target);
        let resume_file = self.resume_file.as_ref();
        let outlet = |download: &FileToFetch| {
            self.inner
                .outlet(download, &file, &target, options, resume_file)
        };
        let (size, finished) = self.fetch(&file, outlet, options)?;
        if let Some(resume_file) = resume_file {
            let directory = options.directory_id.as_deref();
            let entry = (self.inner).download_entry(resume_file, &file.file_id, directory);
            log_failure(&self.session.call, entry.end());
        }
        let received = (finished == Finished::Written).then_some(size);
        Ok(downloaded(file, Some(target), received))
    }

    /// Whether the target is the file, so that nothing has to be fetched. Fails if it is another one that is to be kept.
    fn is_there(&self, file: &File, target: &Path, options: &DownloadOptions) -> Result<bool> {
        let there = target.symlink_metadata().ok();
        if options.existing == Existing::Skip && options.compare == Compare::Size {
            return Ok(there.is_some());
        }
        let is_same = match options.judge(file, there.as_ref()) {
            Verdict::Same => true,
            Verdict::Differs(_) => false,
            Verdict::Unsure => {
                let (call, directory_id) = (&self.session.call, options.directory_id.clone());
                (self.inner).is_same_content(call, target, file, directory_id, options)?
            }
        };
        match is_same || there.is_none() || options.existing == Existing::Overwrite {
            true => Ok(is_same),
            false => Err(other_file(target, file)),
        }
    }

    fn fetch(
        &self,
        file: &File,
        outlet: impl FnOnce(&FileToFetch) -> Result<Outlet>,
        options: &DownloadOptions,
    ) -> Result<(u64, Finished)> {
        let directory_id = options.directory_id.clone();
        let download = self
            .inner
            .file_to_fetch(&self.session, file, directory_id, options)?;
        let download = FileToFetch {
            in_memory: self.in_memory,
            ..download
        };
        let outlet = outlet(&download)?;
        let (size, finished) = self
            .inner
            .fetch_file(file, download, outlet)
            .map_err(|error| {
                error.context(format_args!("download of {}", safe_name(&file.file_name)))
            })?;
        if file.size.is_none() {
            self.session.call.set_bytes_total(size);
        }
        Ok((size, finished))
    }
}

/// The result for a file: received with this many bytes, or skipped.
fn downloaded(file: File, path: Option<PathBuf>, received: Option<u64>) -> Download {
    Download {
        path,
        size: received.or(file.size).unwrap_or(0),
        declared_size: file.size,
        skipped: received.is_none(),
        file_id: file.file_id,
        file_name: file.file_name,
    }
}

/// Whether a path ends like that of a directory.
fn names_a_directory(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.last()
        .is_some_and(|last| std::path::is_separator(char::from(*last)))
}

pub(super) fn refuse_existing(target: &Path) -> Result<()> {
    match target.symlink_metadata() {
        Ok(_) => Err(Error::new(
            ErrorKind::FileExists,
            format!("{}: exists already", target.display()),
        )),
        Err(_) => Ok(()),
    }
}

impl Inner {
    /// How much room a file will need, as far as that is known. A sender may declare any size, but no part unpacks to
    /// more than the limit.
    pub(super) fn room_for(&self, file: &File) -> u64 {
        let limit = self.client.options().max_part_bytes;
        let most = file
            .parts
            .map(|parts| u64::from(parts).saturating_mul(limit));
        file.size.zip(most).map_or(0, |(size, most)| size.min(most))
    }

    /// The download of this file, in a resume file.
    pub(super) fn download_entry(
        &self,
        resume_file: &Arc<ResumeFile>,
        file_id: &str,
        directory: Option<&str>,
    ) -> Entry {
        let directory = directory.unwrap_or_default();
        let about = [self.client.host(), &self.package_id, directory, file_id];
        resume_file.entry(Direction::Download, &about)
    }

    /// How many bytes a file has that an earlier call has finished, but not noted as finished. Then that is noted now.
    pub(super) fn finished_before(
        &self,
        session: &Arc<Session>,
        file: &File,
        target: &Path,
        options: &DownloadOptions,
        resume_file: Option<&Arc<ResumeFile>>,
    ) -> Result<Option<u64>> {
        let directory = options.directory_id.as_deref();
        let entry = resume_file
            .map(|resume_file| self.download_entry(resume_file, &file.file_id, directory));
        let Some(entry) = entry.filter(|entry| entry.begun().is_some()) else {
            return Ok(None);
        };
        let one = self.file_to_fetch(session, file, options.directory_id.clone(), options)?;
        let finished = finished_before(&one, file.version, &entry, target)?;
        if finished.is_some() {
            if options.sync {
                os::sync_entry(target)?;
            }
            entry.end()?;
        }
        Ok(finished)
    }

    /// The target of a file. Where times are compared, it gets that of its upload. With a resume file it goes on with
    /// what is there; if the service does not count the parts, it does not.
    pub(super) fn outlet(
        &self,
        download: &FileToFetch,
        file: &File,
        target: &Path,
        options: &DownloadOptions,
        resume_file: Option<&Arc<ResumeFile>>,
    ) -> Result<Outlet> {
        let modified = uploaded(file).filter(|_| options.compare == Compare::Time);
        let (existing, room) = (options.existing, self.room_for(file));
        match resume_file.filter(|_| file.parts.is_some()) {
            None => Outlet::file(target, existing, room, modified),
            Some(resume_file) => {
                let directory = download.directory_id.as_deref();
                let entry = self.download_entry(resume_file, &file.file_id, directory);
                let kept = KeptFile::open(download, file.version, entry, target, existing, None)?;
                Outlet::kept(kept, room, modified)
            }
        }
    }

    /// Downloads a file, and returns how many bytes it has.
    pub(super) fn fetch_file(
        &self,
        file: &File,
        download: FileToFetch,
        outlet: Outlet,
    ) -> Result<(u64, Finished)> {
        let session = Arc::clone(&download.session);
        let (size, finished) = download::run(download, outlet)?;
        if file.parts.is_some() || size > 0 {
            self.secrets()?.evidence.file_opened(&file.file_id);
        }
        if let Some(declared) = file.size.filter(|declared| *declared != size) {
            session.call.log(format!(
                "{}: {size} bytes were received, {declared} were declared",
                file.file_name
            ));
        }
        Ok((size, finished))
    }

    /// Whether a local file has the content of one on the service: by the digest that an earlier comparison has left, or
    /// else by a download of which nothing is kept.
    pub(super) fn is_same_content(
        self: &Arc<Self>,
        whole: &Arc<Call>,
        local: &Path,
        file: &File,
        directory_id: Option<String>,
        options: &DownloadOptions,
    ) -> Result<bool> {
        let part = Call::beside(whole, Phase::Preparing);
        let source = SourceFile::open(local, false, false)?;
        let evidence = &self.secrets()?.evidence;
        if let Some(known) = evidence.digest_of(&file.file_id) {
            return Ok(digest(&part.call, &source)? == known);
        }
        let session = Arc::new(self.client.session(&part.call));
        let file = self.with_parts(&session, file.clone(), directory_id.as_deref())?;
        let download = self.listed_file_to_fetch(&session, &file, directory_id, options)?;
        let (comparison, outcome) = Comparison::new(source);
        let outlet = Outlet::Compared(Box::new(comparison));
        let digest = outcome.of(self.fetch_file(&file, download, outlet))?;
        if let Some(digest) = digest {
            evidence.digest_found(&file.file_id, digest);
        }
        Ok(digest.is_some())
    }

    /// As [`is_same_content`](Self::is_same_content), for a file here that may be quite another one: it is, if the
    /// comparison fails.
    pub(super) fn is_surely_same(
        self: &Arc<Self>,
        whole: &Arc<Call>,
        local: &Path,
        file: &File,
        directory_id: Option<String>,
        options: &DownloadOptions,
    ) -> Result<bool> {
        match self.is_same_content(whole, local, file, directory_id, options) {
            Err(error) if ends_all(&error) || whole.is_stopped() => Err(error),
            compared => Ok(compared.unwrap_or(false)),
        }
    }

    /// Whether a file on the service comes from an upload of the local one, which is found by a name that may be that
    /// of another: it has the same content, or is not complete yet.
    pub(super) fn is_of_upload(
        self: &Arc<Self>,
        session: &Session,
        local: &Path,
        file: &File,
        directory_id: Option<&str>,
    ) -> Result<bool> {
        let (call, options) = (&session.call, DownloadOptions::default());
        let id = directory_id.map(str::to_owned);
        if self.is_surely_same(call, local, file, id, &options)? {
            return Ok(true);
        }
        match self.is_complete(session, &file.file_id, directory_id) {
            Err(error) if ends_all(&error) || call.is_stopped() => Err(error),
            is_complete => Ok(!is_complete.unwrap_or(true)),
        }
    }

    /// As [`file_to_fetch`](Self::file_to_fetch), for a file of a listing. A listing does not show which files were
    /// copied in: one that does not decrypt may be such a file.
    pub(super) fn listed_file_to_fetch(
        self: &Arc<Self>,
        session: &Arc<Session>,
        file: &File,
        directory_id: Option<String>,
        options: &DownloadOptions,
    ) -> Result<FileToFetch> {
        let mut one = self.file_to_fetch(session, file, directory_id.clone(), options)?;
        if self.steps.lock().is_workspace() {
            let inner = Arc::clone(self);
            let (session, file) = (Arc::clone(session), file.clone());
            one.ask_passphrase = Some(Box::new(move || {
                let directory = directory_id.as_deref();
                let file = inner.file_information(&session, &file.file_id, directory)?;
                file.file_key
                    .is_some()
                    .then(|| inner.passphrase_of(&session, &file))
                    .transpose()
            }));
        }
        Ok(one)
    }

    /// Collects what the workers of a download need. A file that was copied in has its own passphrase.
    pub(super) fn file_to_fetch(
        &self,
        session: &Arc<Session>,
        file: &File,
        directory_id: Option<String>,
        options: &DownloadOptions,
    ) -> Result<FileToFetch> {
        let secrets = self.secrets()?;
        let passphrase = self.passphrase_of(session, file)?;
        let client = &self.client;
        Ok(FileToFetch {
            session: Arc::clone(session),
            budget: Arc::clone(client.budget()),
            package: self.path_name_to_read(session)?.to_owned(),
            file_id: file.file_id.clone(),
            directory_id,
            checksum: secrets.checksum.clone(),
            password: options.password.clone(),
            passphrase,
            ask_passphrase: None,
            declared_size: file.size,
            strict_size: options.strict_size,
            in_memory: false,
            parts: file.parts,
            least_parts: file.least_parts(),
            flight: client.flight(),
            max_part_bytes: client.options().max_part_bytes,
            force_api_route: client.options().force_api_route,
            sync: options.sync,
        })
    }
}
