//! What comes along when a text is copied.

use crate::printable::is_invisible;

/// A text without the blanks and invisible characters at its ends, for texts in which these mean nothing.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ends_are_trimmed() {
        for text in [
            "a b",
            " a b\r\n",
            "\u{feff}a b",
            "\u{a0}\u{200b}a b\u{3000}\u{202c}\u{2069}\0",
        ] {
            assert_eq!(trimmed(text), "a b");
        }
        assert_eq!(trimmed("\u{200b} "), "");
    }
}
