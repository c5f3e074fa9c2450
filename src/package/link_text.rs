//! What other programs do to a link is undone: escapes of HTML, JSON, shells and Markdown, percent-encoding by wrappers,
//! quoted-printable lines. Invisible characters become [`INVISIBLE`].

use zeroize::Zeroizing;

use crate::printable::is_invisible;

/// Stands for every invisible character. Short, so that no text grows.
pub(super) const INVISIBLE: char = '\u{1}';

/// One encoding may lie in another, such as HTML in JSON.
const MOST_LAYERS: usize = 8;

/// The start of a link that Proofpoint has wrapped in its second format: `-XX` is a byte, and `_` is `/`.
const PROOFPOINT_2: &str = "urldefense.proofpoint.com/v2/url?u=";

/// Named character references of HTML that can stand in a link or end one.
const NAMED: [(&str, char); 16] = [
    ("amp", '&'),
    ("num", '#'),
    ("equals", '='),
    ("quest", '?'),
    ("sol", '/'),
    ("colon", ':'),
    ("percnt", '%'),
    ("period", '.'),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("nbsp", ' '),
    ("ZeroWidthSpace", '\u{200b}'),
];

/// Undoes all encodings, one layer after the other.
pub(super) fn decoded(text: &str) -> Zeroizing<String> {
    let mut text = layer_removed(text);
    for _ in 1..MOST_LAYERS {
        let inner = layer_removed(&text);
        if inner.len() == text.len() {
            break;
        }
        text = inner;
    }
    text
}

fn layer_removed(text: &str) -> Zeroizing<String> {
    let mut removed = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escape = match first {
            '&' => html(rest),
            '\\' => backslash(rest),
            '%' => percent(rest),
            '<' => word_break(rest),
            'u' | 'U' if starts_with(rest, PROOFPOINT_2) => {
                rest = proofpoint(&rest[PROOFPOINT_2.len()..], &mut removed);
                continue;
            }
            _ => None,
        };
        let (character, length) = escape.unwrap_or((first, first.len_utf8()));
        removed.push(if is_invisible(character) {
            INVISIBLE
        } else {
            character
        });
        rest = &rest[length..];
    }
    removed
}

/// A character reference of HTML, such as `&amp;` and `&#38;`, and its length.
fn html(text: &str) -> Option<(char, usize)> {
    let name = text.get(1..text.bytes().take(20).position(|byte| byte == b';')?)?;
    let length = name.len() + 2;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return Some((char::from_u32(code.ok()?)?, length));
    }
    let named = NAMED.iter().find(|(known, _)| *known == name);
    named.map(|(_, character)| (*character, length))
}

/// An escape of JSON or JavaScript, or a backslash of a shell or of Markdown before a special character.
fn backslash(text: &str) -> Option<(char, usize)> {
    let escaped = text[1..].chars().next()?;
    let code = |digits: std::ops::Range<usize>| {
        let end = digits.end;
        let code = u32::from_str_radix(text.get(digits)?, 16).ok()?;
        Some((char::from_u32(code)?, end))
    };
    match escaped {
        'u' => code(2..6),
        'x' => code(2..4),
        'n' | 'r' | 't' => Some((' ', 2)),
        c if c.is_ascii_punctuation() => Some((c, 2)),
        _ => None,
    }
}

/// A byte that is percent-encoded, if it can be a part of a link. Others, such as blanks, stay encoded and end nothing.
fn percent(text: &str) -> Option<(char, usize)> {
    let byte = u8::from_str_radix(text.get(1..3)?, 16).ok()?;
    let belongs = byte.is_ascii_alphanumeric() || b"-._~:/?#&=%;*".contains(&byte);
    belongs.then_some((char::from(byte), 3))
}

/// `<wbr>`, where a browser may break a line.
fn word_break(text: &str) -> Option<(char, usize)> {
    let tags = ["<wbr>", "<wbr/>", "<wbr />"];
    let tag = tags.iter().find(|tag| starts_with(text, tag))?;
    Some((INVISIBLE, tag.len()))
}

/// Turns a link in Proofpoint's second format into a percent-encoded one, and returns what follows it.
fn proofpoint<'a>(text: &'a str, removed: &mut String) -> &'a str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    let (link, rest) = text.split_at(end.unwrap_or(text.len()));
    removed.extend(link.chars().map(|c| match c {
        '-' => '%',
        '_' => '/',
        c => c,
    }));
    rest
}

/// Undoes quoted-printable, the encoding of e-mails: `=3D` is `=`, and a line that ends with `=` goes on in the next.
pub(super) fn unquoted(text: &str) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'=', [b'\r', b'\n', next @ ..] | [b'\n', next @ ..]) => rest = next,
            (b'=', [high, low, next @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                bytes.push(16 * digit(*high) + digit(*low));
                rest = next;
            }
            _ => bytes.push(first),
        }
    }
    Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
}

/// The value of a hexadecimal digit.
fn digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

fn starts_with(text: &str, lower_case: &str) -> bool {
    let start = text.as_bytes().get(..lower_case.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(lower_case.as_bytes()))
}
