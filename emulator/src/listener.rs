//! The three listeners and their connections.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, duplex};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::admin;
use crate::outage::{Outage, Switch, wait_out};
use crate::request;
use crate::server::{Listener, Server};
use crate::tls::Acceptors;

/// A port that is bound; it serves nothing before `serve` is called.
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
/// The bytes between the proxy and a listener, in each direction.
const PROXY_BUFFER: usize = 64 * 1024;
/// A connection that is not made in this time finds the backlog full.
const NO_RESPONSE: Duration = Duration::from_millis(100);
const MAX_FILLERS: usize = 8;

/// A port at which nothing responds: its backlog is full. The connections that fill it have to be kept.
async fn silent(socket: TcpSocket) -> io::Result<(TcpListener, Vec<TcpStream>)> {
    let listener = socket.listen(0)?;
    let address = listener.local_addr()?;
    let mut fillers = Vec::new();
    while fillers.len() < MAX_FILLERS
        && let Ok(filler) = timeout(NO_RESPONSE, TcpStream::connect(address)).await
    {
        fillers.push(filler?);
    }
    Ok((listener, fillers))
}

/// What connections know of outages.
#[derive(Clone, Copy, Default)]
struct Line {
    cuts: u64,
    silent: bool,
}

/// Serves a connection until a cut. In silence it is not served, and stays.
fn through_outages(
    connection: impl Future<Output = ()>,
    mut line: watch::Receiver<Line>,
) -> impl Future<Output = ()> {
    let cuts = line.borrow().cuts;
    async move {
        let mut connection = pin!(connection);
        loop {
            let heard = line.wait_for(|line| !line.silent || line.cuts != cuts);
            // An error means that the listener has ended, and the program with it.
            if heard.await.map_or(true, |line| line.cuts != cuts) {
                return;
            }
            tokio::select! {
                biased; // Nothing is served after the line has changed.
                changed = line.changed() => if changed.is_err() { return },
                () = &mut connection => return,
            }
        }
    }
}

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
            Switch::new(sender),
        ))
    }

    /// Accepts connections until the program ends.
    pub(crate) async fn serve(
        mut self,
        server: Arc<Server>,
        tls: Option<Arc<Acceptors>>,
    ) -> io::Result<()> {
        let line = watch::Sender::new(Line::default());
        loop {
            tokio::select! {
                biased; // What was connected before an outage is not refused by it.
                accepted = self.listener.accept() => {
                    // A failed accept affects one connection only.
                    let Ok((stream, _)) = accepted else { continue };
                    let connection = connection(server.clone(), self.kind, stream, tls.clone());
                    tokio::spawn(through_outages(connection, line.subscribe()));
                }
                Some(mut outage) = self.outages.recv() => {
                    drop(self.listener);
                    loop {
                        line.send_modify(|line| {
                            line.silent = outage.silent;
                            line.cuts += u64::from(!outage.silent);
                        });
                        // Bound but not listening: connections are refused, and no other program gets the port.
                        let mut placeholder = Some(bound_socket(self.address)?);
                        let silence = match placeholder.take_if(|_| outage.silent) {
                            Some(socket) => Some(silent(socket).await?),
                            None => None,
                        };
                        let next = wait_out(outage, &mut self.outages).await;
                        drop((placeholder, silence));
                        match next {
                            Some(next) => outage = next,
                            None => break,
                        }
                    }
                    self.listener = bound_socket(self.address)?.listen(BACKLOG)?;
                    line.send_modify(|line| line.silent = false);
                }
            }
        }
    }
}

async fn connection(
    server: Arc<Server>,
    kind: Listener,
    stream: TcpStream,
    tls: Option<Arc<Acceptors>>,
) {
    if kind == Listener::Api && server.handshakes_hang() {
        // Waits until the hang is switched off, then closes the connection.
        server.handshake_hang_ends().await;
        return;
    }
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let proxied = match kind {
        Listener::Admin => None,
        Listener::Api | Listener::Storage => server.proxy.connection(kind.name()),
    };
    match proxied {
        Some(connection) => {
            let (near, far) = duplex(PROXY_BUFFER);
            tokio::join!(
                connection.relay(stream, far),
                serve(server, kind, near, tls)
            );
        }
        None => serve(server, kind, stream, tls).await,
    }
}

async fn serve(
    server: Arc<Server>,
    kind: Listener,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    tls: Option<Arc<Acceptors>>,
) {
    let Some(acceptors) = tls else {
        return serve_http(server, kind, stream).await;
    };
    let settings = server.settings();
    // Fails if the client does not trust the certificate.
    let Ok(stream) = acceptors.of(settings.tls_certificate).accept(stream).await else {
        return;
    };
    if settings.tls_garbage {
        let (mut stream, _) = stream.into_inner();
        // Fails if the client has gone.
        drop(stream.write_all(&[0x2a; 512]).await);
        drop(stream.shutdown().await);
        return;
    }
    serve_http(server, kind, stream).await;
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
                Listener::Api | Listener::Storage => request::handle(server, kind, request).await,
            }
        }
    });
    // Fails if the client or a fault closed the connection early.
    drop(
        http1::Builder::new()
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(stream), service)
            .await,
    );
}
