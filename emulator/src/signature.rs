//! HMAC-SHA256 over API key, path, timestamp and body (protocol 1.2), and the signatures of storage URLs.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::random::hex;

pub(crate) fn mac(secret: &[u8], pieces: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().into()
}

pub(crate) fn sign(secret: &[u8], pieces: &[&[u8]]) -> String {
    hex(&mac(secret, pieces))
}

/// In either case: other clients send upper case, and the service accepts it.
pub(crate) fn matches(expected: &str, given: &str) -> bool {
    expected.eq_ignore_ascii_case(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A.1 of the protocol.
    #[test]
    fn known_signatures() {
        let key = b"TESTKEY0123456789abcdefg";
        let secret = b"TESTSECRET-zyxwvutsrqponmlk";
        let timestamp = b"2024-01-02T03:04:05+0000";
        let vectors: [(&str, &str, &str); 3] = [
            (
                "/api/v2.0/user/",
                "",
                "a5d894cda0d4ab9f818dca89a5db3486c2e832a9f5bce04428020c95f5c3ad71",
            ),
            (
                "/api/v2.0/package/",
                "{\"vdr\":false}",
                "efcd990b88bc50ab6e58f27f0ba0a5eb9f60e90789fa71061b04815a84c5ed6d",
            ),
            (
                "/api/v2.0/package/AAAA-BBBB/recipient/",
                "{\"email\":\"jürgen@example.com\"}",
                "cb7d4df55042a2ba6a23322df8785bea920441f46ef1bcfa42e04cf6ab61eee0",
            ),
        ];
        for (path, body, expected) in vectors {
            let signature = sign(secret, &[key, path.as_bytes(), timestamp, body.as_bytes()]);
            assert!(matches(&signature, &expected.to_uppercase()), "{path}");
        }
    }
}
