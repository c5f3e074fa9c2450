//! Which paths take part in a sync.
//!
//! The matcher is our own, since no crate fits. The time that `gix-glob` 0.29 takes grows exponentially (`a/**/` 22 times
//! over, for a path of 200 directories: 9 s, here 15 µs), it gives up at the 64th `*`, and brings ten more crates.
//! `globset` 0.4 makes a program 0.7 MB larger, and the library has 0.2 MB left. Both, and `fast-glob`, take a byte for a
//! character, so that `?.txt` does not fit `é.txt`. `fast-glob` has braces and escapes that `.gitignore` has not; `glob`
//! has no escapes.

use crate::error::{Error, ErrorKind, Result};
use crate::package::names::composed;

/// Patterns as in a `.gitignore` file: `*`, `?`, `[...]`, `**`, and `\` before a character that stands for itself; one
/// without `/` inside fits names at any depth, one that ends with `/` directories only. A letter has one form, NFC, in
/// patterns and paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    levels: Vec<Level>,
    only_directories: bool,
}

/// What fits one name of a path.
#[derive(Clone, Debug)]
enum Level {
    /// `**`: any number of names.
    Many,
    One(Vec<Piece>),
}

/// What fits one character of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// `*`: any number of characters.
    Many,
    Any,
    Same(char),
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Piece {
    fn fits(&self, c: char) -> bool {
        match self {
            Self::Many => false,
            Self::Any => true,
            Self::Same(same) => *same == c,
            Self::Class { is_negated, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *is_negated
            }
        }
    }
}

impl Pattern {
    fn new(text: &str) -> Result<Self> {
        Self::read(&composed(text)).map_err(|why| {
            let message = format!("{text:?} is not a pattern: {why}");
            Error::new(ErrorKind::InvalidArgument, message).with_remedy(
                "write patterns as in a .gitignore file, such as *.tmp, /build or cache/, without exceptions (!); \
                 \\[ is a bracket itself",
            )
        })
    }

    fn read(text: &str) -> std::result::Result<Self, &'static str> {
        let (path, only_directories) = match text.strip_suffix('/') {
            Some(path) => (path, true),
            None => (text, false),
        };
        if path.trim_matches('/').is_empty() {
            return Err("it has no name");
        }
        if path.contains('\0') {
            return Err("no name has this character");
        }
        if path.starts_with('!') {
            return Err("what it would except is not supported; \\! stands for the character");
        }
        let mut levels = Vec::new();
        let from_the_top = path.strip_prefix('/').unwrap_or(path);
        if !path.contains('/') {
            levels.push(Level::Many);
        }
        for name in from_the_top.split('/') {
            levels.push(match name {
                "**" => Level::Many,
                name => Level::One(pieces(name)?),
            });
        }
        // At the end it stands for what is in a directory, not for the directory itself.
        if let Some(Level::Many) = levels.last() {
            levels.push(Level::One(vec![Piece::Many]));
        }
        Ok(Self {
            levels,
            only_directories,
        })
    }

    fn fits(&self, path: &str, is_directory: bool) -> bool {
        let is_one = |level: &Level, name: &str| match level {
            Level::Many => false,
            Level::One(pieces) => fits(
                pieces,
                name.chars(),
                |piece| *piece == Piece::Many,
                |piece, c| piece.fits(c),
            ),
        };
        let is_many = |level: &Level| matches!(level, Level::Many);
        (is_directory || !self.only_directories)
            && fits(&self.levels, path.split('/'), is_many, is_one)
    }
}

/// Whether a pattern fits all items. One of its wildcards that takes any number takes as few as possible, and then more
/// if what follows does not fit: only the last one needs another attempt, so the time grows with the product of lengths.
fn fits<P, I: Iterator<Item: Copy> + Clone>(
    pattern: &[P],
    mut items: I,
    is_many: impl Fn(&P) -> bool,
    is_one: impl Fn(&P, I::Item) -> bool,
) -> bool {
    let mut at = 0;
    let mut last_many: Option<(usize, I)> = None;
    loop {
        if pattern.get(at).is_some_and(&is_many) {
            at += 1;
            last_many = Some((at, items.clone()));
            continue;
        }
        let mut rest = items.clone();
        match (pattern.get(at), rest.next()) {
            (None, None) => return true,
            (Some(one), Some(item)) if is_one(one, item) => {
                at += 1;
                items = rest;
            }
            _ => {
                let Some((behind, taken)) = &mut last_many else {
                    return false;
                };
                if taken.next().is_none() {
                    return false;
                }
                at = *behind;
                items = taken.clone();
            }
        }
    }
}

