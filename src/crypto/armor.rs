//! Finds an armored block of OpenPGP in a text that people have copied, mailed or edited.

use zeroize::Zeroizing;

use crate::check::trimmed;

pub(super) const MESSAGE: &str = "MESSAGE";
pub(super) const PRIVATE_KEY: &str = "PRIVATE KEY BLOCK";
pub(super) const PUBLIC_KEY: &str = "PUBLIC KEY BLOCK";

/// The first block of a kind, without what stands before and behind it, nor blanks and invisible characters at the ends
/// of its lines. A text without such a block stays as it is.
pub(super) fn block(text: &str, kind: &str) -> Zeroizing<String> {
    lines_of_block(text, kind, |_| true)
}

/// The block to read: without its headers. Nobody needs them, and rPGP looks through the whole block for the end of each.
pub(super) fn bare_block(text: &str, kind: &str) -> Zeroizing<String> {
    // No line of base64 has a colon.
    lines_of_block(text, kind, |line| !line.contains(':'))
}

fn lines_of_block(text: &str, kind: &str, is_kept: impl Fn(&str) -> bool) -> Zeroizing<String> {
    let (begin, end) = (
        format!("-----BEGIN PGP {kind}-----"),
        format!("-----END PGP {kind}-----"),
    );
    let block = text.find(&begin).map_or(text, |from| &text[from..]);
    let block = block
        .find(&end)
        .map_or(block, |at| &block[..at + end.len()]);
    // Sized at once: a growing string would leave copies of a private key behind.
    let mut lines = Zeroizing::new(String::with_capacity(block.len() + 1));
    for line in block.lines().filter(|line| is_kept(line)) {
        lines.push_str(trimmed(line));
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_in_any_text() {
        let block_of = |text: &str| block(text, MESSAGE).to_string();
        let armored = "-----BEGIN PGP MESSAGE-----\n\nabc\n=abcd\n-----END PGP MESSAGE-----\n";
        for text in [
            armored.to_owned(),
            armored.replace('\n', "\r\n"),
            armored.replace('\n', " \u{200b}\n  "),
            format!("\u{feff}Dear all,\n{armored}-- \nRegards"),
            format!(
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxyz\n-----END PGP PUBLIC KEY BLOCK-----\n{armored}"
            ),
            armored.trim_end().to_owned(),
        ] {
            assert_eq!(block_of(&text), armored, "{text:?}");
        }
        let with_headers = armored.replacen("\n\n", "\nVersion: 1\nComment:\n\n", 1);
        assert_eq!(block_of(&with_headers), with_headers);
        assert_eq!(*bare_block(&with_headers, MESSAGE), armored);
        assert_eq!(block_of("no block"), "no block\n");
    }
}
