//! Secure links (`protocol` 5.1): built, parsed, and found in text. Pure: no network, no state.
//!
//! A link is read by what it may contain: codes have a fixed length and alphabet. So what stands around it needs no
//! list, and a link that somebody cut, wrapped or changed is either read right or refused.

use std::collections::BTreeSet;

use url::Url;
use zeroize::Zeroizing;

use super::link_text::{INVISIBLE, decoded, unquoted};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;

/// No secure link is longer, in bytes, with all that has been wrapped around it.
const LONGEST: usize = 8192;
/// The characters of a package code, and of a keycode.
const CODE_LENGTH: usize = 43;
/// The characters of a keycode in hexadecimal digits, which other programs make.
const HEX_KEYCODE_LENGTH: usize = 64;

/// The parts of a secure link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Scheme, host, and port if it is not the scheme's own. It may be another portal than the client's.
    pub host: String,
    /// The package id, from the parameter `thread`; some clients write links without it.
    pub package_id: Option<String>,
    /// The package code.
    pub package_code: String,
    /// The keycode from the fragment; without it the package opens only with a trusted device's key.
    pub keycode: Option<SecretString>,
}

impl Link {
    /// The link as text, in the service's normal form.
    pub fn to_url(&self) -> String {
        let thread = self
            .package_id
            .as_deref()
            .map(|id| format!("thread={id}&"))
            .unwrap_or_default();
        let mut url = format!(
            "{}/receive/?{thread}packageCode={}",
            self.host, self.package_code
        );
        if let Some(keycode) = &self.keycode {
            url.push_str("#keyCode=");
            url.push_str(keycode.expose());
        }
        url
    }
}

/// Parses a secure link.
///
/// The link may be part of a text, and encoded or wrapped by a mail filter, but the text must contain one link only.
///
/// # Errors
/// [`ErrorKind::MalformedLink`]; the message does not repeat the link, which may hold a keycode.
pub fn parse(text: &str) -> Result<Link> {
    let malformed = |what: &str| {
        Error::new(ErrorKind::MalformedLink, format!("not a secure link: {what}"))
            .with_remedy("give the whole link, such as https://HOST/receive/?thread=...&packageCode=...#keyCode=...")
    };
    if text.len() > LONGEST {
        return Err(malformed("it is too long"));
    }
    let (mut links, flaw) = read(text);
    match (links.pop(), flaw) {
        (Some(link), _) if links.is_empty() => Ok(link),
        (Some(_), _) => Err(malformed("the text contains several links")),
        (None, Some(flaw)) => Err(malformed(&flaw)),
        (None, None) => Err(malformed("it does not begin with https://HOST/receive/?")),
    }
}

/// Finds the secure links in a text, each once, in the order of the text and in the service's normal form.
///
/// The time grows only with the length of the text.
pub fn find(text: &str) -> Vec<String> {
    read(text).0.iter().map(Link::to_url).collect()
}

/// The links of a text, each once, and what is wrong with the first that cannot be read.
fn read(text: &str) -> (Vec<Link>, Option<String>) {
    let (links, flaw) = read_decoded(&decoded(text));
    // A keycode may begin with the characters 3D. So this is tried second, and judged by the lengths.
    if links.is_empty() && (text.contains("=3D") || text.contains("=3d")) {
        let (links, other) = read_decoded(&decoded(&unquoted(text)));
        return (links, other.or(flaw));
    }
    (links, flaw)
}

fn read_decoded(text: &str) -> (Vec<Link>, Option<String>) {
    let beginnings: Vec<Beginning<'_>> = text
        .match_indices("://")
        .filter_map(|(at, _)| Beginning::at(text, at))
        .collect();
    let mut links: Vec<Link> = Vec::new();
    let mut flaw = None;
    for beginning in &beginnings {
        // In `https://ahttps:///receive/?` one begins within the beginning of another.
        let next = beginnings.partition_point(|next| next.start < beginning.query);
        let end = beginnings.get(next).map_or(text.len(), |next| next.start);
        match beginning.read(&text[beginning.query..end]) {
            Ok(link) => links.push(link),
            Err(what) => flaw = flaw.or(Some(what)),
        }
    }
    // The visible text of a reference may lack the keycode that its target has.
    let place = |link: &Link| (link.host.clone(), link.package_code.clone());
    let opened = links.iter().filter(|link| link.keycode.is_some());
    let opened: BTreeSet<_> = opened.map(place).collect();
    let mut seen = BTreeSet::new();
    links.retain(|link| {
        (link.keycode.is_some() || !opened.contains(&place(link))) && seen.insert(link.to_url())
    });
    seen.into_iter().map(Zeroizing::new).for_each(drop);
    (links, flaw)
}

