//! Whether a file here and one on the service are the same.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

use crate::record::File;

/// By what a file that exists at the target is found to be the same as the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Compare {
    /// By the size alone.
    #[default]
    Size,
    /// By the size and the times: the source must not be newer. Of a local file the time of its last modification
    /// counts, of one on the service that of its upload, in whole seconds and by the clock of each.
    Time,
    /// By the content, which is downloaded for it and not kept.
    Content,
}

/// Why a file was transferred, or how an existing one differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reason {
    /// For none: it is the same, or was not compared.
    #[default]
    None,
    /// The target had no such file.
    New,
    /// The sizes differ.
    Size,
    /// The source is newer.
    Time,
    /// The content differs.
    Content,
    /// The file on the service is not complete.
    Incomplete,
    /// The options ask for all files.
    Overwrite,
}

/// What size and times show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Same,
    Differs(Reason),
    /// The content has to be compared.
    Unsure,
}

impl Compare {
    /// Compares what can be compared without the content. Times are in seconds.
    pub(super) fn judge(
        self,
        is_same_size: bool,
        source: Option<i64>,
        target: Option<i64>,
    ) -> Verdict {
        match (self, source.zip(target)) {
            _ if !is_same_size => Verdict::Differs(Reason::Size),
            (Self::Size, _) => Verdict::Same,
            (Self::Time, Some((source, target))) if source > target => {
                Verdict::Differs(Reason::Time)
            }
            (Self::Time, Some(_)) => Verdict::Same,
            (Self::Content, _) | (Self::Time, None) => Verdict::Unsure,
        }
    }
}

/// When a local file was modified, in seconds since 1970.
pub(super) fn modified(file: &Metadata) -> Option<i64> {
    let time = file.modified().ok()?;
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok(),
        Err(_) => Some(-1),
    }
}

/// When a file on the service was uploaded, in seconds since 1970.
pub(super) fn uploaded(file: &File) -> Option<i64> {
    file.uploaded.as_ref()?.seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_times_decide_as_far_as_they_can() {
        use Compare::*;
        use Verdict::*;
        let (new, old) = (Some(20), Some(10));
        for compare in [Size, Time, Content] {
            let judged = compare.judge(false, old, new);
            assert_eq!(judged, Differs(Reason::Size), "{compare:?}");
        }
        assert_eq!(Size.judge(true, new, old), Same);
        assert_eq!(Time.judge(true, new, old), Differs(Reason::Time));
        assert_eq!(Time.judge(true, old, new), Same);
        assert_eq!(Time.judge(true, old, old), Same);
        assert_eq!(Time.judge(true, None, old), Unsure);
        assert_eq!(Time.judge(true, new, None), Unsure);
        assert_eq!(Content.judge(true, old, new), Unsure);
    }
}
