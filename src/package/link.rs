//! Secure links (`protocol` 5.1): built, parsed, and found in text. Pure: no network, no state.

use std::collections::BTreeSet;

use url::Url;

use crate::check::is_identifier;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;

/// No secure link is longer, in bytes.
const LONGEST: usize = 8192;
/// Beginnings of links that are tried in one word.
const MOST_IN_A_WORD: usize = 32;

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
/// Ignores what people and terminals add to a link: blanks, quotes, `<>`, backslashes before special characters, a full
/// stop at its end.
///
/// # Errors
/// [`ErrorKind::MalformedLink`]; the message does not repeat the link, which may hold a keycode.
pub fn parse(text: &str) -> Result<Link> {
    let malformed = |what: &str| {
        Error::new(ErrorKind::MalformedLink, format!("not a secure link: {what}"))
            .with_remedy("give the whole link, such as https://HOST/receive/?thread=...&packageCode=...#keyCode=...")
    };
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(malformed("it is too long"));
    }
    let unescaped: String = text.chars().filter(|c| *c != '\\').collect();
    let bare = unescaped.trim_matches(['<', '>', '"', '\'', '(', ')', ' ', '.', ',', ';']);
    let url = Url::parse(bare).map_err(|_| malformed("it is no URL"))?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err(malformed("it does not begin with https:// and a host"));
    }
    if !url.path().trim_end_matches('/').ends_with("/receive") {
        return Err(malformed("its path is not /receive/"));
    }
    let parameter = |name: &str| {
        let found = url
            .query_pairs()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty());
        found.map(|(_, value)| value.into_owned())
    };
    let fragment = url.fragment().unwrap_or_default();
    let keycode = url::form_urlencoded::parse(fragment.replace('+', "%2B").as_bytes())
        .find(|(key, value)| key.eq_ignore_ascii_case("keycode") && !value.is_empty())
        .map(|(_, value)| SecretString::new(value.into_owned()));
    let package_code =
        parameter("packageCode").ok_or_else(|| malformed("it has no packageCode"))?;
    // Both become parts of paths, in this library and in programs.
    let package_id = parameter("thread");
    if !is_identifier(&package_code) || package_id.as_deref().is_some_and(|id| !is_identifier(id)) {
        return Err(malformed("its packageCode or thread has no form of an id"));
    }
    Ok(Link {
        host: url.origin().ascii_serialization(),
        package_id,
        package_code,
        keycode,
    })
}

