//! Makes texts of others safe to display: those from the service, from file names or from other people. All messages of
//! [`crate::Error`] and all log lines go through this file; records keep their texts unchanged.

/// The longest text, in bytes: room for a path and a sentence.
const LONGEST: usize = 8 << 10;

/// The text in one line, without characters that control a terminal or are invisible, and without the keycode of a
/// link: people give links where a name, a path or an address belongs.
///
/// White space that moves the cursor becomes a blank. Other control characters, characters that change the direction of
/// writing, and invisible ones become U+FFFD. Joiners and selectors of variants stay: words of several scripts, and
/// emoji, need them.
pub(crate) fn printable(text: impl Into<String>) -> String {
    let text = text.into();
    let mut length = text.len().min(LONGEST);
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    let kept = &text[..length];
    let Some(hidden) = without_keycodes(kept) else {
        return with_replacements(text, length);
    };
    let length = hidden.len();
    with_replacements(hidden, length)
}

/// The first `length` bytes of a text, with replacements for what must not be displayed.
fn with_replacements(text: String, length: usize) -> String {
    let kept = &text[..length];
    if length == text.len() && !kept.contains(|c| replacement(c).is_some()) {
        return text;
    }
    let mut printable: String = kept.chars().map(|c| replacement(c).unwrap_or(c)).collect();
    if length < text.len() {
        printable.push('…');
    }
    printable
}

/// `=` and `#` as links have them that were wrapped or quoted.
const ENCODED_SIGNS: [&str; 6] = ["%3d", "-3d", "\\x3d", "\\u003d", "&#61;", "&#35;"];

/// A value of so many characters may be a keycode, which has 43 or 64: no id of the service is so long.
const LIKE_A_KEYCODE: usize = 40;

/// The text with `…` in place of each keycode of a link, also an encoded one; `None` if it has none.
fn without_keycodes(text: &str) -> Option<String> {
    const NAME: &str = "keycode";
    let lower = text.to_ascii_lowercase();
    let named_at = |from: usize| {
        let mut names = lower[from..].match_indices(NAME);
        names.find_map(|(at, _)| {
            let value = from + at + NAME.len();
            let behind = &lower[value..];
            let is_encoded = behind.starts_with(['=', '%', '&', '\\'])
                || behind.starts_with(is_invisible)
                || behind.starts_with("-3d")
                || behind.starts_with("<wbr");
            is_encoded.then_some((value, "="))
        })
    };
    // The name may be encoded in any way, or missing.
    let unnamed_at = |from: usize| {
        let mut signs = lower[from..].match_indices(['=', '#', 'd', ';']);
        signs.find_map(|(at, sign)| {
            let (before, value) = lower.split_at(from + at + sign.len());
            let is_sign =
                matches!(sign, "=" | "#") || ENCODED_SIGNS.iter().any(|it| before.ends_with(it));
            let is_of_value = |c: char| c.is_ascii_alphanumeric() || "-_%".contains(c);
            let length = value.find(|c| !is_of_value(c)).unwrap_or(value.len());
            let is_code = length >= LIKE_A_KEYCODE && !before.ends_with("packagecode=");
            (is_sign && is_code).then_some((before.len(), ""))
        })
    };
    let mut hidden = String::new();
    let mut from = 0;
    let value_at = |from| {
        [named_at(from), unnamed_at(from)]
            .into_iter()
            .flatten()
            .min()
    };
    while let Some((value, sign)) = value_at(from) {
        hidden.push_str(&text[from..value]);
        hidden.push_str(sign);
        hidden.push('…');
        let rest = &text[value..];
        // In quotation marks the keycode may be wrapped, so all of the rest is hidden.
        let end = rest.find('"').or_else(|| rest.find(char::is_whitespace));
        from = value + end.unwrap_or(rest.len());
    }
    (from > 0).then(|| hidden + &text[from..])
}

/// The replacement of a character that must not be displayed.
fn replacement(c: char) -> Option<char> {
    match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if shapes_words(c) => None,
        c if c.is_control() || is_invisible(c) => Some(char::REPLACEMENT_CHARACTER),
        _ => None,
    }
}

/// Whether a character cannot be seen.
pub(crate) fn is_invisible(c: char) -> bool {
    shapes_words(c)
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Joiners, and selectors of variants.
fn shapes_words(c: char) -> bool {
    matches!(
        c,
        '\u{34f}'
            | '\u{180b}'..='\u{180d}'
            | '\u{200c}'
            | '\u{200d}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_stays() {
        for text in ["", "report.pdf: no room", "Grüße, 你好", "می‌خواهم", "👨‍👩‍👧"]
        {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn the_keycode_of_a_link_is_hidden() {
        let code = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        for (text, shown) in [
            (
                format!("no file https://x.test/receive/?packageCode=C#keyCode={code} here"),
                "no file https://x.test/receive/?packageCode=C#keyCode=… here",
            ),
            (
                format!("\"%23KEYCODE%3D{code} {code}\" and \"#keycode={code}\" are bad"),
                "\"%23KEYCODE=…\" and \"#keycode=…\" are bad",
            ),
            (format!("#keyCode&#61;{code}"), "#keyCode=…"),
            (
                format!("'\\x23keyCode\\x3d{code}' here"),
                "'\\x23keyCode=… here",
            ),
            (format!("keyCode-3D{code} here"), "keyCode=… here"),
            (
                format!("keyCode\u{200b}=<wbr>{code} here"),
                "keyCode=… here",
            ),
            (
                format!("/receive/?packageCode={code}#key%43ode={code} here"),
                &*format!("/receive/?packageCode={code}#key%43ode=… here"),
            ),
            (
                format!("\"%23k%2565yCode%3D{code}\" and #&#75;eyCode&#61;{code}"),
                "\"%23k%2565yCode%3D…\" and #&#75;eyCode&#61;…",
            ),
            (format!("#%4A{code} here"), "#… here"),
            ("the keycode is wrong".to_owned(), "the keycode is wrong"),
        ] {
            assert_eq!(printable(text), shown);
            assert_eq!(printable(shown), shown);
        }
    }

    #[test]
    fn nothing_steers_a_terminal() {
        for (text, shown) in [
            ("a\r\nb\tc\u{2028}d", "a  b c d"),
            ("\x1b[2Jcleared", "\u{fffd}[2Jcleared"),
            ("\u{9b}31m\0\x7f", "\u{fffd}31m\u{fffd}\u{fffd}"),
            ("invoice\u{202e}fdp.exe", "invoice\u{fffd}fdp.exe"),
            (
                "a\u{200b}b\u{feff}c\u{2066}d",
                "a\u{fffd}b\u{fffd}c\u{fffd}d",
            ),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn a_text_has_an_end() {
        let shown = printable("ü".repeat(1 << 20));
        assert!(shown.len() <= LONGEST + "…".len() && shown.ends_with("ü…"));
    }
}