/// The beginning of what may be a link: `https://HOST/receive/?`.
struct Beginning<'a> {
    /// Where the scheme begins.
    start: usize,
    scheme: &'static str,
    host: &'a str,
    /// Where the query begins.
    query: usize,
}

impl<'a> Beginning<'a> {
    /// The beginning whose `://` stands at a place.
    fn at(text: &'a str, at: usize) -> Option<Self> {
        let before = &text.as_bytes()[..at];
        let scheme = ["https", "http"].into_iter().find(|scheme| {
            let from = at.saturating_sub(scheme.len());
            before[from..].eq_ignore_ascii_case(scheme.as_bytes())
        })?;
        let from_host = &text[at + "://".len()..];
        let is_of_host = |c: char| c.is_alphanumeric() || ".-:[]".contains(c) || c == INVISIBLE;
        let (host, path) = from_host.split_at(from_host.find(|c| !is_of_host(c))?);
        let slashes = |text: &'a str| text.trim_start_matches(['/', INVISIBLE]);
        let query = slashes(slashes(path).strip_prefix("receive")?).strip_prefix('?')?;
        Some(Self {
            start: at - scheme.len(),
            scheme,
            host,
            query: text.len() - query.len(),
        })
    }

    /// Reads the link. `rest` begins with its query.
    fn read(&self, rest: &str) -> std::result::Result<Link, String> {
        let host = self.host.replace(INVISIBLE, "");
        let url = Url::parse(&format!("{}://{host}", self.scheme));
        let host = url
            .map_err(|_| "its host is not a valid name")?
            .origin()
            .ascii_serialization();
        let end = rest
            .find(|c: char| !is_of_link(c))
            .unwrap_or(rest.len())
            .min(LONGEST);
        let (link, behind) = rest.split_at(end);

        let package_code = parameter(link, "packageCode", |code| {
            code_of(code, is_package_code).map_err(|length| wrong_length("package code", length))
        })?;
        let package_code = package_code.ok_or("it has no packageCode")?;
        let package_id = parameter(link, "thread", |id| Ok(thread_of(id)?))?;
        let keycode = parameter(link, "keyCode", |keycode| {
            let keycode = code_of(keycode, is_keycode);
            keycode
                .map(SecretString::new)
                .map_err(|length| wrong_length("keycode", length))
        })?;
        let keycode = match keycode {
            Some(keycode) => Some(keycode),
            None if link.contains('#') || names_keycode(link) => {
                return Err("its keycode is missing".to_owned());
            }
            None if keycode_follows(behind) => {
                return Err("a blank or another character separates its keycode".to_owned());
            }
            None => None,
        };
        Ok(Link {
            host,
            package_id,
            package_code,
            keycode,
        })
    }
}

/// Whether a character can stand in the query or the fragment of a link, in whatever parameter.
fn is_of_link(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~%&=#*;+/:?@!$,".contains(c) || c == INVISIBLE
}

/// The value of a parameter of the query or the fragment. Its name is compared without regard to case. If the link has
/// it several times, its values must be the same: nobody knows which one is right. Proofpoint's third format has `*` in
/// place of `#`.
fn parameter<T: PartialEq>(
    link: &str,
    name: &str,
    read: impl Fn(&str) -> std::result::Result<T, String>,
) -> std::result::Result<Option<T>, String> {
    let mut found = None;
    for (key, value) in link
        .split(['&', '#', '*'])
        .filter_map(|pair| pair.split_once('='))
    {
        if key.replace(INVISIBLE, "").eq_ignore_ascii_case(name) {
            let value = read(value)?;
            if found.as_ref().is_some_and(|first| *first != value) {
                return Err(format!("its {name} has two different values"));
            }
            found = Some(value);
        }
    }
    Ok(found)
}

