//! How the names of a directory here and on the service correspond. Uploads and downloads of trees both ask this file,
//! so that what one of them has transferred is recognized by the other.
//!
//! A file keeps its name. A download changes a name that is not safe here ([`safe_name`]) and numbers names that would
//! be one, and an upload may replace characters. Some systems and services also change the form of letters: an é may be
//! one character or two (Unicode's forms NFC and NFD), and some file systems take upper and lower case for the same. So
//! an entry that has no counterpart of the very same name belongs to one whose name differs in that only. Two files of
//! one side are never taken for the same.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

use crate::check::{marked, name_to_send, safe_name};
use crate::error::{Error, ErrorKind, Result};

/// An entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry<'a> {
    pub(super) is_directory: bool,
    pub(super) name: &'a str,
}

impl<'a> Entry<'a> {
    pub(super) fn file(name: &'a str) -> Self {
        Self {
            is_directory: false,
            name,
        }
    }

    pub(super) fn directory(name: &'a str) -> Self {
        Self {
            is_directory: true,
            name,
        }
    }
}

/// Returns the name here of each entry of a directory on the service: that of its counterpart among the entries here,
/// or else the one that it gets. No two get the same.
///
/// The order of entries does not matter, unless they have the same name. `folds_case` says whether the file system
/// takes upper and lower case for the same; it is asked only if that matters.
pub(super) fn names_here<'a>(
    there: &[Entry<'a>],
    here: &[Entry<'a>],
    folds_case: impl FnOnce() -> bool,
) -> Vec<String> {
    let key = match differ_in_case_only(there, here) && folds_case() {
        true => folded,
        false => form,
    };
    let mut pairing = Pairing::new(there, here, key);
    pairing.same_names();
    // Safe names first: they are the likeliest to be here as they are.
    let mut order: Vec<usize> = (0..there.len()).collect();
    let safe: Vec<String> = there.iter().map(|entry| safe_name(entry.name)).collect();
    order.sort_by_key(|index| {
        let Entry { is_directory, name } = there[*index];
        (!is_directory, safe[*index] != name, name)
    });
    for index in &order {
        pairing.changed_name(*index, &safe[*index]);
    }
    // Each name is given once before any is numbered, so that a number never takes the name of another file.
    for index in &order {
        pairing.own_name(*index, &safe[*index]);
    }
    for index in &order {
        pairing.numbered_name(*index, &safe[*index]);
    }
    pairing.given.into_iter().flatten().collect()
}

/// Chooses the names under which the entries of one local directory are sent. Those that were made safe give way to the
/// others.
pub(super) struct NamesToSend {
    replace: bool,
    taken: BTreeSet<String>,
}

impl NamesToSend {
    pub(super) fn new(own: impl Iterator<Item = OsString>, replace: bool) -> Self {
        let taken = match replace {
            true => own.filter_map(|name| name.into_string().ok()).collect(),
            false => BTreeSet::new(),
        };
        Self { replace, taken }
    }

    pub(super) fn give(&mut self, own: &OsStr) -> Result<String> {
        let name = match own.to_str() {
            Some(own) => name_to_send(own, self.replace)?,
            // What stands for bytes that are no text is replaced like a character that a name may not have.
            None if self.replace => {
                let text = own
                    .to_string_lossy()
                    .replace(char::REPLACEMENT_CHARACTER, "_");
                name_to_send(&text, true)?
            }
            None => {
                let message = format!("{}: the name is not valid UTF-8", own.display());
                let error = Error::new(ErrorKind::MalformedFileName, message);
                return Err(error.with_remedy(
                    "rename it, or set replace_characters to have its name made safe",
                ));
            }
        };
        if own == name.as_str() {
            return Ok(name);
        }
        let mut free = name.clone();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            free = marked(&name, &format!(" ({number})"));
            number += 1;
        }
        Ok(free)
    }
}

