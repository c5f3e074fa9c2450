//! Which paths take part in a sync.

use fast_glob::{glob_match, validate};

use crate::error::{Error, ErrorKind, Result};

/// Patterns as in a `.gitignore` file: `*`, `?`, `[...]`, `**`; one without `/` inside fits names at any depth, one that
/// ends with `/` directories only.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    glob: String,
    only_directories: bool,
}

impl Pattern {
    fn new(text: &str) -> Result<Self> {
        let (path, only_directories) = match text.strip_suffix('/') {
            Some(path) => (path, true),
            None => (text, false),
        };
        let glob = match path.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None if path.contains('/') => path.to_owned(),
            None => format!("**/{path}"),
        };
        let is_empty = path.trim_matches('/').is_empty() || path.contains('\0');
        // Where a .gitignore file takes an exception, which a crate would read as "all but this".
        let is_exception = path.trim_start_matches('/').starts_with('!');
        if is_empty || is_exception || validate(&glob).is_err() {
            let message = format!("{text:?} is not a pattern");
            return Err(Error::new(ErrorKind::InvalidArgument, message).with_remedy(
                "write patterns as in a .gitignore file, such as *.tmp, /build or cache/, without exceptions (!); \
                 \\[ is a bracket itself",
            ));
        }
        Ok(Self {
            glob,
            only_directories,
        })
    }

    fn fits(&self, path: &str, is_directory: bool) -> bool {
        (is_directory || !self.only_directories) && glob_match(&self.glob, path)
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
        ] {
            let taken = takes(include, exclude, path, is_directory);
            assert_eq!(taken, expected, "{include:?} {exclude:?} {path}");
        }
        for bad in [
            "", "/", "//", "[", "a/[b", "x[", "{a", "\\", "!kept", "/!kept",
        ] {
            for (include, exclude) in [
                (vec![bad.to_owned()], vec![]),
                (vec![], vec![bad.to_owned()]),
            ] {
                let error = Filter::new(&include, &exclude).expect_err(bad);
                assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            }
        }
    }
}
