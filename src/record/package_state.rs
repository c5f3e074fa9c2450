//! The states of a package (`protocol` 7.4).

/// Numbers and names of package states (`protocol` 7.4), names without `PACKAGE_STATE_`.
const STATES: [(i32, &str); 11] = [
    (-4, "DELETED_PARTIALLY_COMPLETE"),
    (-3, "DELETED_INCOMPLETE"),
    (-2, "TEMP"),
    (-1, "DELETED_COMPLETE"),
    (0, "IN_PROGRESS"),
    (1, "EXPIRED_INCOMPLETE"),
    (2, "EXPIRED_COMPLETE"),
    (3, "ACTIVE_COMPLETE"),
    (4, "ACTIVE_INCOMPLETE"),
    (5, "ACTIVE_PARTIALLY_COMPLETE"),
    (6, "EXPIRED_PARTIALLY_COMPLETE"),
];

pub(crate) fn state_number(text: &str) -> Option<i32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let name = text.to_ascii_uppercase();
    let name = name.strip_prefix("PACKAGE_STATE_").unwrap_or(&name);
    STATES
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(number, _)| *number)
}

/// The status of a package, by which a search can select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageStatus {
    /// It can be opened.
    Active,
    /// It has expired.
    Expired,
    /// It was deleted.
    Archived,
}

impl PackageStatus {
    /// The class of a state (`protocol` 7.4).
    pub fn of_state(state_number: i32) -> Self {
        match state_number {
            ..=-1 => Self::Archived,
            1 | 2 | 6 => Self::Expired,
            _ => Self::Active,
        }
    }
}
