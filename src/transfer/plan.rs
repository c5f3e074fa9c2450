//! How a file is cut into parts (`protocol` 4.3). Pure: numbers in, numbers out.

use crate::error::{Error, ErrorKind, Result};

/// The largest file that the service is said to take, 100 GiB (`protocol` 7.1).
pub(crate) const LARGEST_FILE: u64 = 107_374_182_400;

/// A file cut into equal parts, the last one shorter. An empty file is one empty part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) size: u64,
    pub(crate) part_size: u64,
    pub(crate) parts: u32,
}

impl Plan {
    pub(crate) fn new(size: u64, part_size: u64) -> Result<Self> {
        let parts = size.div_ceil(part_size).max(1);
        let parts = u32::try_from(parts).ok().filter(|_| size <= LARGEST_FILE);
        let Some(parts) = parts else {
            return Err(Error::new(
                ErrorKind::FileTooLarge,
                format!("{size} bytes are more than the 100 GiB allowed"),
            ));
        };
        Ok(Self {
            size,
            part_size,
            parts,
        })
    }

    /// Where a part begins, and how long it is. Parts are numbered from 1.
    pub(crate) fn range(&self, part: u32) -> (u64, usize) {
        let offset = u64::from(part - 1) * self.part_size;
        let length = self.size.saturating_sub(offset).min(self.part_size);
        (offset, usize::try_from(length).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_of_the_protocol() {
        // Appendix A.4, column "Node 3.x", which is our way.
        for (size, parts) in [
            (0, 1),
            (655_360, 1),
            (655_361, 1),
            (2_621_440, 1),
            (2_621_441, 2),
            (5_242_880, 2),
            (10_485_761, 5),
        ] {
            assert_eq!(
                Plan::new(size, 2_621_440).expect("plan").parts,
                parts,
                "{size}"
            );
        }
    }

    #[test]
    fn parts_cover_every_byte_once() {
        for part_size in [1, 7, 4096] {
            for size in (0..300).chain([4095, 4096, 4097, 8192]) {
                let plan = Plan::new(size, part_size).expect("plan");
                let mut next = 0;
                for part in 1..=plan.parts {
                    let (offset, length) = plan.range(part);
                    assert_eq!(offset, next);
                    assert!(length > 0 || size == 0);
                    next += length as u64;
                }
                assert_eq!(next, size);
            }
        }
    }

    #[test]
    fn files_beyond_the_limit_are_refused() {
        assert!(Plan::new(LARGEST_FILE, 2_621_440).is_ok());
        assert_eq!(
            Plan::new(LARGEST_FILE + 1, 2_621_440)
                .expect_err("larger")
                .kind(),
            ErrorKind::FileTooLarge
        );
        assert_eq!(
            Plan::new(u64::MAX, 1).expect_err("absurd").kind(),
            ErrorKind::FileTooLarge
        );
        assert_eq!(
            Plan::new(LARGEST_FILE, 1).expect_err("parts").kind(),
            ErrorKind::FileTooLarge
        );
    }
}
