//! Sockets.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Connects within a time.
pub(crate) fn connect(address: &SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(address, patience)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