/// The code that a value begins with. Reports the length of what stands there instead.
fn code_of(value: &str, is_code: fn(&str) -> bool) -> std::result::Result<String, usize> {
    // Sized at once: a growing string would leave copies of a keycode behind.
    let mut run = String::with_capacity(value.len());
    let mut before_invisible = None;
    for c in value.chars() {
        if is_of_code(c) {
            run.push(c);
        } else if c != INVISIBLE {
            break;
        } else if is_code(&run) {
            before_invisible = Some(run.len());
        }
    }
    // Dashes and underscores behind a code are punctuation, such as Markdown's.
    let shortest = run.trim_end_matches(['-', '_']).len();
    let cuts = [CODE_LENGTH, HEX_KEYCODE_LENGTH].into_iter();
    let end = [run.len()]
        .into_iter()
        .chain(cuts.filter(|cut| (shortest..run.len()).contains(cut)))
        .chain(before_invisible)
        .find(|end| is_code(&run[..*end]))
        .ok_or(run.len())?;
    run.truncate(end);
    Ok(run)
}

fn is_of_code(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn is_package_code(run: &str) -> bool {
    run.len() == CODE_LENGTH
}

/// 43 hexadecimal digits are the beginning of 64, since nobody draws them by chance.
fn is_keycode(run: &str) -> bool {
    let is_hex = || run.bytes().all(|byte| byte.is_ascii_hexdigit());
    match run.len() {
        CODE_LENGTH => !is_hex(),
        HEX_KEYCODE_LENGTH => is_hex(),
        _ => false,
    }
}

fn wrong_length(what: &str, length: usize) -> String {
    // Of this length are only hexadecimal digits refused.
    let (unit, right) = match length {
        CODE_LENGTH => ("hexadecimal digits", HEX_KEYCODE_LENGTH),
        _ => ("characters", CODE_LENGTH),
    };
    format!("its {what} has {length} {unit} instead of {right}; it is cut short or was changed")
}

/// The package id. It becomes a part of paths, in this library and in programs.
fn thread_of(value: &str) -> std::result::Result<String, &'static str> {
    let value = value.replace(INVISIBLE, "");
    let id = value.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    if id.is_empty() || id.len() > 256 || !id.chars().all(is_of_code) {
        return Err("its thread is not a package id");
    }
    Ok(id.to_owned())
}

fn names_keycode(link: &str) -> bool {
    let mut names = link.as_bytes().windows("keyCode".len());
    names.any(|name| name.eq_ignore_ascii_case(b"keyCode"))
}

