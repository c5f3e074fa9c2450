//! Uploading a file: from a path, from memory, or from a function (`protocol` 4.2 to 4.4).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::unbounded;

use super::created_files::{Created, Witness};
use super::resume::{Before, goes_on};
use super::{Inner, Package};
use crate::call::{self, Call, Observer, Phase};
use crate::check::{directory_identifier, name_to_send};
use crate::crypto::PartBuffer;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::record::File;
use crate::transfer::budget::Lease;
use crate::transfer::plan::Plan;
use crate::transfer::resume::{Entry, ResumeFile, log_failure};
use crate::transfer::source::{Feed, Filled, Filler, Puller, SourceEvent, SourceFile, spool};
use crate::transfer::upload::{self, FileToSend, Resume};

/// Where the bytes of an upload come from.
pub enum Source<'a> {
    /// A regular file, which must not change during the upload. One whose size is not that of its content, such as those
    /// of `/proc`, is sent like a reader of unknown size.
    Path(PathBuf),
    /// Bytes in memory.
    Memory {
        /// The name that recipients see.
        name: String,
        /// The bytes.
        data: &'a [u8],
    },
    /// A function that fills a buffer and returns how many bytes it has written; 0 ends the file. It runs on the
    /// calling thread only.
    Reader {
        /// The name that recipients see.
        name: String,
        /// The number of bytes. `None` if it is not known: then the encrypted parts are kept first, in a temporary
        /// file unless they are small.
        size: Option<u64>,
        /// The function.
        reader: &'a mut dyn FnMut(&mut [u8]) -> Result<usize>,
    },
}

/// Fills a buffer and returns how many bytes it has written, 0 at the end.
type ReadFn<'a> = dyn FnMut(&mut [u8]) -> Result<usize> + 'a;

/// How a file is uploaded.
#[derive(Clone, Debug, Default)]
pub struct UploadOptions {
    /// The name that recipients see, in place of the source's.
    pub file_name: Option<String>,
    /// The target directory in a Workspace; the root by default.
    pub directory_id: Option<String>,
    /// Whether characters that a name may not have are replaced by `_`; by default such a name is refused.
    pub replace_characters: bool,
    /// Whether a file to which another program appends meanwhile is sent as long as it is at the start; by default the
    /// upload fails.
    pub allow_growth: bool,
    /// A file in which the upload of a path notes what it has sent. If the upload fails, is stopped or is killed, the
    /// same call goes on from there, in another process too; the parts that are stored are only read and compared.
    /// If size or time of the source have changed since, the upload begins anew.
    /// The file is created if it is missing, and removed when nothing is left to go on with.
    pub resume_file: Option<PathBuf>,
}

