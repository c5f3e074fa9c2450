//! Text files that people have made with any editor.

use zeroize::Zeroizing;

/// The text of a file: UTF-8, or UTF-16 as Windows writes it, without the byte order mark. What is no text becomes
/// U+FFFD, so that it spoils only its place.
pub(crate) fn text_of(bytes: &[u8]) -> Zeroizing<String> {
    let from_utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        // Sized at once: a growing string would leave copies of a secret behind.
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() / 2 * 3));
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        text
    };
    match bytes {
        [0xff, 0xfe, text @ ..] => from_utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => from_utf16(text, u16::from_be_bytes),
        // Without a mark: no text has the character 0.
        [first, 0, ..] if *first != 0 => from_utf16(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => from_utf16(bytes, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => {
            Zeroizing::new(String::from_utf8_lossy(text).into_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_an_editor_is_recognized() {
        let text = "Gr\u{fc}\u{df}e \u{1f600}\r\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            ["\u{feff}", text].concat().into_bytes(),
            little.clone(),
            big.clone(),
            [&[0xff, 0xfe][..], &little].concat(),
            [&[0xfe, 0xff][..], &big].concat(),
        ] {
            assert_eq!(*text_of(&bytes), text, "{bytes:?}");
        }
        assert_eq!(*text_of(b"a\xe9b"), "a\u{fffd}b");
        assert_eq!(*text_of(b""), "");
    }
}