/// Whether the keycode of a link without one stands behind what ended the link.
fn keycode_follows(behind: &str) -> bool {
    let separators = behind
        .find(|c: char| c.is_ascii_alphanumeric())
        .unwrap_or(behind.len());
    let (between, word) = behind.split_at(separators);
    let begins = |name: &str| {
        word.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    between.chars().count() <= 16
        && (begins("keyCode=") || (between.contains('#') && begins("key")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw";
    const KEYCODE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn every_text_of_the_table_is_read_right_or_refused() {
        let path = format!("{}/tests/vectors/links.json", env!("CARGO_MANIFEST_DIR"));
        let table = std::fs::read_to_string(path).unwrap();
        let table: Vec<serde_json::Value> = serde_json::from_str(&table).unwrap();
        assert!(table.len() >= 60);
        let mut wrong = Vec::new();
        for row in &table {
            let text = row["text"].as_str().unwrap();
            let links: Vec<&str> = row["links"]
                .as_array()
                .unwrap()
                .iter()
                .map(|link| link.as_str().unwrap())
                .collect();
            let parsed = match parse(text) {
                Ok(link) => vec![link.to_url()],
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::MalformedLink);
                    assert!(!error.message().contains(&KEYCODE[..20]), "{text}");
                    Vec::new()
                }
            };
            let alone = if links.len() == 1 { &links[..] } else { &[] };
            if find(text) != links || parsed != alone {
                wrong.push(format!("{}: {:?} {parsed:?}", row["what"], find(text)));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn no_change_of_a_link_leads_to_another_keycode() {
        let full = format!(
            "https://acme.test/receive/?thread=GVG2-MNZT&packageCode={CODE}#keyCode={KEYCODE}"
        );
        let check = |text: &str| {
            let Ok(link) = parse(text) else { return };
            assert_eq!(link.package_code, CODE, "{text}");
            match &link.keycode {
                Some(keycode) => assert_eq!(keycode.expose(), KEYCODE, "{text}"),
                None => panic!("the keycode is lost: {text}"),
            }
        };
        for at in 0..full.len() {
            let (before, behind) = full.split_at(at);
            check(&format!("{before}{}", &behind[1..]));
            for foreign in [
                " ", "\n", "\r\n> ", "A", "-", "_", "%", "%20", "=", "=\n", "&", "#", "?", "/",
                "\"", "<", ")", "\\", "*", "\u{200b}", "\u{e9}", "\u{430}", "\u{ff21}",
            ] {
                check(&format!("{before}{foreign}{behind}"));
                // One allowed character in place of another cannot be noticed.
                if !foreign.chars().all(is_of_code) {
                    check(&format!("{before}{foreign}{}", &behind[1..]));
                }
            }
        }
        for at in full.find('#').expect("a keycode")..full.len() {
            assert_eq!(parse(&full[..at]).is_ok(), full[at..].starts_with('#'));
        }
    }

    #[test]
    fn a_link_has_parts() {
        let full = format!(
            "https://acme.sendsafely.com/receive/?thread=GVG2-MNZT&packageCode={CODE}#keyCode={KEYCODE}"
        );
        let link = parse(&full).expect("normal form");
        assert_eq!(link.host, "https://acme.sendsafely.com");
        assert_eq!(link.package_id.as_deref(), Some("GVG2-MNZT"));
        assert_eq!(link.package_code, CODE);
        assert_eq!(
            link.keycode.as_ref().map(SecretString::expose),
            Some(KEYCODE)
        );
        assert_eq!(link.to_url(), full);

        let java = format!("https://app2.acme.test:8443/receive/?packageCode={CODE}");
        let java = parse(&java).expect("neither thread nor keycode");
        assert_eq!(java.host, "https://app2.acme.test:8443");
        assert_eq!((java.package_id, java.keycode), (None, None));
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let link = format!("https://acme.test/receive/?packageCode={CODE}");
        for (text, what) in [
            (String::new(), "begin with https://HOST/receive/?"),
            (
                format!("{link}#keyCode={}", &KEYCODE[..42]),
                "42 characters",
            ),
            (
                format!("{link} #keyCode={KEYCODE}"),
                "separates its keycode",
            ),
            (
                format!(
                    "{link}#keyCode={}",
                    "0123456789abcdef0123456789abcdef0123456789a"
                ),
                "43 hexadecimal digits instead of 64",
            ),
            (format!("{link}#"), "keycode is missing"),
            (link.replace("Code=", "Code=%"), "0 characters"),
            (link.replace(CODE, ""), "0 characters"),
            (link.replace("package", "thread=.&package"), "thread"),
            (link.replace("packageCode", "code"), "no packageCode"),
            (
                format!("{link} {}", link.replace("acme", "b")),
                "several links",
            ),
            (
                format!("{link}#keyCode={KEYCODE}#keyCode={CODE}"),
                "keyCode has two different values",
            ),
            (link.repeat(100), "too long"),
        ] {
            let error = parse(&text).expect_err(&text);
            assert!(error.message().contains(what), "{}", error.message());
        }
    }

    #[test]
    fn long_texts_take_no_longer_than_their_length() {
        let link = format!("https://acme.test/receive/?packageCode={CODE}#keyCode={KEYCODE}");
        let started = std::time::Instant::now();
        for piece in [
            "http",
            "http:",
            "http://",
            "http:\\",
            "http\\",
            "%25",
            "&amp;",
            "=3D",
            "https://urldefense.proofpoint.com/v2/url?u=",
            "https://a.test/receive/?packageCode=x&",
        ] {
            let long = piece.repeat(300_000 / piece.len());
            assert_eq!(find(&format!("{link} {long} {link}")), [&*link], "{piece}");
            assert_eq!(
                parse(&long).expect_err(piece).kind(),
                ErrorKind::MalformedLink
            );
        }
        let many: String = (0..10_000)
            .map(|n| format!("{} ", link.replace(&CODE[..5], &format!("{n:05}"))))
            .collect();
        assert_eq!(find(&many).len(), 10_000);
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}
