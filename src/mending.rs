//! Makes JSON of what is nearly JSON: texts with bytes that are not UTF-8, with lone surrogates, with raw control
//! characters, or with a backslash before anything.

use std::collections::TryReserveError;

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Replaces what a text of JSON must not hold by U+FFFD, and escapes its control characters. Everything outside of
/// texts stays as it is.
pub(crate) fn mend(text: &[u8]) -> Result<Vec<u8>, TryReserveError> {
    let mut mended = Vec::new();
    let mut in_text = false;
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        let (length, instead) = match byte {
            b'"' => {
                in_text = !in_text;
                (1, None)
            }
            _ if !in_text => (length_of(rest, |byte| byte != b'"'), None),
            b'\\' => match escape(rest) {
                Some(length) => (length, None),
                // A surrogate goes as a whole, the rest of any other escape stays as text.
                None if unit(rest).is_some() => (6, Some(REPLACEMENT.to_vec())),
                None => (1, Some(REPLACEMENT.to_vec())),
            },
            0..0x20 => (1, Some(format!("\\u{byte:04x}").into_bytes())),
            0x80.. => {
                let length = length_of(rest, |byte| byte >= 0x80);
                let read = String::from_utf8_lossy(&rest[..length]);
                (length, Some(read.into_owned().into_bytes()))
            }
            _ => {
                let is_plain = |byte| matches!(byte, 0x20..0x80) && byte != b'"' && byte != b'\\';
                (length_of(rest, is_plain), None)
            }
        };
        let (piece, after) = rest.split_at(length);
        let piece = instead.as_deref().unwrap_or(piece);
        mended.try_reserve(piece.len())?;
        mended.extend_from_slice(piece);
        rest = after;
    }
    Ok(mended)
}

fn length_of(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|&byte| !belongs(byte));
    end.unwrap_or(bytes.len())
}

/// The length of the escape at the beginning, a pair of surrogates included; none if it stands for no character.
fn escape(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        _ => match unit(text)? {
            0xd800..0xdc00 => match unit(&text[6..])? {
                0xdc00..0xe000 => Some(12),
                _ => None,
            },
            0xdc00..0xe000 => None,
            _ => Some(6),
        },
    }
}

/// The code unit of the escape at the beginning, such as `\u00e9`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, &digit| {
        let digit = u16::try_from(char::from(digit).to_digit(16)?).ok()?;
        Some(unit << 4 | digit)
    })
}

#[cfg(test)]
mod tests {
    use super::mend;

    #[test]
    fn only_what_is_damaged_is_replaced() {
        for (text, mended) in [
            (&br#"{"a":"\uD83D\uDE00\n\"\\","b":1}"#[..], None),
            (b"{\"a\":\"\xffb\"}", Some("{\"a\":\"\u{fffd}b\"}")),
            (b"{\"\xc3\xa9\xc3\":\"\"}", Some("{\"é\u{fffd}\":\"\"}")),
            (
                br#"["\ud83dx","\ude00\"","\ud83d\ud83d\ude00"]"#,
                Some("[\"\u{fffd}x\",\"\u{fffd}\\\"\",\"\u{fffd}\\ud83d\\ude00\"]"),
            ),
            (b"[\"a\tb\"]\t", Some("[\"a\\u0009b\"]\t")),
            (
                br#"["\x41","\u12"]"#,
                Some("[\"\u{fffd}x41\",\"\u{fffd}u12\"]"),
            ),
            (b"[\"\\", Some("[\"\u{fffd}")),
            (b"[\xff]", None),
        ] {
            let expected = mended.map_or(text, str::as_bytes);
            assert_eq!(mend(text).expect("memory"), expected, "{text:?}");
        }
    }
}
