//! What the three listeners share.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::call::Origins;
use crate::faults::Faults;
use crate::outage::Switch;
use crate::proxy::Proxy;
use crate::request_log::RequestLog;
use crate::settings::Settings;
use crate::state::State;
use crate::store::{PartStore, save_state};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listener {
    Api,
    Storage,
    /// Always plain HTTP, without faults and outages.
    Admin,
}

impl Listener {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Storage => "storage",
            Self::Admin => "admin",
        }
    }
}

pub(crate) struct Server {
    pub(crate) state: Mutex<State>,
    settings: Mutex<Arc<Settings>>,
    pub(crate) parts: PartStore,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) proxy: Proxy,
    pub(crate) requests: Mutex<RequestLog>,
    pub(crate) origins: Origins,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) started: Instant,
    changed: AtomicBool,
    /// New API connections are accepted, and nothing is read or sent on them.
    handshake_hang: watch::Sender<bool>,
    pub(crate) api_switch: Switch,
    pub(crate) storage_switch: Switch,
}

impl Server {
    pub(crate) fn new(
        state: State,
        parts: PartStore,
        origins: Origins,
        data_dir: Option<PathBuf>,
        api_switch: Switch,
        storage_switch: Switch,
    ) -> Self {
        Self {
            state: Mutex::new(state),
            settings: Mutex::default(),
            parts,
            faults: Mutex::default(),
            proxy: Proxy::default(),
            requests: Mutex::default(),
            origins,
            data_dir,
            started: Instant::now(),
            changed: AtomicBool::new(true),
            handshake_hang: watch::Sender::new(false),
            api_switch,
            storage_switch,
        }
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.settings.lock().clone()
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        *self.settings.lock() = Arc::new(settings);
    }

    pub(crate) fn set_handshake_hang(&self, on: bool) {
        self.handshake_hang.send_replace(on);
    }

    pub(crate) fn handshakes_hang(&self) -> bool {
        *self.handshake_hang.borrow()
    }

    pub(crate) async fn handshake_hang_ends(&self) {
        // Cannot fail: the sender lives as long as the server.
        drop(self.handshake_hang.subscribe().wait_for(|on| !on).await);
    }

    /// Marks the state as changed, so that it is saved soon.
    pub(crate) fn changed(&self) {
        self.changed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn save(&self) -> io::Result<()> {
        match &self.data_dir {
            Some(data_dir) if self.changed.swap(false, Ordering::Relaxed) => {
                save_state(data_dir, &self.state.lock())
            }
            _ => Ok(()),
        }
    }
}