impl Package {
    /// Encrypts a file and uploads it. Several uploads may run at once, on different threads.
    ///
    /// If an upload fails or is stopped, its file is removed again; with a resume file, only if the service has refused
    /// it. A file that is complete nevertheless stays in a Workspace, as the current version, and so does one that may
    /// become complete yet because a response was lost; if it does not, a later sync or tree upload removes it.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another transfer uses the resume file; [`ErrorKind::InvalidArgument`] if it is none;
    /// [`ErrorKind::AlreadyFinalized`], [`ErrorKind::MalformedFileName`], [`ErrorKind::FileTooLarge`] and errors of
    /// the source before anything is sent; [`ErrorKind::TooManyFiles`] before the file is created;
    /// [`ErrorKind::FileChanged`]; [`ErrorKind::Stopped`]; refusals of the service and errors of the network.
    pub fn upload(
        &self,
        observer: &mut dyn Observer,
        source: Source<'_>,
        options: &UploadOptions,
    ) -> Result<File> {
        let inner = &self.0;
        let part_size = inner.client.options().part_size;
        inner
            .steps
            .lock()
            .begin_upload(options.directory_id.is_some())?;
        let running = Running(Arc::clone(inner));
        let directory_id = directory_identifier(options.directory_id.as_deref())?;
        let is_path = matches!(source, Source::Path(_));
        let Prepared {
            name,
            size,
            file,
            mut read,
            starts_again,
        } = Prepared::new(source, options)?;
        let plan = size.map(|size| Plan::new(size, part_size)).transpose()?;
        let resume_file = match &options.resume_file {
            Some(_) if !is_path => {
                let message = "only the upload of a path can go on later, by a resume file";
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            Some(path) => Some(ResumeFile::open(path)?),
            None => None,
        };
        let entry = resume_file
            .as_ref()
            .map(|file| inner.entry(file, &name, directory_id.as_deref()));
        let (call, notices) = Call::new(inner.client.threads());
        call.set_total(size, plan.map_or(0, |plan| plan.parts));
        let (events, from_workers) = unbounded();
        let file_upload = FileUpload {
            inner: Arc::clone(inner),
            call: Arc::clone(&call),
            name: name.clone(),
            directory_id,
            plan,
            reading: match file {
                Some(file) => Reading::Workers(file),
                None => Reading::Caller(Puller::new(events.clone(), starts_again)),
            },
            created: Arc::default(),
            entry: entry.clone(),
        };
        let created = Arc::clone(&file_upload.created);
        call::begin(&call, observer)
            .map_err(|error| error.context(format_args!("upload of {name}")))?;
        call.lead(call::Kind::Transfer, move || {
            let result = call::guarded(|| {
                file_upload.prove_keycode()?;
                file_upload.run()
            });
            let _ = events.send(SourceEvent::Done(result));
        })?;
        let mut filler = Filler::new(&mut read, plan, part_size);
        let mut uploaded = None;
        let result = call::attend(
            &call,
            &notices,
            observer,
            &from_workers,
            &mut |event, reports| match event {
                SourceEvent::Fill(request) => {
                    let between = &mut || reports.catch_up();
                    filler.serve(request, between).err().map(Err)
                }
                SourceEvent::Done(result) => Some(result.map(|file| uploaded = Some(file))),
            },
        );
        drop(running);
        if let (Ok(()), Some(entry)) = (&result, &entry) {
            log_failure(&call, entry.end());
        }
        let goes_on_later = entry.is_some_and(|entry| entry.begun().is_some());
        // Workers that are about to end may still hold it.
        if let Some(file) = resume_file {
            file.close();
        }
        match result {
            Ok(()) => uploaded.ok_or_else(call::died),
            Err(error) => {
                match created.lock().take() {
                    Some(created) if goes_on_later => {
                        inner.steps.lock().left_incomplete(created);
                    }
                    Some(created) => self.discard(created, options.directory_id.clone()),
                    None => {}
                }
                Err(error.context(format_args!("upload of {name}")))
            }
        }
    }

    /// The number of uploads into the package that run now, on any thread of this process. Finalize does not wait for
    /// them.
    pub fn running_uploads(&self) -> usize {
        self.0.steps.lock().running_uploads()
    }

    /// Removes the file of a failed upload now; if that fails, finalize tries it again.
    fn discard(&self, created: Created, directory_id: Option<String>) {
        let file_id = created.file_id.clone();
        self.0.steps.lock().left_incomplete(created);
        self.clean_up(move |inner, session| {
            let _ = inner.remove_failed(session, &file_id, directory_id);
        });
    }
}

/// An upload counts as running until this is dropped.
pub(super) struct Running(pub(super) Arc<Inner>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.steps.lock().end_upload();
    }
}

/// A source that was opened: its name, and its size if that can be known.
struct Prepared<'a> {
    name: String,
    size: Option<u64>,
    /// The file, if the workers read it themselves.
    file: Option<SourceFile>,
    /// Reads any other source, on the calling thread.
    read: Box<ReadFn<'a>>,
    /// Whether `read` starts again after the last byte.
    starts_again: bool,
}

