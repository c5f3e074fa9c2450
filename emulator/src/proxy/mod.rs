//! Between a client and a listener, below TLS: faults at offsets of a connection, and slow lines.

mod line;
mod relay;
mod rule;
mod script;
mod setup;

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

use crate::proxy::relay::Connection;
pub(crate) use crate::proxy::setup::Plan;
use crate::proxy::setup::Setup;

/// Off, connections go straight to their listener.
#[derive(Default)]
pub(crate) struct Proxy {
    setup: Mutex<Option<Arc<Setup>>>,
}

impl Proxy {
    /// Holds for connections that are accepted from now on.
    pub(crate) fn set(&self, plan: Option<Plan>) {
        let next = plan.map(|plan| Arc::new(Setup::new(plan)));
        if let Some(last) = std::mem::replace(&mut *self.setup.lock(), next) {
            last.end();
        }
    }

    pub(crate) fn report(&self) -> Value {
        let setup = self.setup.lock().clone();
        setup.map_or(Value::Null, |setup| setup.report())
    }

    /// A new connection, unless the proxy is off.
    pub(crate) fn connection(&self, listener: &'static str) -> Option<Connection> {
        let setup = self.setup.lock().clone()?;
        Some(Connection::new(setup, listener))
    }
}
