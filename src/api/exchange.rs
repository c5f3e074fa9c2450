//! The exchange that this thread is in: how far it has come. The HTTP library runs it from name resolution to the head
//! of the answer on the thread that asked for it, so that what its connectors see can be noted here.

use std::cell::Cell;

thread_local! {
    static CURRENT: Cell<Exchange> = const { Cell::new(Exchange { connecting: 0, handed_over: false }) };
}

#[derive(Clone, Copy)]
struct Exchange {
    /// Connections under way; one to a proxy is made inside of that to the host.
    connecting: u32,
    handed_over: bool,
}

fn update(change: impl FnOnce(&mut Exchange)) {
    let mut exchange = CURRENT.get();
    change(&mut exchange);
    CURRENT.set(exchange);
}

/// Begins an exchange.
pub(crate) fn begin() {
    CURRENT.set(Exchange {
        connecting: 0,
        handed_over: false,
    });
}

/// Runs what makes a connection.
pub(crate) fn connecting<T>(connect: impl FnOnce() -> T) -> T {
    update(|exchange| exchange.connecting += 1);
    let connected = connect();
    update(|exchange| exchange.connecting -= 1);
    connected
}

/// Notes that something is about to be written: once a connection is made, that is the request.
pub(crate) fn hand_over() {
    update(|exchange| exchange.handed_over |= exchange.connecting == 0);
}

/// Whether the request has got a connection. Before that nothing of it was sent.
pub(crate) fn was_handed_over() -> bool {
    CURRENT.get().handed_over
}