impl<'a> Prepared<'a> {
    fn new(source: Source<'a>, options: &UploadOptions) -> Result<Self> {
        let mut prepared = match source {
            Source::Path(path) => {
                let file = SourceFile::open(&path, true, options.allow_growth)?;
                let name = path
                    .file_name()
                    .map(|name| name.to_str().map(str::to_owned));
                let name = match (&options.file_name, name) {
                    (Some(name), _) => name.clone(),
                    (None, Some(Some(name))) => name,
                    _ => {
                        let message = "the file has no name that is valid UTF-8";
                        return Err(Error::new(ErrorKind::MalformedFileName, message)
                            .with_remedy("give a file_name in the options"));
                    }
                };
                Self {
                    name,
                    size: file.size(),
                    file: Some(file),
                    read: Box::new(|_| Ok(0)),
                    starts_again: false,
                }
            }
            Source::Memory { name, data } => {
                let mut rest = data;
                let read = move |buffer: &mut [u8]| {
                    if rest.is_empty() {
                        rest = data;
                    }
                    let length = rest.len().min(buffer.len());
                    buffer[..length].copy_from_slice(&rest[..length]);
                    rest = &rest[length..];
                    Ok(length)
                };
                let name = options.file_name.clone().unwrap_or(name);
                Self {
                    name,
                    size: Some(data.len() as u64),
                    file: None,
                    read: Box::new(read),
                    starts_again: true,
                }
            }
            Source::Reader { name, size, reader } => {
                let name = options.file_name.clone().unwrap_or(name);
                Self {
                    name,
                    size,
                    file: None,
                    read: Box::new(reader),
                    starts_again: false,
                }
            }
        };
        prepared.name = name_to_send(&prepared.name, options.replace_characters)?;
        Ok(prepared)
    }
}

/// Which thread reads a source.
pub(super) enum Reading {
    /// The workers.
    Workers(SourceFile),
    /// The thread that made the call.
    Caller(Puller),
}

/// The upload of one file, as its leading worker runs it.
pub(super) struct FileUpload {
    pub(super) inner: Arc<Inner>,
    pub(super) call: Arc<Call>,
    pub(super) name: String,
    pub(super) directory_id: Option<String>,
    pub(super) plan: Option<Plan>,
    pub(super) reading: Reading,
    /// The file once it exists on the service.
    pub(super) created: Arc<Mutex<Option<Created>>>,
    /// Where the upload is noted, if it may go on later.
    pub(super) entry: Option<Entry>,
}

impl FileUpload {
    /// Before the upload of a single file. `upload_all` does this once for all files.
    fn prove_keycode(&self) -> Result<()> {
        let session = Arc::new(self.inner.client.session(&self.call));
        self.inner.prove_keycode(&session)
    }

    /// Uploads the file. What is noted of it stays until the caller has noted that it is through.
    pub(super) fn run(self) -> Result<File> {
        let (call, entry) = (Arc::clone(&self.call), self.entry.clone());
        let sent = self.send();
        if let (Err(error), Some(entry)) = (&sent, entry)
            && !goes_on(error)
        {
            log_failure(&call, entry.end());
        }
        sent
    }