/// Names that are the same by this form differ at most in Unicode's form. It is NFD; the crate's own function would link
/// the tables of compatibility, too.
fn form(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let mut letters = Vec::new();
    for letter in name.chars() {
        decompose_canonical(letter, |part| letters.push(part));
    }
    // Marks behind a letter stand in the order of their classes; that of the letter is 0.
    let mut start = 0;
    for end in 1..=letters.len() {
        if letters
            .get(end)
            .is_none_or(|next| canonical_combining_class(*next) == 0)
        {
            letters[start..end].sort_by_key(|mark| canonical_combining_class(*mark));
            start = end;
        }
    }
    letters.into_iter().collect()
}

/// Names that are the same by this form differ at most in Unicode's form and in case. It takes more for the same than
/// any file system does: a number too many harms nobody.
fn folded(name: &str) -> String {
    match name.is_ascii() {
        true => name.to_ascii_lowercase(),
        false => form(&form(name).to_uppercase().to_lowercase()),
    }
}

/// Whether there are names that are the same only if case does not count.
fn differ_in_case_only(there: &[Entry<'_>], here: &[Entry<'_>]) -> bool {
    let mut forms = BTreeMap::new();
    let mut differs = |name: &str| {
        let form = form(name);
        *forms.entry(folded(name)).or_insert_with(|| form.clone()) != form
    };
    let both = there.iter().chain(here);
    both.fold(false, |found, entry| {
        differs(entry.name) | differs(&safe_name(entry.name)) | found
    })
}

/// Entries there, and the names here that they were given so far.
struct Pairing<'a, 'b> {
    there: &'b [Entry<'a>],
    key: fn(&str) -> String,
    given: Vec<Option<String>>,
    /// The keys of given names.
    taken: BTreeSet<String>,
    /// Entries here that belong to nothing yet.
    free: BTreeSet<Entry<'a>>,
    /// Entries here, by the keys of their names and of the names that an upload gives them.
    named: BTreeMap<(bool, String), Vec<&'a str>>,
    sent_as: BTreeMap<(bool, String), Vec<&'a str>>,
    /// The next number for a name, by its key.
    numbers: BTreeMap<String, u32>,
}

impl<'a, 'b> Pairing<'a, 'b> {
    fn new(there: &'b [Entry<'a>], here: &[Entry<'a>], key: fn(&str) -> String) -> Self {
        let free: BTreeSet<Entry<'a>> = here.iter().copied().collect();
        let mut named: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut sent_as: BTreeMap<_, Vec<_>> = BTreeMap::new();
        // In the order of the upload, so that it gives the same numbers.
        let mut in_order = here.to_vec();
        in_order.sort_by_key(|entry| entry.name);
        let own = in_order.iter().map(|entry| OsString::from(entry.name));
        let mut to_send = NamesToSend::new(own, true);
        for Entry { is_directory, name } in in_order {
            let of = |name: &str| (is_directory, key(name));
            named.entry(of(name)).or_default().push(name);
            let (sent, safe) = (to_send.give(OsStr::new(name)).ok(), safe_name(name));
            for changed in sent.into_iter().chain([safe]) {
                if changed != name {
                    sent_as.entry(of(&changed)).or_default().push(name);
                }
            }
        }
        Self {
            there,
            key,
            given: vec![None; there.len()],
            taken: BTreeSet::new(),
            free,
            named,
            sent_as,
            numbers: BTreeMap::new(),
        }
    }

    /// Gives the name of an entry here.
    fn pair(&mut self, index: usize, name: &'a str) {
        let is_directory = self.there[index].is_directory;
        self.free.remove(&Entry { is_directory, name });
        self.give(index, name.to_owned());
    }

    fn give(&mut self, index: usize, name: String) {
        self.taken.insert((self.key)(&name));
        self.given[index] = Some(name);
    }

