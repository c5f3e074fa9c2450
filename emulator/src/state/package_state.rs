//! The states of a package, with the numbers, names and colours that the service shows for them (protocol 7.4).

use serde::{Deserialize, Serialize};

/// In JSON, its name.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub(crate) enum PackageState {
    DeletedPartiallyComplete,
    DeletedIncomplete,
    Temp,
    DeletedComplete,
    InProgress,
    ExpiredIncomplete,
    ExpiredComplete,
    ActiveComplete,
    ActiveIncomplete,
    ActivePartiallyComplete,
    ExpiredPartiallyComplete,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusClass {
    Active,
    Expired,
    Archived,
}

impl From<PackageState> for &'static str {
    fn from(state: PackageState) -> Self {
        state.name()
    }
}

impl TryFrom<String> for PackageState {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| format!("unknown package state {name}"))
    }
}

impl PackageState {
    const ALL: [Self; 11] = [
        Self::DeletedPartiallyComplete,
        Self::DeletedIncomplete,
        Self::Temp,
        Self::DeletedComplete,
        Self::InProgress,
        Self::ExpiredIncomplete,
        Self::ExpiredComplete,
        Self::ActiveComplete,
        Self::ActiveIncomplete,
        Self::ActivePartiallyComplete,
        Self::ExpiredPartiallyComplete,
    ];

    /// Number, name, text, colour.
    const fn row(self) -> (i32, &'static str, &'static str, &'static str) {
        match self {
            Self::DeletedPartiallyComplete => (
                -4,
                "PACKAGE_STATE_DELETED_PARTIALLY_COMPLETE",
                "Deleted - Pickup In Progress",
                "777777",
            ),
            Self::DeletedIncomplete => (
                -3,
                "PACKAGE_STATE_DELETED_INCOMPLETE",
                "Deleted - Not Picked Up",
                "777777",
            ),
            Self::Temp => (-2, "PACKAGE_STATE_TEMP", "TEMP", "777777"),
            Self::DeletedComplete => (
                -1,
                "PACKAGE_STATE_DELETED_COMPLETE",
                "Deleted - Pickup Complete",
                "777777",
            ),
            Self::InProgress => (0, "PACKAGE_STATE_IN_PROGRESS", "In Progess", "f0ad4e"),
            Self::ExpiredIncomplete => (
                1,
                "PACKAGE_STATE_EXPIRED_INCOMPLETE",
                "Expired - Not Picked Up",
                "777777",
            ),
            Self::ExpiredComplete => (
                2,
                "PACKAGE_STATE_EXPIRED_COMPLETE",
                "Expired - Pickup",
                "777777",
            ),
            Self::ActiveComplete => (
                3,
                "PACKAGE_STATE_ACTIVE_COMPLETE",
                "Active - Pickup Complete",
                "5cb85c",
            ),
            Self::ActiveIncomplete => (
                4,
                "PACKAGE_STATE_ACTIVE_INCOMPLETE",
                "Active - Waiting for Pickup",
                "d9534f",
            ),
            Self::ActivePartiallyComplete => (
                5,
                "PACKAGE_STATE_ACTIVE_PARTIALLY_COMPLETE",
                "Active - Pickup In Progress",
                "f0ad4e",
            ),
            Self::ExpiredPartiallyComplete => (
                6,
                "PACKAGE_STATE_EXPIRED_PARTIALLY_COMPLETE",
                "Complete Expired - Pickup In Progress",
                "777777",
            ),
        }
    }

    pub(crate) const fn number(self) -> i32 {
        self.row().0
    }

    pub(crate) const fn name(self) -> &'static str {
        self.row().1
    }

    pub(crate) const fn text(self) -> &'static str {
        self.row().2
    }

    pub(crate) const fn color(self) -> &'static str {
        self.row().3
    }

    pub(crate) const fn class(self) -> StatusClass {
        match self.number() {
            ..=-1 => StatusClass::Archived,
            1 | 2 | 6 => StatusClass::Expired,
            _ => StatusClass::Active,
        }
    }

    pub(crate) const fn expired(self) -> Self {
        match self {
            Self::ActiveComplete => Self::ExpiredComplete,
            Self::ActivePartiallyComplete => Self::ExpiredPartiallyComplete,
            Self::ActiveIncomplete | Self::InProgress => Self::ExpiredIncomplete,
            other => other,
        }
    }

    pub(crate) const fn deleted(self) -> Self {
        match self {
            Self::ActiveComplete | Self::ExpiredComplete => Self::DeletedComplete,
            Self::ActivePartiallyComplete | Self::ExpiredPartiallyComplete => {
                Self::DeletedPartiallyComplete
            }
            _ => Self::DeletedIncomplete,
        }
    }
}