    fn send(self) -> Result<File> {
        let client = &self.inner.client;
        let secrets = self.inner.secrets()?;
        let session = Arc::new(client.session(&self.call));
        let part_size = client.options().part_size;
        let spool = |next_part: &mut dyn FnMut(&Lease, PartBuffer) -> Result<Filled>| {
            let (passphrase, budget) = (&secrets.passphrase, client.budget());
            spool(&session, budget, next_part, passphrase, part_size)
                .map(|(spool, plan)| (Feed::Spool(spool), plan))
        };
        let (feed, plan) = match (self.reading, self.plan) {
            (Reading::Workers(file), plan) => match (plan, file.size()) {
                (Some(plan), _) => (Feed::File(file), plan),
                (None, Some(size)) => (Feed::File(file), Plan::new(size, part_size)?),
                (None, None) => {
                    let mut read = |buffer: &mut [u8]| file.read_on(buffer);
                    let mut filler = Filler::new(&mut read, None, part_size);
                    let (feed, plan) =
                        spool(&mut |_, buffer| filler.fill(buffer, &mut || self.call.check()))?;
                    // A call about many files has counted it as one empty part.
                    self.call.correct_total(0, plan.size);
                    self.call.more_parts(plan.parts.saturating_sub(1));
                    (feed, plan)
                }
            },
            (Reading::Caller(puller), Some(plan)) => (Feed::Pulled(puller), plan),
            (Reading::Caller(puller), None) => {
                spool(&mut |memory, buffer| puller.pull(&self.call, memory, buffer))?
            }
        };
        self.call.set_total(Some(plan.size), plan.parts);
        self.call.set_phase(Phase::Preparing);
        let directory = self.directory_id.as_deref();
        let mut file = File {
            file_id: String::new(),
            file_name: self.name.clone(),
            size: Some(plan.size),
            parts: Some(plan.parts),
            may_be_empty: plan.size == 0,
            uploaded: None,
            version: None,
            created_by: None,
            created_by_id: None,
            old_versions: Vec::new(),
            file_key: None,
        };
        // What is encrypted already cannot be compared with what was sent.
        let entry = self.entry.filter(|_| matches!(feed, Feed::File(_)));
        let before = match (&entry, &feed) {
            (Some(entry), Feed::File(source)) => self
                .inner
                .sent_before(&session, entry, &self.name, plan, directory, source)?,
            _ => Before::Nothing,
        };
        let begun = Instant::now();
        let (created, stored) = match before {
            Before::All(file_id) => {
                self.call.parts_done(plan.parts, plan.size);
                file.file_id = file_id;
                let mut steps = self.inner.steps.lock();
                steps.file_uploaded(&file, self.directory_id.is_none(), None);
                return Ok(file);
            }
            Before::Parts(created, stored) => (created, Some(stored)),
            Before::Nothing => {
                let (inner, name) = (&self.inner, &self.name);
                let created = match (&entry, &feed) {
                    (Some(entry), Feed::File(source)) => {
                        inner.begin(&session, entry, name, plan, directory, source)?
                    }
                    _ => inner.create_file(&session, name, plan, directory)?,
                };
                (created, None)
            }
        };
        let is_new = stored.is_none();
        let resume = entry.map(|entry| Resume {
            entry,
            stored: stored.unwrap_or_default(),
        });
        let (file_id, completion) = (created.file_id.clone(), Arc::clone(&created.completion));
        secrets.evidence.file_made(&file_id);
        *self.created.lock() = Some(created);
        // After a stop, the calling thread may have returned already without removing this file.
        if self.call.is_stopped()
            && let Some(left) = self.created.lock().take()
        {
            self.inner.steps.lock().left_incomplete(left);
        }
        upload::run(FileToSend {
            session: Arc::clone(&session),
            budget: Arc::clone(client.budget()),
            lanes: Arc::clone(client.lanes()),
            package_id: self.inner.path_name.clone(),
            file_id: file_id.clone(),
            directory_id: self.directory_id.clone(),
            passphrase: secrets.passphrase.clone(),
            plan,
            feed,
            flight: client.flight(),
            force_api_route: client.options().force_api_route,
            resume,
            completion,
        })?;
        if let Some(created) = self.created.lock().as_mut() {
            created.release();
        }
        file.file_id.clone_from(&file_id);
        let witness = is_new.then(|| Witness {
            file_id,
            created: begun,
            complete: Instant::now(),
        });
        let mut steps = self.inner.steps.lock();
        steps.file_uploaded(&file, self.directory_id.is_none(), witness);
        Ok(file)
    }
}
