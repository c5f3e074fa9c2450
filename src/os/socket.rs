//! Sockets.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::descriptor::above_standard;

/// A connection is dead if the other side does not acknowledge data for this time. If it acknowledges but does not
/// read, the connection is alive; the time-outs end it.
const DEAD_AFTER: Duration = Duration::from_secs(20);
/// How often an idle connection is probed.
#[cfg(unix)]
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Begins to connect; [`is_connected`] says when that is done.
pub(crate) fn begin_to_connect(address: &SocketAddr) -> io::Result<TcpStream> {
    let socket = above_standard(|| {
        Socket::new(
            Domain::for_address(*address),
            Type::STREAM,
            Some(Protocol::TCP),
        )
    })?;
    socket.set_nonblocking(true)?;
    match socket.connect(&(*address).into()) {
        Err(error) if !is_under_way(&error) => Err(error),
        _ => Ok(socket.into()),
    }
}

fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    let codes = [libc::EINPROGRESS, libc::EINTR];
    #[cfg(not(unix))]
    let codes = [10_035]; // WSAEWOULDBLOCK
    error
        .raw_os_error()
        .is_some_and(|code| codes.contains(&code))
}

/// Whether a connection exists, while it is being made.
pub(crate) fn is_connected(stream: &TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}

/// Waits until one of the connections that are being made is there or has failed, but not longer than `patience`.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library does not wait for several")]
pub(crate) fn wait_for_any(streams: &[&TcpStream], patience: Duration) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let mut polled: Vec<_> = (streams.iter())
        .map(|stream| libc::pollfd {
            fd: stream.as_raw_fd(),
            events: libc::POLLOUT,
            revents: 0,
        })
        .collect();
    let count = libc::nfds_t::try_from(polled.len()).unwrap_or(0);
    let millis = i32::try_from(patience.as_millis() + 1).unwrap_or(i32::MAX);
    // SAFETY: the array is valid for reads and writes and has as many elements as `count` says.
    if unsafe { libc::poll(polled.as_mut_ptr(), count, millis) } < 0 {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    Ok(())
}

/// The same, by looking from time to time.
#[cfg(not(unix))]
pub(crate) fn wait_for_any(streams: &[&TcpStream], patience: Duration) -> io::Result<()> {
    let deadline = std::time::Instant::now() + patience;
    while streams
        .iter()
        .all(|stream| matches!(is_connected(stream), Ok(false)))
        && std::time::Instant::now() < deadline
    {
        std::thread::sleep(Duration::from_millis(10).min(patience));
    }
    Ok(())
}

/// Prepares a new connection. From then on the system itself detects a dead peer of an idle connection.
pub(crate) fn make_usable(stream: &TcpStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    notice_death(stream);
    Ok(())
}

/// Bytes of the value of an option.
#[cfg(unix)]
const OPTION_SIZE: libc::socklen_t = 4;

/// Of `netinet/tcp.h`; the libc crate does not have it.
#[cfg(target_vendor = "apple")]
const TCP_RXT_CONNDROPTIME: i32 = 0x80;

/// Best effort: without it a time-out detects the same later.
#[cfg(unix)]
fn notice_death(stream: &TcpStream) {
    let ask = i32::try_from(ASK_EVERY.as_secs()).unwrap_or(i32::MAX);
    let dead = i32::try_from(DEAD_AFTER.as_secs()).unwrap_or(i32::MAX);
    set(stream, libc::SOL_SOCKET, libc::SO_KEEPALIVE, 1);
    #[cfg(not(target_vendor = "apple"))]
    set(stream, libc::IPPROTO_TCP, libc::TCP_KEEPIDLE, ask);
    #[cfg(target_vendor = "apple")]
    {
        set(stream, libc::IPPROTO_TCP, libc::TCP_KEEPALIVE, ask);
        set(stream, libc::IPPROTO_TCP, TCP_RXT_CONNDROPTIME, dead);
    }
    set(stream, libc::IPPROTO_TCP, libc::TCP_KEEPINTVL, ask);
    set(stream, libc::IPPROTO_TCP, libc::TCP_KEEPCNT, dead / ask - 1);
}

/// Whether sent data was not acknowledged for so long that the other side must be gone. (`TCP_USER_TIMEOUT` would also
/// end a connection whose other side merely does not read.)
#[cfg(target_os = "linux")]
#[allow(
    unsafe_code,
    reason = "the standard library has no interface to TCP_INFO"
)]
pub(crate) fn is_dead(stream: &TcpStream) -> bool {
    use std::os::fd::AsRawFd;
    // SAFETY: all of the structure are integers, for which zero is a value.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let Ok(mut size) = libc::socklen_t::try_from(size_of_val(&info)) else {
        return false;
    };
    // SAFETY: both places are valid for writes, the size is that of the structure, and the socket is open as long as
    // `stream`.
    let result = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut size,
        )
    };
    let silence = Duration::from_millis(info.tcpi_last_ack_recv.into());
    result == 0 && info.tcpi_unacked > 0 && silence >= DEAD_AFTER
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_dead(_stream: &TcpStream) -> bool {
    false
}

#[cfg(unix)]
#[allow(
    unsafe_code,
    reason = "the standard library has no interface to these options"
)]
fn set(stream: &TcpStream, level: i32, option: i32, value: i32) {
    use std::os::fd::AsRawFd;
    // SAFETY: the value lives for the call and has the size that is given; the socket is open as long as `stream`.
    unsafe {
        libc::setsockopt(
            stream.as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            OPTION_SIZE,
        );
    }
}

#[cfg(not(unix))]
fn notice_death(_stream: &TcpStream) {
    let _ = DEAD_AFTER;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    #[allow(unsafe_code, reason = "there is no safe interface to these options")]
    fn a_dead_connection_at_rest_is_noticed_by_the_system() {
        use std::os::fd::AsRawFd;
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let address = listener.local_addr().expect("address");
        let stream = begin_to_connect(&address).expect("begin");
        while !is_connected(&stream).expect("connect") {
            wait_for_any(&[&stream], Duration::from_secs(5)).expect("wait");
        }
        make_usable(&stream).expect("options");
        let get = |level, option| {
            let (mut value, mut size) = (0_i32, OPTION_SIZE);
            // SAFETY: both places are valid for writes and the size is that of the value.
            let result = unsafe {
                libc::getsockopt(
                    stream.as_raw_fd(),
                    level,
                    option,
                    (&raw mut value).cast(),
                    &raw mut size,
                )
            };
            assert_eq!(result, 0);
            value
        };
        assert_eq!(get(libc::SOL_SOCKET, libc::SO_KEEPALIVE), 1);
        let idle = get(libc::IPPROTO_TCP, libc::TCP_KEEPIDLE);
        let interval = get(libc::IPPROTO_TCP, libc::TCP_KEEPINTVL);
        let probes = get(libc::IPPROTO_TCP, libc::TCP_KEEPCNT);
        assert!(idle + interval * probes <= 20, "{idle} {interval} {probes}");
        assert!(!is_dead(&stream));
    }
}
