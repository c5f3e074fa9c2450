//! What parts claim of the file that they belong to, inside of their encryption (`protocol` 4.3).

use std::collections::HashSet;

use crate::crypto::Place;

/// What was accepted of the parts of one file.
#[derive(Clone, Default)]
pub(super) struct Claims {
    places: Places,
    /// The marks of all parts that are there: no two have the same.
    marks: HashSet<[u8; 8]>,
    /// A size that one part has claimed, other than the declared one.
    doubted: Option<u64>,
}

impl Claims {
    /// The size that the parts claim the file has.
    pub(super) fn size(&self) -> Option<u64> {
        self.places.whole().map(|(_, size)| size)
    }

    /// Whether the parts number themselves.
    pub(super) fn are_numbered(&self) -> bool {
        matches!(self.places, Places::Given { .. })
    }

    /// How many parts they claim the file has.
    pub(super) fn parts(&self) -> Option<u32> {
        self.places.whole().map(|(parts, _)| parts)
    }

    /// Accepts a genuine part if it is the one that was asked for, as `part` of `parts`, if their number is known.
    ///
    /// What is accepted first binds the others. Of two files, the one that has the `declared` size is the right one: a
    /// part of another size is refused once.
    ///
    /// # Errors
    /// Why it is the wrong one.
    pub(super) fn accept(
        &mut self,
        part: u32,
        parts: Option<u32>,
        place: Option<&Place>,
        mark: [u8; 8],
        declared: Option<u64>,
    ) -> Result<(), &'static str> {
        let places = self
            .places
            .and(part, parts, place)
            .ok_or("it belongs to another place, or to another file")?;
        if self.marks.contains(&mark) {
            return Err("another part of the file is the same");
        }
        if let (None, Some((_, size))) = (self.places.whole(), places.whole())
            && declared.is_some_and(|declared| declared != size)
            && self.doubted.replace(size) != Some(size)
        {
            return Err("it is of a file of another size than declared");
        }
        self.marks.insert(mark);
        self.places = places;
        Ok(())
    }
}

/// Whether the parts of a file carry their place in it. This library's parts always do, those of other clients never
/// do: a part that differs from the others in this belongs to another file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Places {
    /// No part is there yet.
    #[default]
    Unknown,
    /// They do not carry it.
    Absent,
    /// They carry it. One may have the number of parts and the size of the file too; the last part always has.
    Given { whole: Option<(u32, u64)> },
}

impl Places {
    /// The state after one more part, requested as `part` of `parts`; none if that part belongs elsewhere.
    fn and(self, part: u32, parts: Option<u32>, place: Option<&Place>) -> Option<Self> {
        let Some(place) = place else {
            return (!matches!(self, Self::Given { .. })).then_some(Self::Absent);
        };
        // The first part that has the size binds the others, whatever the sender declared. It binds them to its number
        // of parts too, if the service does not say one.
        let claimed = (place.parts > 0).then_some((place.parts, place.size));
        let whole = self.whole().or(claimed);
        let (said, size) = whole.unwrap_or((u32::MAX, place.size));
        let parts = parts.unwrap_or(said);
        let wanted = Place { part, parts, size };
        let is_it = self != Self::Absent && part <= parts && place.is(&wanted);
        is_it.then_some(Self::Given { whole })
    }

    fn whole(self) -> Option<(u32, u64)> {
        match self {
            Self::Given { whole } => whole,
            Self::Unknown | Self::Absent => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_numbers_itself_as_the_others_do() {
        let place = |part, parts, size| Some(Place { part, parts, size });
        let all = |places: &[Option<Place>], parts| {
            (1..)
                .zip(places)
                .try_fold(Places::default(), |before, (part, place)| {
                    before.and(part, parts, place.as_ref())
                })
        };
        let whole = Some(Places::Given {
            whole: Some((2, 9)),
        });
        for parts in [Some(2), None] {
            // Known from the start, a stream, and files of other clients.
            assert_eq!(all(&[place(1, 2, 9), place(2, 2, 9)], parts), whole);
            assert_eq!(all(&[place(1, 0, 0), place(2, 2, 9)], parts), whole);
            assert_eq!(all(&[None, None], parts), Some(Places::Absent));
        }
        let begun = Some(Places::Given { whole: None });
        assert_eq!(all(&[place(1, 0, 0), place(2, 0, 0)], None), begun);
        assert_eq!(all(&[place(1, 0, 0), place(2, 1, 9)], None), None);
        assert_eq!(all(&[place(1, 2, 9), place(2, 3, 9)], None), None);
        for wrong in [
            [None, place(2, 2, 9)],
            [place(1, 2, 9), None],
            [place(1, 0, 0), None],
            [place(1, 0, 0), place(2, 0, 0)],
            [place(1, 2, 9), place(2, 2, 8)],
            [place(1, 0, 0), place(2, 3, 9)],
            [place(2, 2, 9), place(1, 2, 9)],
        ] {
            assert_eq!(all(&wrong, Some(2)), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_part_of_another_size_than_declared_is_accepted_at_its_second_attempt() {
        let place = Place {
            part: 1,
            parts: 1,
            size: 9,
        };
        let accept = |claims: &mut Claims, declared, mark| {
            claims.accept(1, Some(1), Some(&place), [mark; 8], declared)
        };
        let mut claims = Claims::default();
        assert!(accept(&mut claims, Some(8), 1).is_err());
        assert!(accept(&mut claims, Some(8), 1).is_ok());
        assert!(accept(&mut claims, Some(8), 1).is_err(), "the same part");
        assert_eq!((claims.size(), claims.are_numbered()), (Some(9), true));
        assert!(accept(&mut Claims::default(), None, 1).is_ok());
    }
}
