//! Links and names of others.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path};

use super::link;
use super::names::{Compared, Counterpart, Entry, NamesToSend, folded, form, names_here};
use crate::check::{check_name, marked, name_to_send, safe_name};
use crate::error::ErrorKind;
use crate::fuzz_input::{Input, accepted};
use crate::os::is_temporary;
use crate::printable::printable;

pub(crate) use super::sync::fuzz::{filters, plans, sync_states};

const LINK: &str = "https://acme.test/receive/?thread=GVG2-MNZT&packageCode=M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw#keyCode=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
/// The beginning of its keycode.
const KEYCODE: &str = "AAECAwQFBgcI";
/// The longest text that is read as one link.
const LONGEST_LINK: usize = 8192;

/// What is found in a text is a link in the normal form, and is read as itself. One that stands in other text is found.
/// No message has a keycode.
pub(crate) fn links(data: &[u8]) {
    let mut input = Input::new(data);
    let (text, behind) = (input.text(), input.text());
    let found = link::find(&text);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
    for url in &found {
        let parsed = link::parse(url).expect("what is found is a link");
        assert_eq!(parsed.to_url(), *url, "{text:?}");
        assert_eq!(link::find(url), [url.as_str()]);
    }
    match link::parse(&text) {
        Ok(parsed) => assert_eq!(found, [parsed.to_url()]),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::MalformedLink);
            assert!(text.len() > LONGEST_LINK || found.len() != 1, "{text:?}");
            let keycodes = found.iter().filter_map(|url| url.split_once("#keyCode="));
            for (_, keycode) in keycodes {
                assert!(!error.message().contains(keycode), "{error}");
            }
        }
    }
    let surrounded = link::find(&format!("{text}\n<{LINK}>\n{behind}"));
    assert!(
        surrounded.iter().any(|url| url == LINK),
        "{text:?} {behind:?}"
    );
    let shown = printable(format!("{text} {LINK}"));
    assert!(!shown.contains(char::is_control));
    assert!(text.contains(KEYCODE) || !shown.contains(KEYCODE));
}

/// A name that may be given to a file here: one component, on every system.
fn is_safe(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_one = matches!(components.next(), Some(Component::Normal(one)) if one == name);
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let devices = ["con", "prn", "aux", "nul", "com1", "lpt9"];
    is_one
        && components.next().is_none()
        && name.len() <= 255
        && !name.ends_with(['.', ' '])
        && !name.contains(|c: char| c.is_control() || "<>:\"/\\|?*".contains(c))
        && !devices
            .iter()
            .any(|device| stem.eq_ignore_ascii_case(device))
        && !is_temporary(name)
}

/// Names of the service become safe and distinct ones here, and those that were given are recognized. Names from here
/// become distinct ones that may be sent.
pub(crate) fn names(data: &[u8]) {
    let mut input = Input::new(data);
    let kinds = input.byte();
    let folds = kinds & 1 == 1;
    let texts = input.texts(16);
    let is_directory = |index: usize| kinds >> (1 + index % 7) & 1 == 1;
    for name in &texts {
        let safe = safe_name(name);
        assert!(is_safe(&safe), "{name:?} became {safe:?}");
        assert_eq!(safe_name(&safe), safe);
        assert!(check_name(&safe).is_ok());
        let numbered = marked(&safe, " (2)");
        assert!(is_safe(&numbered), "{numbered:?}");
        if let Some(sent) = accepted(name_to_send(name, true)) {
            assert!(check_name(&sent).is_ok(), "{sent:?}");
        }
        accepted(name_to_send(name, false));
    }
    let (there, others) = texts.split_at(texts.len() / 2);
    let there: Vec<Entry<'_>> = (there.iter().enumerate())
        .map(|(index, name)| entry(is_directory(index), name))
        .collect();
    // Names that one directory can have.
    let key = if folds { folded } else { form };
    let mut seen = BTreeSet::new();
    let others: Vec<String> = (others.iter().map(|name| safe_name(name)))
        .filter(|name| seen.insert(if folds { folded(name) } else { name.clone() }))
        .collect();
    let others: Vec<Entry<'_>> = (others.iter().enumerate())
        .map(|(index, name)| entry(is_directory(index + 3), name))
        .collect();
    let none = Compared::default();
    let given = names_here(&there, &others, &none, || folds);
    let distinct: BTreeSet<_> = given.iter().map(|given| &given.name).collect();
    assert_eq!(distinct.len(), there.len());
    for (there, given) in there.iter().zip(&given) {
        let counterpart = entry(there.is_directory, &given.name);
        let is_here = others.contains(&counterpart);
        assert_eq!(is_here, given.counterpart != Counterpart::None, "{given:?}");
        assert!(is_safe(&given.name), "{given:?}");
    }
    let mut here = others.clone();
    here.extend(
        (there.iter().zip(&given)).map(|(there, given)| entry(there.is_directory, &given.name)),
    );
    let again = names_here(&there, &here, &none, || folds);
    for (first, again) in given.iter().zip(&again) {
        assert_eq!(key(&first.name), key(&again.name));
    }
    let own: Vec<OsString> = texts.iter().map(OsString::from).collect();
    let own: BTreeSet<&OsString> = own.iter().collect();
    for replace in [false, true] {
        let mut names = NamesToSend::new(own.iter().map(|name| (*name).clone()), replace);
        let sent = own.iter().map(|name| names.give(OsStr::new(name)));
        let sent: Vec<String> = sent.filter_map(accepted).collect();
        assert!(sent.iter().all(|name| check_name(name).is_ok()), "{sent:?}");
        let distinct: BTreeSet<_> = sent.iter().collect();
        assert_eq!(distinct.len(), sent.len(), "{sent:?}");
    }
}

fn entry(is_directory: bool, name: &str) -> Entry<'_> {
    Entry { is_directory, name }
}