/// Finds the secure links in a text, each once, in the order of the text.
///
/// The time grows only with the length of the text: in one word, a limited number of beginnings is tried.
pub fn find(text: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`{}|".contains(c);
    for word in text.split(ends) {
        let beginnings = word.match_indices("http").map(|(start, _)| &word[start..]);
        for candidate in beginnings
            .filter(|candidate| candidate.len() <= LONGEST && has_scheme(candidate))
            .take(MOST_IN_A_WORD)
        {
            let candidate = candidate.trim_end_matches(['.', ',', ')', ';', ']', '!', '?', ':']);
            if !seen.contains(candidate) && parse(candidate).is_ok() {
                seen.insert(candidate);
                links.push(candidate.to_owned());
            }
        }
    }
    links
}

/// Whether a text that begins with `http` continues like a URL. Backslashes before special characters are ignored.
fn has_scheme(text: &str) -> bool {
    let mut rest = text["http".len()..].chars().filter(|c| *c != '\\');
    matches!(
        (rest.next(), rest.next()),
        (Some(':'), _) | (Some('s' | 'S'), Some(':'))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw";
    const KEYCODE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn every_form_of_the_protocol_is_read() {
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

        let java = parse(&format!(
            "https://app2.acme.test:8443/receive/?packageCode={CODE}#keycode={KEYCODE}"
        ))
        .expect("Java's form");
        assert_eq!(java.host, "https://app2.acme.test:8443");
        assert_eq!(java.package_id, None);
        assert_eq!(
            java.keycode.as_ref().map(SecretString::expose),
            Some(KEYCODE)
        );

        let bare = parse(&format!(
            "https://acme.test/receive/?thread=A&packageCode={CODE}"
        ))
        .expect("no keycode");
        assert_eq!(bare.keycode, None);
    }

    #[test]
    fn what_people_do_to_links_is_undone() {
        for text in [
            format!(
                "  <https://acme.test/receive/?thread=A&packageCode={CODE}#keyCode={KEYCODE}>."
            ),
            format!(
                "https://acme.test/receive/\\?thread\\=A\\&packageCode\\={CODE}\\#keyCode\\={KEYCODE}"
            ),
            format!(
                "\"https://acme.test/receive/?THREAD=A&x=1&PACKAGECODE={CODE}&y#a=b&KEYCODE={KEYCODE}\","
            ),
            format!("https://acme.test/receive?thread=A&packageCode={CODE}#keyCode={KEYCODE}"),
        ] {
            let link = parse(&text).expect(&text);
            assert_eq!(link.package_id.as_deref(), Some("A"), "{text}");
            assert_eq!(link.package_code, CODE, "{text}");
            assert_eq!(
                link.keycode.as_ref().map(SecretString::expose),
                Some(KEYCODE),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_link_is_refused_without_being_repeated() {
        for text in [
            "",
            "hello",
            "https://acme.test/",
            "https://acme.test/receive/?thread=A#keyCode=SECRETSECRET",
            "https://acme.test/receive/?packageCode=#keyCode=SECRETSECRET",
            "https://acme.test/receive/?packageCode=..#keyCode=SECRETSECRET",
            "https://acme.test/receive/?packageCode=C/../../user#keyCode=SECRETSECRET",
            "https://acme.test/receive/?packageCode=C%2Ftemp#keyCode=SECRETSECRET",
            "https://acme.test/receive/?thread=..&packageCode=C#keyCode=SECRETSECRET",
            "ftp://acme.test/receive/?packageCode=C#keyCode=SECRETSECRET",
            "file:///receive/?packageCode=C#keyCode=SECRETSECRET",
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::MalformedLink);
            assert!(!error.message().contains("SECRET"), "{text}");
        }
    }

    #[test]
    fn links_are_found_in_text_once_each() {
        let first =
            format!("https://acme.test/receive/?thread=A&packageCode={CODE}#keyCode={KEYCODE}");
        let second = format!("http://127.0.0.1:8080/receive/?packageCode={CODE}#keycode={KEYCODE}");
        let text = format!(
            "See {first}, (or {second}).\nAgain: <{first}> and https://other.test/receive/?x=1 http"
        );
        assert_eq!(find(&text), [first, second]);
        assert!(find("nothing here").is_empty());
        // A link within a link, and one that a terminal has escaped.
        let (within, escaped) = (
            format!(
                "https://acme.test/receive/?packageCode={CODE}&next=http://b.test/receive/?packageCode=B"
            ),
            format!("httpS\\://acme.test/receive/\\?packageCode\\={CODE}"),
        );
        assert_eq!(
            find(&format!("x={within}, https://wrap.test/?u={escaped}")),
            [&within, "http://b.test/receive/?packageCode=B", &escaped]
        );
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
            "https://a.test/receive/?packageCode=x&",
        ] {
            let long = piece.repeat(300_000 / piece.len());
            let found = find(&format!(
                "{link} {long} {link}/receive/?packageCode=x {link}"
            ));
            let total: usize = found.iter().map(String::len).sum();
            assert!(found.contains(&link) && total < 300_000, "{piece}");
            assert_eq!(
                parse(&long).expect_err(piece).kind(),
                ErrorKind::MalformedLink
            );
        }
        let many: String = (0..10_000).map(|n| format!("{link}{n} ")).collect();
        assert_eq!(find(&many).len(), 10_000);
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}
