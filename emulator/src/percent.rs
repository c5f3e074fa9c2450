//! Percent-coding of paths, queries and forms.

use std::collections::HashMap;

pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

pub(crate) fn percent_encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    text.bytes()
        .map(|byte| {
            if keep(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Pairs of a query or of a form body.
pub(crate) fn pairs(text: &str) -> HashMap<String, String> {
    let decode = |text: &str| percent_decode(&text.replace('+', " "));
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_coding() {
        assert_eq!(percent_decode("a%20b%C3%BC%2"), "a bü%2");
        assert_eq!(percent_encode("a b@x.test+ü"), "a%20b@x.test%2B%C3%BC");
        assert_eq!(
            pairs("a=1&b=x%26y+z&c"),
            HashMap::from([
                ("a".into(), "1".into()),
                ("b".into(), "x&y z".into()),
                ("c".into(), String::new())
            ])
        );
    }
}