/// Reads the pattern of one name.
fn pieces(name: &str) -> std::result::Result<Vec<Piece>, &'static str> {
    const ENDS: &str = "nothing follows its last \\";
    let mut pieces = Vec::new();
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        pieces.push(match c {
            '*' if pieces.last() == Some(&Piece::Many) => continue,
            '*' => Piece::Many,
            '?' => Piece::Any,
            '[' => class(&mut rest)?,
            '\\' => Piece::Same(rest.next().ok_or(ENDS)?),
            c => Piece::Same(c),
        });
    }
    Ok(pieces)
}

/// Reads a class of characters behind its `[`. A `]` in the first place is one of them.
fn class(rest: &mut std::str::Chars<'_>) -> std::result::Result<Piece, &'static str> {
    const OPEN: &str = "it has a [ without a ]";
    const NAMED: &str = "classes by name, such as [:digit:], are not supported";
    const BACKWARDS: &str = "a range of its [] ends before it begins";
    let is_negated = rest.as_str().starts_with(['!', '^']);
    if is_negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        let from = match rest.next().ok_or(OPEN)? {
            ']' if !ranges.is_empty() => return Ok(Piece::Class { is_negated, ranges }),
            '\\' => rest.next().ok_or(OPEN)?,
            '[' if rest.as_str().starts_with([':', '.', '=']) => return Err(NAMED),
            from => from,
        };
        let mut after = rest.clone();
        let to = match (after.next(), after.next()) {
            (Some('-'), Some(to)) if to != ']' => {
                *rest = after;
                match to {
                    '\\' => rest.next().ok_or(OPEN)?,
                    to => to,
                }
            }
            _ => from,
        };
        if to < from {
            return Err(BACKWARDS);
        }
        ranges.push((from, to));
    }
}

impl Filter {
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Self> {
        let read = |patterns: &[String]| {
            patterns
                .iter()
                .map(|text| Pattern::new(text))
                .collect::<Result<_>>()
        };
        Ok(Self {
            include: read(include)?,
            exclude: read(exclude)?,
        })
    }

