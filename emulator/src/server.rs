//! The three listeners, their connections, and the ways in which a whole listener fails.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_rustls::TlsAcceptor;

use crate::admin;
use crate::call::Origins;
use crate::faults::Faults;
use crate::request::exchange;
use crate::request_log::Records;
use crate::settings::Settings;
use crate::state::State;
use crate::store::{PartStore, save_state};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listener {
    Api,
    Storage,
    /// Never affected by faults and outages, always plain HTTP.
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
    pub(crate) records: Mutex<Records>,
    pub(crate) origins: Origins,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) started: Instant,
    changed: AtomicBool,
    /// New API connections are accepted and then left alone.
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
            records: Mutex::default(),
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

    /// The state has to be saved, soon.
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

/// Turns a listener off for a while.
pub(crate) struct Switch {
    outages: mpsc::UnboundedSender<Outage>,
}

struct Outage {
    time: Duration,
    begun: oneshot::Sender<()>,
}

impl Switch {
    /// Returns as soon as connections are refused.
    pub(crate) async fn off_for(&self, time: Duration) {
        let (begun, wait) = oneshot::channel();
        if self.outages.send(Outage { time, begun }).is_ok() {
            // An error means that the listener is gone for good: refused too.
            drop(wait.await);
        }
    }
}

/// A bound listener that waits for the server it shall serve.
pub(crate) struct Port {
    kind: Listener,
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    outages: mpsc::UnboundedReceiver<Outage>,
}

fn bound_socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

const BACKLOG: u32 = 1024;

impl Port {
    pub(crate) fn bind(kind: Listener, port: u16) -> io::Result<(Self, Switch)> {
        let listener = bound_socket((Ipv4Addr::LOCALHOST, port).into())?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let (sender, outages) = mpsc::unbounded_channel();
        Ok((
            Self {
                kind,
                listener,
                address,
                outages,
            },
            Switch { outages: sender },
        ))
    }

    /// Accepts connections until the program ends.
    pub(crate) async fn serve(
        mut self,
        server: Arc<Server>,
        tls: Option<TlsAcceptor>,
    ) -> io::Result<()> {
        // Each connection watches this and ends when an outage begins.
        let outage_count = watch::Sender::new(0_u64);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    // A failed accept concerns one connection only.
                    let Ok((stream, _)) = accepted else { continue };
                    let connection = connection(server.clone(), self.kind, stream, tls.clone());
                    let mut outage = outage_count.subscribe();
                    tokio::spawn(async move {
                        tokio::select! {
                            () = connection => {}
                            _ = outage.changed() => {}
                        }
                    });
                }
                Some(outage) = self.outages.recv() => {
                    outage_count.send_modify(|count| *count += 1);
                    drop(self.listener);
                    // Bound but not listening: connections are refused, and nobody else gets the port.
                    let placeholder = bound_socket(self.address)?;
                    wait_out(outage, &mut self.outages).await;
                    self.listener = placeholder.listen(BACKLOG)?;
                }
            }
        }
    }
}

/// A later outage replaces the one that goes on; one of no length ends it.
async fn wait_out(first: Outage, outages: &mut mpsc::UnboundedReceiver<Outage>) {
    let mut current = first;
    loop {
        // The admin request may have been dropped.
        current.begun.send(()).ok();
        tokio::select! {
            () = tokio::time::sleep(current.time) => return,
            Some(next) = outages.recv() => current = next,
        }
    }
}

async fn connection(
    server: Arc<Server>,
    kind: Listener,
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
) {
    if kind == Listener::Api && *server.handshake_hang.borrow() {
        // Until it is switched off; then the connection is closed.
        drop(server.handshake_hang.subscribe().wait_for(|on| !on).await);
        return;
    }
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match tls {
        // A client that does not trust the certificate is no concern of the server.
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve_http(server, kind, stream).await;
            }
        }
        None => serve_http(server, kind, stream).await,
    }
}

async fn serve_http(
    server: Arc<Server>,
    kind: Listener,
    stream: impl AsyncRead + AsyncWrite + Unpin,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let server = server.clone();
        async move {
            match kind {
                Listener::Admin => admin::handle(server, request).await,
                Listener::Api | Listener::Storage => exchange(server, kind, request).await,
            }
        }
    });
    // An error here is a connection that ended early, by the client or by a fault.
    drop(
        http1::Builder::new()
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(stream), service)
            .await,
    );
}
