//! Where a part belongs. Encryption proves that a part is genuine, not that it is the one that was asked for, so ours
//! say it themselves.

/// Part `part` of `parts` of a file of `size` bytes.
///
/// Written as the file name of the literal data, which other clients ignore:
/// `sendsafely:1:PART:PARTS:SIZE` in decimal numbers, parts counted from 1. PARTS and SIZE are both 0 in a part that
/// was sealed before anybody knew where the source would end; the last one always says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) part: u32,
    pub(crate) parts: u32,
    pub(crate) size: u64,
}

const PREFIX: &str = "sendsafely:1:";

impl Place {
    /// The longest name.
    pub(super) const MAX_NAME: usize = PREFIX.len() + 10 + 1 + 10 + 1 + 20;

    pub(super) fn name(&self) -> String {
        format!("{PREFIX}{}:{}:{}", self.part, self.parts, self.size)
    }

    /// The place that a name stands for; none for any other name.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        let mut numbers = std::str::from_utf8(name)
            .ok()?
            .strip_prefix(PREFIX)?
            .split(':');
        let place = Self {
            part: numbers.next()?.parse().ok()?,
            parts: numbers.next()?.parse().ok()?,
            size: numbers.next()?.parse().ok()?,
        };
        numbers.next().is_none().then_some(place)
    }

    /// Whether a part that says this is the one that was wanted.
    pub(crate) fn is(&self, wanted: &Self) -> bool {
        let whole_is_unknown = self.parts == 0 && self.size == 0 && wanted.part < wanted.parts;
        self.part == wanted.part
            && (whole_is_unknown || (self.parts, self.size) == (wanted.parts, wanted.size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_other_names_are_no_places() {
        for (part, parts, size) in [(1, 1, 0), (3, 0, 0), (u32::MAX, u32::MAX, u64::MAX)] {
            let place = Place { part, parts, size };
            assert!(place.name().len() <= Place::MAX_NAME);
            assert_eq!(Place::from_name(place.name().as_bytes()), Some(place));
        }
        for name in [
            "",
            "_CONSOLE",
            "report.pdf",
            "sendsafely:1:",
            "sendsafely:1:1:1",
            "sendsafely:1:1:1:x",
            "sendsafely:1:1:1:1:1",
            "sendsafely:2:1:1:1",
        ] {
            assert_eq!(Place::from_name(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn a_place_is_compared_as_far_as_it_is_known() {
        let wanted = Place {
            part: 2,
            parts: 3,
            size: 9,
        };
        let says = |part, parts, size| Place { part, parts, size }.is(&wanted);
        assert!(says(2, 3, 9) && says(2, 0, 0));
        assert!(!says(1, 3, 9) && !says(1, 0, 0) && !says(2, 2, 9) && !says(2, 3, 8));
        // Nothing follows the last part, which knows.
        let last = Place { part: 3, ..wanted };
        let says = |part, parts, size| Place { part, parts, size }.is(&last);
        assert!(says(3, 3, 9) && !says(3, 0, 0));
    }
}
