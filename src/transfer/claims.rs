//! What parts claim of the file that they belong to (`protocol` 4.3).

use crate::crypto::Place;

/// What the parts of a file say of where they belong. All of ours say it, those of other clients never do: one that is
/// not like the others is not of this file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Said {
    /// None is there yet.
    #[default]
    Unheard,
    Nothing,
    /// The size of the file with it, once one has said that. The last part always does.
    Places {
        size: Option<u64>,
    },
}

impl Said {
    /// What they say with one more, which was asked for as `part` of `parts`; none if it does not belong there.
    pub(super) fn and(self, part: u32, parts: u32, says: Option<&Place>) -> Option<Self> {
        let Some(place) = says else {
            return (!matches!(self, Self::Places { .. })).then_some(Self::Nothing);
        };
        // The first one that says the size binds the others, whatever was declared.
        let wanted = Place {
            part,
            parts,
            size: self.size().unwrap_or(place.size),
        };
        (self != Self::Nothing && place.is(&wanted)).then(|| Self::Places {
            size: self.size().or((place.parts > 0).then_some(place.size)),
        })
    }

    pub(super) fn size(self) -> Option<u64> {
        match self {
            Self::Places { size } => size,
            Self::Unheard | Self::Nothing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_where_it_belongs_as_the_others_do() {
        let place = |part, parts, size| Some(Place { part, parts, size });
        let all = |said: &[Option<Place>], parts| {
            (1..)
                .zip(said)
                .try_fold(Said::default(), |before, (part, says)| {
                    before.and(part, parts, says.as_ref())
                })
        };
        let whole = Some(Said::Places { size: Some(9) });
        // Known from the start, a stream, and files of other clients.
        assert_eq!(all(&[place(1, 2, 9), place(2, 2, 9)], 2), whole);
        assert_eq!(all(&[place(1, 0, 0), place(2, 2, 9)], 2), whole);
        assert_eq!(all(&[None, None], 2), Some(Said::Nothing));
        for wrong in [
            [None, place(2, 2, 9)],
            [place(1, 2, 9), None],
            [place(1, 0, 0), None],
            [place(1, 0, 0), place(2, 0, 0)],
            [place(1, 2, 9), place(2, 2, 8)],
            [place(1, 0, 0), place(2, 3, 9)],
            [place(2, 2, 9), place(1, 2, 9)],
        ] {
            assert_eq!(all(&wrong, 2), None, "{wrong:?}");
        }
    }
}