    /// Whether there are no patterns.
    pub(super) fn takes_all(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether an entry takes part. A directory does unless it is excluded, so that what is in it can be included.
    pub(super) fn takes(&self, path: &str, is_directory: bool) -> bool {
        if self.takes_all() {
            return true;
        }
        let path = &*composed(path);
        let is_excluded = self
            .exclude
            .iter()
            .any(|pattern| pattern.fits(path, is_directory));
        let is_included = self.include.is_empty() || is_directory || self.is_included(path);
        is_included && !is_excluded
    }

    /// Whether a file, or a directory above it, is included.
    fn is_included(&self, path: &str) -> bool {
        let mut above = super::plan::ancestors(path);
        self.include.iter().any(|pattern| pattern.fits(path, false))
            || above.any(|path| self.fits_directory(path))
    }

    /// Whether a directory is included itself, and not for what is in it.
    pub(super) fn includes_directory(&self, path: &str) -> bool {
        let path = &*composed(path);
        let mut above = super::plan::ancestors(path);
        self.fits_directory(path) || above.any(|path| self.fits_directory(path))
    }

    fn fits_directory(&self, path: &str) -> bool {
        self.include.iter().any(|pattern| pattern.fits(path, true))
    }

    /// The same for a path whose directories have not been asked for.
    pub(super) fn takes_with_all_above(&self, path: &str, is_directory: bool) -> bool {
        self.takes(path, is_directory)
            && super::plan::ancestors(path).all(|above| self.takes(above, true))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn patterns_are_those_of_gitignore() {
        let takes = |include: &[&str], exclude: &[&str], path: &str, is_directory: bool| {
            let owned = |patterns: &[&str]| {
                patterns
                    .iter()
                    .map(|text| (*text).to_owned())
                    .collect::<Vec<_>>()
            };
            let filter = Filter::new(&owned(include), &owned(exclude)).expect("patterns");
            filter.takes_with_all_above(path, is_directory)
        };
        for (include, exclude, path, is_directory, expected) in [
            (&[][..], &[][..], "a/b.txt", false, true),
            (&[], &["*.tmp"], "a/b.tmp", false, false),
            (&[], &["*.tmp"], "b.tmp", false, false),
            (&[], &["*.tmp"], "b.tmp.txt", false, true),
            (&[], &["/build"], "build/x", false, false),
            (&[], &["/build"], "a/build/x", false, true),
            (&[], &["cache/"], "a/cache/x/y", false, false),
            (&[], &["cache/"], "a/cache", false, true),
            (&[], &["cache/"], "a/cache", true, false),
            (&[], &["a/**/z"], "a/b/c/z", false, false),
            (&["*.pdf"], &[], "a/b.pdf", false, true),
            (&["*.pdf"], &[], "a/b.txt", false, false),
            (&["*.pdf"], &["secret/"], "secret/b.pdf", false, false),
            (&["docs/"], &[], "docs/a/b.txt", false, true),
            (&["docs/"], &[], "other/b.txt", false, false),
            (&[], &["[ab]?.txt"], "b1.txt", false, false),
            (&[], &["\\[a].txt"], "[a].txt", false, false),
            (&[], &["\\!a"], "!a", false, false),
            (&[], &["[ab]?.txt"], "\u{e9}1.txt", false, true),
            (&[], &["?.txt"], "\u{e9}.txt", false, false),
            (&[], &["[!\u{e8}-\u{ea}].txt"], "\u{e9}.txt", false, true),
            // The two forms of a letter.
            (&[], &["\u{e9}*"], "e\u{301}.txt", false, false),
            (&[], &["e\u{301}*"], "\u{e9}.txt", false, false),
            (&[], &["?.txt"], "e\u{301}.txt", false, false),
            (&[], &["[e\u{301}].txt"], "e\u{301}.txt", false, false),
            (&[], &["e*"], "e\u{301}.txt", false, true),
            (&["e\u{301}/"], &[], "\u{e9}/a", false, true),
            (&["\u{e9}/"], &[], "e\u{301}/a", false, true),
            (&[], &["[]-]x"], "-x", false, false),
            (&[], &["[a\\]]x"], "]x", false, false),
            (&[], &["a?c"], "a/c", false, true),
            (&[], &["a*c"], "a/c", false, true),
            (&[], &["a**c"], "abc", false, false),
            (&[], &["a**c"], "a/b/c", false, true),
            (&[], &["a/**"], "a/b/c", false, false),
            (&[], &["a/**"], "a", true, true),
            (&[], &["**/z"], "z", false, false),
            (&[], &["a/**/z"], "a/z", false, false),
            // No braces, and no escapes but that of a character that stands for itself.
            (&[], &["{a,b}"], "a", false, true),
            (&[], &["{a,b}"], "{a,b}", false, false),
            (&[], &["a{b"], "a{b", false, false),
            (&[], &["\\n"], "n", false, false),
            (&[], &["\\*"], "x", false, true),
            (&[], &["\\*"], "*", false, false),
            (&[], &["/!x"], "!x", false, false),
            (&[], &["\\!x"], "!x", false, false),
            (&[], &["a!"], "a!", false, false),
        ] {
            let taken = takes(include, exclude, path, is_directory);
            assert_eq!(taken, expected, "{include:?} {exclude:?} {path}");
        }
        let letter = Filter::new(&["\u{e9}".to_owned()], &[]).expect("a pattern");
        assert!(letter.includes_directory("a/e\u{301}"));
        for bad in [
            "",
            "/",
            "//",
            "!kept",
            "[",
            "a/[b",
            "[]",
            "x\\",
            "a\0",
            "[b-a]",
            "[[:digit:]]",
        ] {
            for (include, exclude) in [
                (vec![bad.to_owned()], vec![]),
                (vec![], vec![bad.to_owned()]),
            ] {
                let error = Filter::new(&include, &exclude).expect_err("no pattern");
                assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            }
        }
    }

    /// A matcher that tries each way would not come to an end with any of these.
    #[test]
    fn no_pattern_takes_long() {
        let (name, path) = ("a".repeat(255), "a/".repeat(2000) + "a");
        for (pattern, path) in [
            ("*a".repeat(200) + "b", &name),
            ("*[a]".repeat(200) + "b", &name),
            ("a/**/".repeat(500) + "b", &path),
            ("**/*/a*a/".repeat(500) + "b", &path),
        ] {
            let filter = Filter::new(&[], &[pattern]).expect("a pattern");
            assert!(filter.takes(path, false));
        }
        let many = Filter::new(&[], &["*a".repeat(100)]).expect("a pattern");
        assert!(!many.takes(&name, false));
    }

    /// Git itself, with many patterns and all paths of a tree.
    #[test]
    fn git_ignores_the_same() {
        const NAMES: [&str; 16] = [
            "a", "b", "ab", "a.b", "[a]", "a-c", "-", "!x", "abc", ".a", "a]", "{a,b}", "a b", "A",
            "x.tmp", "\\",
        ];
        const PIECES: [&str; 31] = [
            "a", "b", "c", "*", "**", "?", "/", "/", "/", ".", "[ab]", "[!a]", "[^b]", "[a-c]",
            "[]a]", "[a-]", "\\*", "\\[", "-", "!x", "{", "}", ",", " ", "x", "tmp", "[", "\\",
            "A", "]", "[\\]a]",
        ];
        let git = |tree: &Path, paths: &str| {
            let mut git = Command::new("git");
            git.args(["check-ignore", "--no-index", "--stdin", "-z"]);
            let mut child = (git
                .current_dir(tree)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()))
            .spawn()
            .expect("git");
            let mut input = child.stdin.take().expect("a pipe");
            input.write_all(paths.as_bytes()).expect("git reads");
            drop(input);
            let output = child.wait_with_output().expect("git ends").stdout;
            String::from_utf8(output).expect("names are text")
        };
        let tree = std::env::temp_dir().join(format!("ignored-{}", std::process::id()));
        let mut paths = Vec::new();
        for (at, name) in NAMES.into_iter().enumerate() {
            paths.push((name.to_owned(), at % 3 == 0));
            if at % 3 == 0 {
                let below = NAMES.into_iter().enumerate();
                paths.extend(below.map(|(below, last)| (format!("{name}/{last}"), below % 4 == 0)));
                std::fs::create_dir_all(tree.join(name)).expect("a directory");
            }
        }
        for (path, is_directory) in &paths {
            match is_directory {
                true => std::fs::create_dir_all(tree.join(path)).expect("a directory"),
                false => std::fs::write(tree.join(path), "").expect("a file"),
            }
        }
        let begun = Command::new("git")
            .args(["init", "--quiet"])
            .arg(&tree)
            .status();
        assert!(begun.expect("git").success());
        let listed: Vec<_> = paths.iter().map(|(path, _)| path.as_str()).collect();
        let listed = listed.join("\0") + "\0";

        let mut random = 1_u64;
        let mut below = |limit: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(random >> 33).unwrap() % limit
        };
        let mut compared = 0;
        while compared < 300 {
            let length = 1 + below(5);
            let pattern: String = (0..length).map(|_| PIECES[below(PIECES.len())]).collect();
            let Ok(filter) = Filter::new(&[], std::slice::from_ref(&pattern)) else {
                continue;
            };
            // Git takes blanks at the end off.
            if pattern.ends_with(' ') {
                continue;
            }
            std::fs::write(tree.join(".git/info/exclude"), format!("{pattern}\n")).unwrap();
            let ignored = git(&tree, &listed);
            let ignored: BTreeSet<_> = ignored.split('\0').collect();
            for (path, is_directory) in &paths {
                let taken = filter.takes_with_all_above(path, *is_directory);
                assert_eq!(
                    taken,
                    !ignored.contains(path.as_str()),
                    "{pattern:?} {path:?}"
                );
            }
            compared += 1;
        }
        std::fs::remove_dir_all(tree).expect("the tree goes");
    }
}
