//! The keycode of a package for trusted devices: encrypted to each public key, and stored (`protocol` 3.7, 4.6).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Inner, Package};
use crate::api::{Session, endpoint};
use crate::call::{Observer, WORKER_GRACE};
use crate::check::identifier;
use crate::crypto::{Keycode, encrypt_keycode, is_outdated};
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::record::PublicKey;
use crate::transfer::crew::{self, Worker};

/// Keycodes that are stored at the same time: a package may have dozens of public keys.
const MOST_AT_ONCE: usize = 4;

impl Package {
    /// Gets the public keys to which the keycode of the package has to be encrypted: those of all readers and of the
    /// organization, or those of one recipient (`protocol` 4.6).
    ///
    /// # Errors
    /// [`ErrorKind::RecipientNotOnPackage`]; refusals of the service.
    pub fn public_keys(
        &self,
        observer: &mut dyn Observer,
        recipient_id: Option<&str>,
    ) -> Result<Vec<PublicKey>> {
        self.0.steps.lock().may_read()?;
        self.run_for(observer, recipient_id, |inner, session, recipient_id| {
            endpoint::public_keys(session, &inner.path_name, recipient_id)
        })
    }

    /// Encrypts the keycode to these keys and stores the results, for devices that were registered after the package
    /// was finalized. Finalize does the same, and so does adding recipients to a Workspace or a finalized package.
    ///
    /// A key that cannot be used, or for which the service refuses the keycode, is skipped with a line in the log.
    ///
    /// # Errors
    /// [`ErrorKind::KeycodeUnknown`]; [`ErrorKind::WrongKeycode`], [`ErrorKind::KeycodeNotProved`]; as
    /// [`public_keys`](Self::public_keys); the first refusal, if the service refuses the keycode for every key; a
    /// refusal that concerns the user or the package.
    pub fn upload_keycodes(
        &self,
        observer: &mut dyn Observer,
        recipient_id: Option<&str>,
    ) -> Result<()> {
        self.0.steps.lock().may_decrypt()?;
        self.run_for(observer, recipient_id, |inner, session, recipient_id| {
            inner.prove_keycode_to_hand_on(session)?;
            inner.upload_keycodes(session, recipient_id)
        })
    }

    /// Runs a call for all recipients, or for one, who has to be on the package.
    fn run_for<T: Send + 'static>(
        &self,
        observer: &mut dyn Observer,
        recipient_id: Option<&str>,
        work: impl FnOnce(&Inner, &Arc<Session>, Option<&str>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let recipient_id = recipient_id
            .map(|id| identifier("recipient id", id))
            .transpose()?;
        self.run(observer, move |inner, session| {
            if let Some(recipient_id) = &recipient_id {
                inner.must_have_recipient(session, recipient_id)?;
            }
            work(inner, session, recipient_id.as_deref())
        })
    }
}

impl Inner {
    /// Encrypts the keycode to each public key of the package, or of one recipient, and stores the results. A key that
    /// cannot be used, or for which the service refuses the keycode, is skipped with a line in the log: only that
    /// device goes without the keycode.
    ///
    /// # Errors
    /// The first refusal, if no key has got the keycode; a refusal that concerns the user or the package; errors of the
    /// network.
    pub(super) fn upload_keycodes(
        &self,
        session: &Arc<Session>,
        recipient: Option<&str>,
    ) -> Result<()> {
        self.upload_keycodes_besides(&mut BTreeSet::new(), session, recipient)
    }

    /// The same, without the keys that were tried before; `tried` gets the ids of these keys.
    pub(super) fn upload_keycodes_besides(
        &self,
        tried: &mut BTreeSet<String>,
        session: &Arc<Session>,
        recipient: Option<&str>,
    ) -> Result<()> {
        let mut keys = endpoint::public_keys(session, &self.path_name, recipient)?;
        keys.retain(|key| tried.insert(key.public_key_id.clone()));
        let workers = MOST_AT_ONCE.min(self.client.at_once()).min(keys.len());
        let round = Arc::new(Round {
            session: Arc::clone(session),
            package: self.path_name.clone(),
            keycode: self.secrets()?.keycode.clone(),
            keys,
            next: AtomicUsize::new(0),
            stored: AtomicUsize::new(0),
            refusal: Mutex::new(None),
        });
        let shared = Arc::clone(&round);
        let workers = move || workers;
        crew::run(&session.call, workers, WORKER_GRACE, move |worker| {
            shared.work(worker)
        })?;
        round.result()
    }
}

/// Whether a failure concerns one key only, so that the next one may succeed.
fn is_of_one_key(error: &Error) -> bool {
    error.server_code().is_some()
        && !error.concerns_caller()
        && error.kind() != ErrorKind::UnknownPackage
}

/// The keycode of a package, and the public keys to which it is being encrypted.
struct Round {
    session: Arc<Session>,
    package: String,
    keycode: Keycode,
    keys: Vec<PublicKey>,
    next: AtomicUsize,
    stored: AtomicUsize,
    /// The first refusal by the service.
    refusal: Mutex<Option<Error>>,
}

impl Round {
    /// The work of one worker: one key after the other.
    fn work(&self, worker: &Worker<'_>) -> Result<()> {
        while self.next.load(Ordering::Relaxed) < self.keys.len() && worker.goes_on() {
            if let Some(key) = self.keys.get(self.next.fetch_add(1, Ordering::Relaxed)) {
                self.give_to(key)?;
            }
        }
        Ok(())
    }

    /// Fails only if the next key would fail in the same way.
    fn give_to(&self, key: &PublicKey) -> Result<()> {
        let session = &self.session;
        session.call.check()?;
        let encrypted = match encrypt_keycode(&self.keycode, &key.public_key) {
            Ok(encrypted) => encrypted,
            Err(error) => {
                endpoint::skip_key(&session.call, &key.public_key_id, &error);
                return Ok(());
            }
        };
        if is_outdated(&key.public_key) {
            let id = &key.public_key_id;
            session.call.log(format!(
                "public key {id} has expired or was revoked; the keycode is encrypted to it all the same"
            ));
        }
        match endpoint::set_keycode(session, &self.package, &key.public_key_id, &encrypted) {
            Ok(_) => {
                self.stored.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(refusal) if is_of_one_key(&refusal) => {
                endpoint::skip_key(&session.call, &key.public_key_id, &refusal);
                self.refusal.lock().get_or_insert(refusal);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn result(&self) -> Result<()> {
        match self.refusal.lock().take() {
            Some(refusal) if self.stored.load(Ordering::Relaxed) == 0 => {
                let keys = self.keys.len();
                Err(refusal.context(format_args!("none of {keys} public keys took the keycode")))
            }
            _ => Ok(()),
        }
    }
}
