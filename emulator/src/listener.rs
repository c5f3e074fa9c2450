//! The three listeners and their connections.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;

use crate::admin;
use crate::outage::{Outage, Switch, wait_out};
use crate::request;
use crate::server::{Listener, Server};

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
        tls: Option<TlsAcceptor>,
    ) -> io::Result<()> {
        // Connections watch this number, and end when it changes.
        let outage_count = watch::Sender::new(0_u64);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    // A failed accept affects one connection only.
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
                    // Bound but not listening: connections are refused, and no other program gets the port.
                    let placeholder = bound_socket(self.address)?;
                    wait_out(outage, &mut self.outages).await;
                    self.listener = placeholder.listen(BACKLOG)?;
                }
            }
        }
    }
}

async fn connection(
    server: Arc<Server>,
    kind: Listener,
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
) {
    if kind == Listener::Api && server.handshakes_hang() {
        // Waits until the hang is switched off, then closes the connection.
        server.handshake_hang_ends().await;
        return;
    }
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match tls {
        // Fails if the client does not trust the certificate.
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
