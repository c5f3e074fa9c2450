//! Request signatures (`protocol` 1.2).

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::Mac as _;

use super::digest::{hex, keyed_hmac};
use crate::date::civil_date;
use crate::os;
use crate::secret::SecretString;

/// The text of a time as requests carry it: `yyyy-MM-ddTHH:mm:ss+0000`, always UTC.
///
/// A time before 1970 (a clock that was never set) is written as 1970.
pub(crate) fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil_date(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}+0000",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Signs a request: HMAC-SHA256 in lower-case hexadecimal.
///
/// `path` is the URL's path as sent, without query. `body` is the raw body; of a multipart upload, only the text of
/// its `requestData`.
pub(crate) fn sign(
    api_key: &str,
    secret: &SecretString,
    path: &str,
    timestamp: &str,
    body: &[u8],
) -> String {
    // The key schedule of HMAC is as good as the secret.
    os::on_clean_stack(|| {
        let mut hmac = keyed_hmac(secret.expose().as_bytes());
        for piece in [
            api_key.as_bytes(),
            path.as_bytes(),
            timestamp.as_bytes(),
            body,
        ] {
            hmac.update(piece);
        }
        hex(&hmac.finalize().into_bytes())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timestamps_are_utc_with_seconds() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00+0000"),
            (951_782_399, "2000-02-28T23:59:59+0000"),
            (951_782_400, "2000-02-29T00:00:00+0000"),
            (951_868_800, "2000-03-01T00:00:00+0000"),
            (1_704_164_645, "2024-01-02T03:04:05+0000"),
            (1_735_689_599, "2024-12-31T23:59:59+0000"),
            (4_107_542_400, "2100-03-01T00:00:00+0000"),
        ] {
            assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
        assert_eq!(
            timestamp(UNIX_EPOCH - Duration::from_secs(1)),
            "1970-01-01T00:00:00+0000"
        );
    }

    #[test]
    fn signatures_are_those_of_appendix_a1() {
        let text = include_str!("../../tests/vectors/appendix-a.json");
        let vectors: serde_json::Value = serde_json::from_str(text).expect("the vectors are JSON");
        let text = |of: &serde_json::Value, name: &str| of[name].as_str().expect(name).to_owned();
        let secret = SecretString::new(text(&vectors, "apiSecret"));
        let signatures = vectors["signatures"].as_array().expect("a list");
        assert_eq!(signatures.len(), 6);
        for v in signatures {
            let (path, body) = (text(v, "path"), text(v, "body"));
            let signed = sign(
                &text(&vectors, "apiKey"),
                &secret,
                &path,
                &text(&vectors, "timestamp"),
                body.as_bytes(),
            );
            assert_eq!(signed, text(v, "signature"), "{path} {body}");
        }
    }
}
