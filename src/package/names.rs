//! How the names of a directory here and on the service correspond. Uploads and downloads of trees both ask this file,
//! so that what one of them has transferred is recognized by the other.
//!
//! A file keeps its name. A download changes a name that is not safe here ([`safe_name`]) and numbers names that would
//! be one, and an upload may replace characters. Some systems and services also change the form of letters: an é may be
//! one character or two (Unicode's forms NFC and NFD), and some file systems take upper and lower case for the same. So
//! an entry that has no counterpart of the very same name belongs to one whose name differs in that only. Two files of
//! one side are never taken for the same.
//!
//! A name that was replaced or numbered does not show which file it was. Such a pair is a guess: its content has to
//! confirm it ([`confirmed_names_here`]), or else the entries are two files. So nothing is ever written over a file
//! that only has a similar name.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

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

/// What is here of an entry on the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counterpart {
    /// Nothing.
    None,
    /// The entry of this name.
    Sure,
    /// An entry of which an upload that replaces characters makes this name; no other entry has a similar name. It may
    /// be another file.
    Replaced,
    /// An entry whose name was replaced or numbered, beside others like it. It may be another file.
    Doubtful,
    /// An entry with the same content.
    Confirmed,
}

/// The name here of an entry on the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) name: String,
    pub(super) counterpart: Counterpart,
}

/// What comparisons have shown: entries there, by index, and names here.
#[derive(Default)]
pub(super) struct Compared {
    same: BTreeMap<usize, String>,
    apart: BTreeSet<(usize, String)>,
}

/// So many times another counterpart is tried for entries whose content has not confirmed the last one.
const MOST_GUESSES: usize = 20;

