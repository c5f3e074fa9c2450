//! Outages of a listener: the switch that starts one, and the wait until it ends.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// Turns a listener off for a while.
pub(crate) struct Switch {
    outages: mpsc::UnboundedSender<Outage>,
}

pub(crate) struct Outage {
    pub(crate) time: Duration,
    begun: oneshot::Sender<()>,
}

impl Switch {
    pub(crate) fn new(outages: mpsc::UnboundedSender<Outage>) -> Self {
        Self { outages }
    }

    /// Returns as soon as connections are refused.
    pub(crate) async fn off_for(&self, time: Duration) {
        let (begun, wait) = oneshot::channel();
        if self.outages.send(Outage { time, begun }).is_ok() {
            // An error means that the listener has ended: it refuses connections, too.
            drop(wait.await);
        }
    }
}

/// A later outage replaces the current one; an outage of length 0 ends it.
pub(crate) async fn wait_out(first: Outage, outages: &mut mpsc::UnboundedReceiver<Outage>) {
    let mut current = first;
    loop {
        // Fails if the admin request was dropped.
        current.begun.send(()).ok();
        tokio::select! {
            () = tokio::time::sleep(current.time) => return,
            Some(next) = outages.recv() => current = next,
        }
    }
}
