//! Which certificates are trusted: the system's, which a process reads once, and those of the client's own bundle.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use once_cell::sync::OnceCell;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{self, PerProcess};

/// The certificates that one client trusts.
#[derive(Debug)]
pub(super) struct Trust {
    bundle: Vec<CertificateDer<'static>>,
    all: OnceCell<Arc<RootCertStore>>,
}

impl Trust {
    /// Reads the client's bundle.
    pub(super) fn new(bundle: Option<&Path>) -> Result<Self> {
        Ok(Self {
            bundle: bundle.map_or_else(|| Ok(Vec::new()), read_bundle)?,
            all: OnceCell::new(),
        })
    }

    /// The certificates. The first call reads the system's, unless another client has.
    ///
    /// # Errors
    /// `NoTrustStore` if there are none.
    pub(super) fn roots(&self) -> Result<&Arc<RootCertStore>> {
        let roots = self.all.get_or_try_init(|| self.with_system())?;
        match roots.is_empty() {
            true => Err(Error::new(
                ErrorKind::NoTrustStore,
                "this system has no certificates to verify servers with",
            )),
            false => Ok(roots),
        }
    }

    fn with_system(&self) -> Result<Arc<RootCertStore>> {
        let mut roots = of_system()?;
        if !self.bundle.is_empty() {
            Arc::make_mut(&mut roots).add_parsable_certificates(self.bundle.iter().cloned());
        }
        Ok(roots)
    }
}

fn read_bundle(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let bad = || {
        Error::new(
            ErrorKind::InvalidArgument,
            format!("{}: no PEM certificates that can be read", path.display()),
        )
    };
    let pem = os::above_standard(|| std::fs::read(path))
        .map_err(|error| os::io_error(&error, path, ErrorKind::ReadFailed))?;
    let text = os::text_of(&pem);
    let bundle: Vec<_> = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| bad())?;
    match bundle.is_empty() {
        true => Err(bad()),
        false => Ok(bundle),
    }
}

/// The system's certificates, of this process.
fn of_system() -> Result<Arc<RootCertStore>> {
    static STORE: PerProcess<Store> = PerProcess::new();
    STORE
        .get(|parent| parent.map_or_else(Store::default, Store::inherited))
        .roots(Place::of_environment(), read_system)
}

/// The certificates that were read, and where. To read and parse those of most systems takes 10 to 30 ms.
#[derive(Default)]
struct Store(Mutex<Option<(Place, Arc<RootCertStore>)>>);

impl Store {
    /// What a forked child knows from its parent: nothing, if a thread of the parent was reading.
    fn inherited(&self) -> Self {
        Self(Mutex::new(
            self.0.try_lock().and_then(|known| known.clone()),
        ))
    }

    /// Threads that come while one reads wait for it. What cannot be read, and a system without certificates, is looked
    /// at again the next time.
    fn roots(
        &self,
        place: Place,
        read: impl FnOnce() -> Result<RootCertStore>,
    ) -> Result<Arc<RootCertStore>> {
        let mut known = self.0.lock();
        if let Some((of, roots)) = &*known
            && *of == place
        {
            return Ok(Arc::clone(roots));
        }
        let roots = Arc::new(read()?);
        if !roots.is_empty() {
            *known = Some((place, Arc::clone(&roots)));
        }
        Ok(roots)
    }
}

/// Where the environment says that the system's certificates are, and since when those files and directories are as
/// they are. A program may write such a file, or choose another one, between two clients.
#[derive(Clone, PartialEq)]
struct Place([Option<(OsString, Vec<Option<SystemTime>>)>; 2]);

impl Place {
    fn of_environment() -> Self {
        Self(["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| {
            let paths = std::env::var_os(name)?;
            let changed = |path: std::path::PathBuf| {
                let found = std::fs::metadata(path).ok()?;
                let lasts = found.is_file() || found.is_dir();
                lasts.then(|| found.modified().ok()).flatten()
            };
            let times = std::env::split_paths(&paths).map(changed).collect();
            Some((paths, times))
        }))
    }
}

fn read_system() -> Result<RootCertStore> {
    let found = os::above_standard(rustls_native_certs::load_native_certs);
    if os::are_exhausted() {
        let message = "the certificates of the system cannot be read: too many open files";
        return Err(Error::new(ErrorKind::SystemLimit, message));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use rustls::pki_types::{Der, TrustAnchor};

    use super::*;

    fn one() -> RootCertStore {
        RootCertStore {
            roots: vec![TrustAnchor {
                subject: Der::from_slice(b"one"),
                subject_public_key_info: Der::from_slice(b"key"),
                name_constraints: None,
            }],
        }
    }

    fn place(file: &str, changed: Option<SystemTime>) -> Place {
        Place([Some((file.into(), vec![changed])), None])
    }

    #[test]
    fn what_was_read_is_read_again_only_for_a_reason() {
        let (store, reads) = (Store::default(), Cell::new(0));
        let read = || {
            reads.set(reads.get() + 1);
            Ok(one())
        };
        let before = Some(SystemTime::UNIX_EPOCH);
        let first = store.roots(place("a", before), read).unwrap();
        let second = store.roots(place("a", before), read).unwrap();
        assert!(Arc::ptr_eq(&first, &second) && reads.get() == 1);
        let child = store.inherited();
        child.roots(place("a", before), read).unwrap();
        assert_eq!(reads.get(), 1, "a forked child has what its parent read");
        store.roots(place("b", before), read).unwrap();
        assert_eq!(reads.get(), 2, "another file");
        let after = Some(SystemTime::now());
        store.roots(place("b", after), read).unwrap();
        assert_eq!(reads.get(), 3, "the file was written anew");
    }

    #[test]
    fn failures_and_empty_stores_are_not_kept() {
        let (store, here) = (Store::default(), || place("a", None));
        let fails = || Err(Error::new(ErrorKind::SystemLimit, "too many open files"));
        assert!(store.roots(here(), fails).is_err());
        let empty = store.roots(here(), || Ok(RootCertStore::empty()));
        assert!(empty.unwrap().is_empty());
        assert_eq!(store.roots(here(), || Ok(one())).unwrap().len(), 1);
    }

    #[test]
    fn threads_at_the_same_time_read_once() {
        let (store, reads) = (Store::default(), std::sync::atomic::AtomicUsize::new(0));
        let read = || {
            reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Ok(one())
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| store.roots(place("a", None), read).unwrap());
            }
        });
        assert_eq!(reads.into_inner(), 1);
    }

    #[test]
    fn a_child_that_was_forked_meanwhile_reads_itself() {
        let store = Store::default();
        let locked = store.0.lock();
        let child = store.inherited();
        drop(locked);
        assert_eq!(
            child.roots(place("a", None), || Ok(one())).unwrap().len(),
            1
        );
    }
}