/// As [`names_here`], with pairs alone that hold. `are_same` gets those that are `in_doubt`, each as the index of the
/// entry there and the name here, and returns the indexes of those that are the same. Those of `known` are.
pub(super) fn confirmed_names_here<'a>(
    there: &[Entry<'a>],
    here: &[Entry<'a>],
    known: BTreeMap<usize, String>,
    folds_case: impl Fn() -> bool,
    in_doubt: impl Fn(usize, &Given) -> bool,
    mut are_same: impl FnMut(&[(usize, String)]) -> Result<BTreeSet<usize>>,
) -> Result<Vec<Given>> {
    let folds = OnceCell::new();
    let mut compared = Compared {
        same: known,
        apart: BTreeSet::new(),
    };
    let mut guesses = 0;
    loop {
        let names = names_here(there, here, &compared, || *folds.get_or_init(&folds_case));
        let is_open = |(index, given): &(usize, &Given)| {
            !matches!(
                given.counterpart,
                Counterpart::None | Counterpart::Confirmed
            ) && in_doubt(*index, given)
        };
        let open: Vec<_> = (names.iter().enumerate().filter(is_open))
            .map(|(index, given)| (index, given.name.clone()))
            .collect();
        if open.is_empty() {
            return Ok(names);
        }
        let same = match guesses < MOST_GUESSES {
            true => are_same(&open)?,
            false => BTreeSet::new(),
        };
        guesses += 1;
        for (index, name) in open {
            if same.contains(&index) {
                compared.same.insert(index, name);
            } else {
                compared.apart.insert((index, name));
            }
        }
    }
}

/// Returns the name here of each entry of a directory on the service: that of its counterpart among the entries here,
/// or else the one that it gets. No two get the same. What was `compared` is known.
///
/// The order of entries does not matter, unless they have the same name. `folds_case` says whether the file system
/// takes upper and lower case for the same; it is asked only if that matters.
pub(super) fn names_here<'a>(
    there: &[Entry<'a>],
    here: &[Entry<'a>],
    compared: &Compared,
    folds_case: impl FnOnce() -> bool,
) -> Vec<Given> {
    let given = Pairing::new(there, here, compared, form).all();
    // A number may make a name that differs from one here in case only.
    let listed =
        (there.iter().chain(here)).flat_map(|entry| [entry.name.into(), safe_name(entry.name)]);
    let names = listed.chain(given.iter().map(|given| given.name.clone()));
    match differ_in_case_only(names) && folds_case() {
        true => Pairing::new(there, here, compared, folded).all(),
        false => given,
    }
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

/// A name without the number that [`NamesToSend`] or a download has put into it.
fn unnumbered(name: &str) -> String {
    let numbered = |stem: &str| {
        let number = stem.strip_suffix(')')?.rsplit_once(" (")?;
        let is_number = !number.1.is_empty() && number.1.bytes().all(|b| b.is_ascii_digit());
        is_number.then_some(number.0.len())
    };
    let (stem, extension) = name.split_at(name.rfind('.').unwrap_or(name.len()));
    match (numbered(stem), numbered(name)) {
        (Some(end), _) => format!("{}{extension}", &stem[..end]),
        (None, Some(end)) => name[..end].to_owned(),
        (None, None) => name.to_owned(),
    }
}

/// Names that are the same by this form differ at most in Unicode's form. It is NFD; the crate's own function would link
/// the tables of compatibility, too.
pub(super) fn form(name: &str) -> String {
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

/// The name in NFC: an é is one character, however it was written.
pub(super) fn composed(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return Cow::Borrowed(name);
    }
    let mut letters: Vec<char> = Vec::new();
    // The letter that takes marks in, and the class of the last mark that it has not taken in.
    let mut open = None;
    let mut passed = None;
    for part in form(name).chars() {
        let class = canonical_combining_class(part);
        let is_reached = passed.is_none_or(|passed| passed < class);
        let letter = open.filter(|_| is_reached);
        if let Some(at) = letter
            && let Some(both) = compose(letters[at], part)
        {
            letters[at] = both;
            continue;
        }
        if class == 0 {
            open = Some(letters.len());
        }
        passed = (class != 0).then_some(class);
        letters.push(part);
    }
    letters.into_iter().collect()
}

/// Names that are the same by this form differ at most in Unicode's form and in case. It takes more for the same than
/// any file system does: a number too many harms nobody.
pub(super) fn folded(name: &str) -> String {
    match name.is_ascii() {
        true => name.to_ascii_lowercase(),
        false => form(&form(name).to_uppercase().to_lowercase()),
    }
}

/// Whether there are names that are the same only if case does not count.
fn differ_in_case_only(mut names: impl Iterator<Item = String>) -> bool {
    let mut forms = BTreeMap::new();
    names.any(|name| {
        let form = form(&name);
        *forms.entry(folded(&name)).or_insert_with(|| form.clone()) != form
    })
}

/// Entries there, and the names here that they were given so far.
struct Pairing<'a, 'b> {
    there: &'b [Entry<'a>],
    compared: &'b Compared,
    key: fn(&str) -> String,
    given: Vec<Option<Given>>,
    /// The keys of given names.
    taken: BTreeSet<String>,
    /// Entries here that belong to nothing yet.
    free: BTreeSet<Entry<'a>>,
    /// Entries here, by the keys of their names and of the names that an upload gives them.
    named: ByKey<'a>,
    sent_as: ByKey<'a>,
    /// Names, by the key of what they are without unsafe characters and numbers, if there are several on one side.
    similar: BTreeSet<String>,
    /// The next number for a name, by its key.
    numbers: BTreeMap<String, u32>,
}

/// The names of directories, or of files.
type ByKey<'a> = BTreeMap<(bool, String), Vec<&'a str>>;

impl<'a, 'b> Pairing<'a, 'b> {
    fn new(
        there: &'b [Entry<'a>],
        here: &[Entry<'a>],
        compared: &'b Compared,
        key: fn(&str) -> String,
    ) -> Self {
        let free: BTreeSet<Entry<'a>> = here.iter().copied().collect();
        let (mut named, mut sent_as) = (ByKey::new(), ByKey::new());
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
        let mut similar = BTreeSet::new();
        for side in [there, here] {
            let (mut seen, mut names) = (BTreeSet::new(), BTreeSet::new());
            for entry in side {
                let like = key(&unnumbered(&safe_name(entry.name)));
                if names.insert(entry.name) && !seen.insert(like.clone()) {
                    similar.insert(like);
                }
            }
        }
        Self {
            there,
            compared,
            key,
            given: vec![None; there.len()],
            taken: BTreeSet::new(),
            free,
            named,
            sent_as,
            similar,
            numbers: BTreeMap::new(),
        }
    }

    /// The name here of each entry there.
    fn all(mut self) -> Vec<Given> {
        self.same_files();
        self.same_names();
        // Safe names first: they are the likeliest to be here as they are.
        let mut order: Vec<usize> = (0..self.there.len()).collect();
        let safe: Vec<String> = (self.there.iter())
            .map(|entry| safe_name(entry.name))
            .collect();
        order.sort_by_key(|index| {
            let Entry { is_directory, name } = self.there[*index];
            (!is_directory, safe[*index] != name, name)
        });
        for index in &order {
            self.changed_name(*index, &safe[*index]);
        }
        for index in &order {
            self.other_number(*index);
        }
        // Each name is given once before any is numbered, so that a number never takes the name of another file.
        for index in &order {
            self.own_name(*index, &safe[*index]);
        }
        for index in &order {
            self.numbered_name(*index, &safe[*index]);
        }
        self.given.into_iter().flatten().collect()
    }

    /// Gives the name of an entry here.
    fn pair(&mut self, index: usize, name: &'a str, counterpart: Counterpart) {
        let is_directory = self.there[index].is_directory;
        self.free.remove(&Entry { is_directory, name });
        self.give(index, name.to_owned(), counterpart);
    }

    fn give(&mut self, index: usize, name: String, counterpart: Counterpart) {
        self.taken.insert((self.key)(&name));
        self.given[index] = Some(Given { name, counterpart });
    }

    /// The first entry here that belongs to nothing yet, and that an entry there is by this name.
    fn find(&self, index: usize, among: &ByKey<'a>, name: &str) -> Option<&'a str> {
        let is_directory = self.there[index].is_directory;
        let found = among.get(&(is_directory, (self.key)(name)))?;
        let may_be = |name: &&&'a str| {
            self.free.contains(&Entry { is_directory, name }) && !self.is_apart(index, name)
        };
        found.iter().find(may_be).copied()
    }

    /// Whether an entry there is known to be another one than the entry here.
    fn is_apart(&self, index: usize, name: &str) -> bool {
        let apart = &self.compared.apart;
        !apart.is_empty() && apart.contains(&(index, name.to_owned()))
    }

    /// Whether an entry there may get this name, as far as what is here matters.
    fn may_have(&self, index: usize, name: &str) -> bool {
        let of = (self.there[index].is_directory, (self.key)(name));
        let here = self.named.get(&of);
        here.is_none_or(|here| here.iter().all(|here| !self.is_apart(index, here)))
    }

    fn same_files(&mut self) {
        let compared = self.compared;
        for (index, name) in &compared.same {
            let is_directory = self.there[*index].is_directory;
            let of = (is_directory, (self.key)(name));
            let mut here = self.named.get(&of).into_iter().flatten();
            if let Some(here) = here.find(|here| *here == name).copied() {
                self.pair(*index, here, Counterpart::Confirmed);
            }
        }
    }

    fn same_names(&mut self) {
        for (index, entry) in self.there.iter().enumerate() {
            let is_open = self.given[index].is_none() && self.free.contains(entry);
            if is_open && !self.is_apart(index, entry.name) {
                self.pair(index, entry.name, Counterpart::Sure);
            }
        }
    }

    /// Finds the entry here whose name differs as a transfer may change it.
    fn changed_name(&mut self, index: usize, safe: &str) {
        if self.given[index].is_some() {
            return;
        }
        let name = self.there[index].name;
        let like = (self.key)(&unnumbered(safe));
        let unless_similar = |alone| match self.similar.contains(&like) {
            true => Counterpart::Doubtful,
            false => alone,
        };
        let found = if let Some(found) = self.find(index, &self.named, name) {
            Some((found, Counterpart::Sure))
        } else if let Some(found) = self.find(index, &self.named, safe) {
            Some((found, unless_similar(Counterpart::Sure)))
        } else {
            let found = self.find(index, &self.sent_as, name);
            found.map(|found| (found, unless_similar(Counterpart::Replaced)))
        };
        if let Some((found, counterpart)) = found {
            self.pair(index, found, counterpart);
        }
    }

    /// Finds the file here that an upload may have sent under this name when there were other files.
    fn other_number(&mut self, index: usize) {
        let Entry { is_directory, name } = self.there[index];
        if self.given[index].is_some() || is_directory {
            return;
        }
        let bare = unnumbered(name);
        // An upload gives a number also to a file that is known to be another one than that of its name.
        let is_other = |found: &&str| (self.compared.apart.iter()).any(|(_, apart)| apart == found);
        let found = self.find(index, &self.sent_as, &bare);
        let found = found.or_else(|| self.find(index, &self.named, &bare).filter(is_other));
        if let Some(found) = found {
            self.pair(index, found, Counterpart::Doubtful);
        }
    }

    fn own_name(&mut self, index: usize, safe: &str) {
        let is_free = self.given[index].is_none() && !self.taken.contains(&(self.key)(safe));
        if is_free && self.may_have(index, safe) {
            self.give(index, safe.to_owned(), Counterpart::None);
        }
    }

    fn numbered_name(&mut self, index: usize, safe: &str) {
        if self.given[index].is_some() {
            return;
        }
        let key = (self.key)(safe);
        let mut number = self.numbers.get(&key).copied().unwrap_or(2);
        let mut next = None;
        let name = loop {
            let name = marked(safe, &format!(" ({number})"));
            if !self.taken.contains(&(self.key)(&name)) {
                if self.may_have(index, &name) {
                    break name;
                }
                // Another entry may be this one.
                next.get_or_insert(number);
            }
            number += 1;
        };
        self.numbers.insert(key, next.unwrap_or(number + 1));
        match self.find(index, &self.named, &name) {
            Some(here) => self.pair(index, here, Counterpart::Doubtful),
            None => self.give(index, name, Counterpart::None),
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
        bare(names_here(&there, &here, &Compared::default(), || folds))
    }

    fn bare(given: Vec<Given>) -> Vec<String> {
        given.into_iter().map(|given| given.name).collect()
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
        assert_eq!(names(&["a", "a"], &["A (2)"], false), ["a", "a (2)"]);
        assert_eq!(names(&["a", "a"], &["A (2)"], true), ["a", "A (2)"]);
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
    fn similar_names_are_in_doubt() {
        use Counterpart::*;
        let found = |there: &[&'static str], here: &[&'static str]| -> Vec<Counterpart> {
            let files = |names: &[&'static str]| names.iter().copied().map(Entry::file).collect();
            let (there, here): (Vec<_>, Vec<_>) = (files(there), files(here));
            let given = names_here(&there, &here, &Compared::default(), || false);
            given.iter().map(|given| given.counterpart).collect()
        };
        assert_eq!(
            found(&["a", "b", "\u{e9}"], &["a", "e\u{301}"]),
            [Sure, None, Sure]
        );
        assert_eq!(found(&["a:b"], &["a_b"]), [Sure], "as a download names it");
        assert_eq!(found(&["a:b"], &["a_b", "a_b (2)"]), [Doubtful]);
        assert_eq!(found(&["a:b", "a?b"], &["a_b"]), [Doubtful, None]);
        assert_eq!(found(&["a_b"], &["a:b"]), [Replaced]);
        assert_eq!(found(&["a_b"], &["a:b", "a?b"]), [Doubtful]);
        assert_eq!(found(&["a_b (2)"], &["a:b"]), [Doubtful]);
        assert_eq!(found(&["a", "a"], &["a", "a (2)"]), [Sure, Doubtful]);
    }

    #[test]
    fn what_is_not_confirmed_is_a_file_of_its_own() {
        let confirmed = |there: &[&'static str], here: &[&'static str], same: &[(usize, &str)]| {
            let files = |names: &[&'static str]| names.iter().copied().map(Entry::file).collect();
            let (there, here): (Vec<_>, Vec<_>) = (files(there), files(here));
            let in_doubt = |_, given: &Given| given.counterpart != Counterpart::Sure;
            let are_same = |open: &[(usize, String)]| {
                let is_same = |(index, name): &&(usize, String)| same.contains(&(*index, name));
                Ok(open
                    .iter()
                    .filter(is_same)
                    .map(|(index, _)| *index)
                    .collect())
            };
            let none = BTreeMap::new();
            bare(confirmed_names_here(&there, &here, none, || false, in_doubt, are_same).unwrap())
        };
        assert_eq!(confirmed(&["a_b"], &["a?b"], &[]), ["a_b"]);
        assert_eq!(confirmed(&["a_b"], &["a?b"], &[(0, "a?b")]), ["a?b"]);
        let there = ["a_b", "a_b (2)"];
        assert_eq!(confirmed(&there, &["a?b"], &[(1, "a?b")]), ["a_b", "a?b"]);
        let same = [(0, "a?b"), (1, "a:b")];
        assert_eq!(confirmed(&there, &["a:b", "a?b"], &same), ["a?b", "a:b"]);
        assert_eq!(
            confirmed(&["a?b"], &["a_b", "a_b (2)"], &[(0, "a_b (2)")]),
            ["a_b (2)"]
        );
        assert_eq!(confirmed(&["a?b"], &["a_b", "a_b (2)"], &[]), ["a_b (3)"]);
        // Each of those that were numbered is found, whichever has gone.
        let same = [(1, "a (3)"), (2, "a (4)")];
        let here = ["a", "a (2)", "a (3)", "a (4)"];
        assert_eq!(
            confirmed(&["a", "a", "a"], &here, &same),
            ["a", "a (3)", "a (4)"]
        );
        let many = vec!["a"; 100];
        assert_eq!(confirmed(&many, &here, &[])[99], "a (103)");
    }

    #[test]
    fn directories_and_files_are_no_counterparts() {
        let there = [Entry::file("docs"), Entry::directory("docs")];
        let given = |here: &[Entry<'static>]| {
            bare(names_here(&there, here, &Compared::default(), || false))
        };
        assert_eq!(given(&[]), ["docs (2)", "docs"]);
        assert_eq!(given(&[Entry::file("docs")]), ["docs", "docs (2)"]);
    }

    #[test]
    fn case_is_asked_for_only_where_it_matters() {
        let asked = std::cell::Cell::new(0);
        let folds = || {
            asked.set(asked.get() + 1);
            true
        };
        let (there, here) = ([Entry::file("a"), Entry::file("B")], [Entry::file("a")]);
        names_here(&there, &here, &Compared::default(), folds);
        assert_eq!(asked.get(), 0);
        names_here(&there, &[Entry::file("b")], &Compared::default(), folds);
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
            prop_assert_eq!(composed(&name), name.nfc().collect::<String>());
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
            let none = Compared::default();
            let given = bare(names_here(&borrowed(&there), &borrowed(&others), &none, || folds));
            prop_assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
            let mut here = others;
            here.extend(there.iter().zip(&given).map(|((kind, _), name)| (*kind, name.clone())));
            let again = bare(names_here(&borrowed(&there), &borrowed(&here), &none, || folds));
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
            let none = Compared::default();
            let names = bare(names_here(&borrowed(&there), &borrowed(&here), &none, || folds));
            prop_assert_eq!(names, here.into_iter().map(|(_, name)| name).collect::<Vec<_>>());
        }
    }
}