    /// The first entry here that belongs to nothing yet and has this name.
    fn find(
        &self,
        among: &BTreeMap<(bool, String), Vec<&'a str>>,
        is_directory: bool,
        name: &str,
    ) -> Option<&'a str> {
        let found = among.get(&(is_directory, (self.key)(name)))?;
        let is_free = |name: &&&'a str| self.free.contains(&Entry { is_directory, name });
        found.iter().find(is_free).copied()
    }

    fn same_names(&mut self) {
        for (index, entry) in self.there.iter().enumerate() {
            if self.free.contains(entry) {
                self.pair(index, entry.name);
            }
        }
    }

    /// Finds the entry here whose name differs as a transfer may change it.
    fn changed_name(&mut self, index: usize, safe: &str) {
        if self.given[index].is_some() {
            return;
        }
        let Entry { is_directory, name } = self.there[index];
        let found = self
            .find(&self.named, is_directory, name)
            .or_else(|| self.find(&self.named, is_directory, safe))
            .or_else(|| self.find(&self.sent_as, is_directory, name));
        if let Some(found) = found {
            self.pair(index, found);
        }
    }

    fn own_name(&mut self, index: usize, safe: &str) {
        if self.given[index].is_none() && !self.taken.contains(&(self.key)(safe)) {
            self.give(index, safe.to_owned());
        }
    }

    fn numbered_name(&mut self, index: usize, safe: &str) {
        if self.given[index].is_some() {
            return;
        }
        let key = (self.key)(safe);
        let mut number = self.numbers.get(&key).copied().unwrap_or(2);
        let name = loop {
            let name = marked(safe, &format!(" ({number})"));
            number += 1;
            if !self.taken.contains(&(self.key)(&name)) {
                break name;
            }
        };
        self.numbers.insert(key, number);
        let is_directory = self.there[index].is_directory;
        match self.find(&self.named, is_directory, &name) {
            Some(here) => self.pair(index, here),
            None => self.give(index, name),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    /// The names here of files there, where some files are here already.
    fn names(there: &[&str], here: &[&str], folds: bool) -> Vec<String> {
        let files = |names: &[&'static str]| names.iter().copied().map(Entry::file).collect();
        let leak = |names: &[&str]| -> Vec<&'static str> {
            let leaked = names.iter().map(|name| &*name.to_string().leak());
            leaked.collect()
        };
        let (there, here): (Vec<_>, Vec<_>) = (files(&leak(there)), files(&leak(here)));
        names_here(&there, &here, || folds)
    }

    #[test]
    fn names_that_are_safe_and_distinct_stay() {
        let all = ["a.txt", "A.TXT", "Größe", "GRÖSSE", ".hidden", "b (2)"];
        assert_eq!(names(&all, &[], false), all);
        assert_eq!(
            names(&["a.txt", "A.TXT", "b", "B.x"], &[], true),
            ["a (2).txt", "A.TXT", "b", "B.x"]
        );
    }

    #[test]
    fn names_that_would_be_one_are_numbered() {
        let given = names(&["a", "a (2)", "a", "x:y", "x/y", "x_y", "a"], &[], false);
        assert_eq!(
            given,
            ["a", "a (2)", "a (3)", "x_y (3)", "x_y (2)", "x_y", "a (4)"]
        );
        let both = ["\u{e9}.txt", "e\u{301}.txt"];
        let given = names(&both, &[], false);
        assert_eq!(given, ["\u{e9} (2).txt", "e\u{301}.txt"]);
        assert_eq!(names(&both, &both, false), both, "both are here already");
        let long = format!("{}.pdf", "ü".repeat(300));
        let given = names(&[&long, &long], &[], false);
        assert!(given.iter().all(|name| name.len() <= 255), "{given:?}");
        assert!(
            given[0].ends_with("ü.pdf") && given[1].ends_with("ü (2).pdf"),
            "{given:?}"
        );
    }

    #[test]
    fn what_is_here_is_recognized() {
        for (there, here) in [
            ("\u{e9}", "e\u{301}"),
            ("e\u{301}", "\u{e9}"),
            ("a:b", "a_b"),
            ("a_b", "a:b"),
            ("e\u{301}:", "\u{e9}_"),
            ("con.txt", "_con.txt"),
            ("trailing. ", "trailing"),
        ] {
            for folds in [false, true] {
                assert_eq!(names(&[there], &[here], folds), [here], "{there:?}");
            }
        }
        assert_eq!(
            names(&["REPORT.pdf"], &["report.PDF"], true),
            ["report.PDF"]
        );
        assert_eq!(
            names(&["REPORT.pdf"], &["report.PDF"], false),
            ["REPORT.pdf"]
        );
        // Both were replaced, and by different characters.
        assert_eq!(names(&["a:b"], &["a?b"], false), ["a_b"]);
        assert_eq!(
            names(&["a_b (2)", "a_b"], &["a?b", "a:b"], false),
            ["a?b", "a:b"]
        );
        // A number alone makes no counterpart.
        assert_eq!(names(&["a"], &["a (2)"], false), ["a"]);
        assert_eq!(names(&["a", "A"], &["a", "a (2)"], true), ["a", "a (2)"]);
    }

    #[test]
    fn directories_and_files_are_no_counterparts() {
        let there = [Entry::file("docs"), Entry::directory("docs")];
        assert_eq!(names_here(&there, &[], || false), ["docs (2)", "docs"]);
        let here = [Entry::file("docs")];
        assert_eq!(names_here(&there, &here, || false), ["docs", "docs (2)"]);
    }

    #[test]
    fn case_is_asked_for_only_where_it_matters() {
        let asked = std::cell::Cell::new(0);
        let folds = || {
            asked.set(asked.get() + 1);
            true
        };
        let (there, here) = ([Entry::file("a"), Entry::file("B")], [Entry::file("a")]);
        names_here(&there, &here, folds);
        assert_eq!(asked.get(), 0);
        names_here(&there, &[Entry::file("b")], folds);
        assert_eq!(asked.get(), 1);
    }

    #[test]
    fn thousands_of_files_with_one_name_get_names_quickly() {
        let given: BTreeSet<_> = names(&vec!["same.txt"; 50_000], &[], false)
            .into_iter()
            .collect();
        assert_eq!(given.len(), 50_000);
    }

    fn entries() -> impl Strategy<Value = Vec<(bool, String)>> {
        let name = "(a|A|b|[:?_/]|é|e\u{301}|É| \\(2\\)|\\.t|\\.T|CON|\\.| ){0,4}";
        prop::collection::vec((any::<bool>(), name), 0..8)
    }

    fn borrowed(entries: &[(bool, String)]) -> Vec<Entry<'_>> {
        let entries = entries.iter();
        entries
            .map(|(is_directory, name)| Entry {
                is_directory: *is_directory,
                name,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_form_is_that_of_unicode(name in "[aeé\u{300}-\u{345}\u{591}-\u{5c2}가-힣Å\u{212b}\u{2f800}]{0,8}|.{0,20}") {
            prop_assert_eq!(form(&name), name.nfd().collect::<String>());
        }

        /// A download, then another one or an upload: what was downloaded is recognized. Other files that are here, and
        /// the order of the list, change nothing.
        #[test]
        fn what_was_downloaded_is_recognized(
            there in entries(),
            others in entries(),
            folds: bool,
        ) {
            // Names that one directory can have.
            let mut seen = BTreeSet::new();
            let others: Vec<_> = others
                .into_iter()
                .map(|(kind, name)| (kind, safe_name(&name)))
                .filter(|(_, name)| seen.insert(if folds { folded(name) } else { name.clone() }))
                .collect();
            let given = names_here(&borrowed(&there), &borrowed(&others), || folds);
            prop_assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
            let mut here = others;
            here.extend(there.iter().zip(&given).map(|((kind, _), name)| (*kind, name.clone())));
            let again = names_here(&borrowed(&there), &borrowed(&here), || folds);
            prop_assert_eq!(&again, &given);
        }

        /// An upload, then another one or a download: the service, or the upload, may have changed the names.
        #[test]
        fn what_was_uploaded_is_recognized(here in entries(), change in 0..4, folds: bool) {
            let key = if folds { folded } else { form };
            // Names that one directory can have, and that do not become one on the way.
            let mut seen = BTreeSet::new();
            let here: Vec<_> = here.into_iter().filter(|(_, name)| {
                !name.contains('/') && safe_name(name) != "_" && seen.insert(key(&safe_name(name)))
            }).collect();
            let there: Vec<_> = here.iter().map(|(kind, name)| (*kind, match change {
                0 => name.clone(),
                1 => name.nfc().collect(),
                2 => name.nfd().collect(),
                _ => safe_name(name),
            })).collect();
            let names = names_here(&borrowed(&there), &borrowed(&here), || folds);
            prop_assert_eq!(names, here.into_iter().map(|(_, name)| name).collect::<Vec<_>>());
        }
    }
}
