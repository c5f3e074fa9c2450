//! Sockets.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::descriptor::above_standard;

/// A connection whose other side says nothing any more, not even that it has received what was sent, is dead after this
/// time.
const DEAD_AFTER: Duration = Duration::from_secs(20);
/// While nothing is under way the other side is asked so often whether it is there.
#[cfg(unix)]
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Connects within a time. The system itself then finds out when the other side is gone without a word.
pub(crate) fn connect(address: &SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let stream = above_standard(|| TcpStream::connect_timeout(address, patience))?;
    stream.set_nodelay(true)?;
    notice_death(&stream);
    Ok(stream)
}

/// Bytes of the value of an option.
#[cfg(unix)]
const OPTION_SIZE: libc::socklen_t = 4;

/// Best effort: without it a time-out notices the same later.
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
        set(stream, libc::IPPROTO_TCP, libc::TCP_RXT_CONNDROPTIME, dead);
    }
    set(stream, libc::IPPROTO_TCP, libc::TCP_KEEPINTVL, ask);
    set(stream, libc::IPPROTO_TCP, libc::TCP_KEEPCNT, dead / ask - 1);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    set(
        stream,
        libc::IPPROTO_TCP,
        libc::TCP_USER_TIMEOUT,
        dead.saturating_mul(1000),
    );
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

    /// `/proc/net/tcp` would show the timer, but only while it runs: the options themselves are looked at.
    #[test]
    #[allow(unsafe_code, reason = "there is no safe interface to these options")]
    fn a_dead_connection_is_noticed_by_the_system() {
        use std::os::fd::AsRawFd;
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let address = listener.local_addr().expect("address");
        let stream = connect(&address, Duration::from_secs(5)).expect("connect");
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
        assert_eq!(get(libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT), 20_000);
    }
}
