//! The uploads of a call about many files: each removes its file if it fails, and a stop leaves none behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::created_files::Created;
use super::upload::{FileUpload, Reading};
use super::{Inner, Package};
use crate::call::{Call, Phase};
use crate::error::Result;
use crate::os::lock::Mutex;
use crate::record::File;
use crate::transfer::resume::Entry;
use crate::transfer::source::SourceFile;

/// The uploads that are running.
#[derive(Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<Uploads>>);

#[derive(Default)]
struct Uploads {
    last: u64,
    running: BTreeMap<u64, Running>,
}

/// An upload that is running; `created` is set once the file exists on the service.
struct Running {
    created: Arc<Mutex<Option<Created>>>,
    directory_id: Option<String>,
    entry: Option<Entry>,
}

impl UnderWay {
    /// Uploads one file. `name` is the one that it gets. What `entry` has of it stays until the caller has noted that it
    /// is through.
    pub(super) fn send(
        &self,
        inner: &Arc<Inner>,
        whole: &Arc<Call>,
        source: SourceFile,
        name: String,
        directory_id: Option<String>,
        entry: Option<Entry>,
    ) -> Result<File> {
        let created = Arc::new(Mutex::new(None));
        let running = Running {
            created: Arc::clone(&created),
            directory_id: directory_id.clone(),
            entry: entry.clone(),
        };
        let mut uploads = self.0.lock();
        uploads.last += 1;
        let number = uploads.last;
        uploads.running.insert(number, running);
        drop(uploads);
        let part = Call::part_of(whole, Phase::Transferring);
        let file_upload = FileUpload {
            inner: Arc::clone(inner),
            call: Arc::clone(&part.call),
            name,
            directory_id,
            plan: None,
            reading: Reading::Workers(source),
            created,
            entry,
        };
        let sent = file_upload.run();
        // After a stop the calling thread removes the file.
        if sent.is_ok() || !whole.is_stopped() {
            let ended = self.0.lock().running.remove(&number);
            if sent.is_err()
                && let Some(left) = ended
            {
                left.remove(inner, whole);
            }
        }
        sent
    }
}

impl Running {
    /// Whether the file stays, because the same call goes on with it.
    fn goes_on_later(&self) -> bool {
        self.entry
            .as_ref()
            .is_some_and(|entry| entry.begun().is_some())
    }

    /// Removes the file of a failed upload now; if that fails, finalize tries it again.
    fn remove(self, inner: &Inner, whole: &Arc<Call>) {
        let Some(created) = self.created.lock().take() else {
            return;
        };
        let id = created.file_id.clone();
        inner.steps.lock().left_incomplete(created);
        if self.goes_on_later() {
            return;
        }
        let part = Call::part_of(whole, Phase::Transferring);
        let session = inner.client.session(&part.call);
        if let Err(error) = inner.remove_failed(&session, &id, self.directory_id) {
            whole.log(format!(
                "a file whose upload failed was not removed: {}",
                error.message()
            ));
        }
    }
}

impl Package {
    /// Removes the files whose uploads did not end.
    pub(super) fn discard_all(&self, under_way: &UnderWay) {
        let mut files = Vec::new();
        for file in std::mem::take(&mut under_way.0.lock().running).into_values() {
            if let Some(created) = file.created.lock().take() {
                if !file.goes_on_later() {
                    files.push((created.file_id.clone(), file.directory_id.clone()));
                }
                self.0.steps.lock().left_incomplete(created);
            }
        }
        if files.is_empty() {
            return;
        }
        self.clean_up(move |inner, session| {
            for (id, directory_id) in files {
                let _ = inner.remove_failed(session, &id, directory_id);
            }
        });
    }
}
