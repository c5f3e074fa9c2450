//! Outages of a listener: the switch that starts one, and the wait until it ends.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// Turns a listener off for a while.
pub(crate) struct Switch {
    outages: mpsc::UnboundedSender<Outage>,
}

pub(crate) struct Outage {
    pub(crate) time: Duration,
    /// Nothing responds, as behind a line that is cut; otherwise connections are refused.
    pub(crate) silent: bool,
    begun: oneshot::Sender<()>,
}

impl Switch {
    pub(crate) fn new(outages: mpsc::UnboundedSender<Outage>) -> Self {
        Self { outages }
    }

    /// Returns as soon as no connection is accepted.
    pub(crate) async fn off_for(&self, time: Duration, silent: bool) {
        let (begun, wait) = oneshot::channel();
        if self
            .outages
            .send(Outage {
                time,
                silent,
                begun,
            })
            .is_ok()
        {
            // An error means that the listener has ended: it refuses connections, too.
            drop(wait.await);
        }
    }
}

/// Waits until the outage ends, or until another takes its place, which it returns. One of length 0 ends it.
pub(crate) async fn wait_out(
    outage: Outage,
    outages: &mut mpsc::UnboundedReceiver<Outage>,
) -> Option<Outage> {
    // Fails if the admin request was dropped.
    outage.begun.send(()).ok();
    tokio::select! {
        () = tokio::time::sleep(outage.time) => None,
        next = outages.recv() => next,
    }
}
