//! The caller of a request, and the caller's rights on packages.

use crate::envelope::{Refusal, refuse, unknown_package};
use crate::settings::Settings;
use crate::state::State;
use crate::state::package::Package;

/// What a caller may do with a package; each right includes the ones before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Right {
    View,
    Contribute,
    Manage,
    Own,
}

impl Right {
    fn of_role(role: &str) -> Self {
        match role {
            "OWNER" => Self::Own,
            "MANAGER" => Self::Manage,
            "CONTRIBUTOR" => Self::Contribute,
            _ => Self::View,
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    User(String),
    Dropzone,
    Anonymous,
}

impl Caller {
    /// Empty if the caller is no user.
    pub(crate) fn email(&self) -> &str {
        match self {
            Self::User(email) => email,
            Self::Dropzone | Self::Anonymous => "",
        }
    }
}

/// How a path names a package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    ById,
    /// Calls that only read accept the package code, too.
    ByIdOrCode,
}

impl State {
    pub(crate) fn is_admin(&self, caller: &Caller) -> bool {
        self.users
            .get(caller.email())
            .is_some_and(|user| user.admin)
    }

    fn right(&self, package: &Package, caller: &Caller) -> Option<Right> {
        let email = match caller {
            Caller::Dropzone => return package.dropzone.then_some(Right::Own),
            Caller::Anonymous => return None,
            Caller::User(email) => email,
        };
        if package.is_of(email) && !package.dropzone {
            return Some(Right::Own);
        }
        let direct = package
            .recipients
            .iter()
            .find(|recipient| recipient.email == *email)
            .map(|recipient| {
                if package.workspace {
                    Right::of_role(&recipient.role)
                } else {
                    Right::View
                }
            });
        let by_group = self
            .group_members(package)
            .any(|member| member == email)
            .then_some(Right::View);
        direct
            .max(by_group)
            .filter(|_| package.finalized || package.workspace)
    }

    /// The package that a path names; fails if the caller lacks the right.
    pub(crate) fn open(
        &mut self,
        caller: &Caller,
        settings: &Settings,
        name: &str,
        named: Named,
        needed: Right,
    ) -> Result<&mut Package, Refusal> {
        let by_id = self.packages.contains_key(name);
        let code_is_good = named == Named::ByIdOrCode || *caller == Caller::Dropzone;
        let id = match by_id {
            true => name.to_owned(),
            false => self
                .packages
                .values()
                .find(|package| code_is_good && package.code == name)
                .ok_or_else(unknown_package)?
                .id
                .clone(),
        };
        let package = &self.packages[&id];
        if package.is_gone() {
            return Err(unknown_package());
        }
        let granted = self.right(package, caller);
        let by_link = package.undisclosed
            && package.finalized
            && *caller != Caller::Anonymous
            && *caller != Caller::Dropzone;
        let right = match granted {
            Some(right) => right,
            None if by_link && (!by_id || settings.undisclosed_by_id) => Right::View,
            None if by_link || settings.foreign_package_denied => {
                return Err(refuse("DENIED", "access denied"));
            }
            None => return Err(unknown_package()),
        };
        if right < needed {
            return Err(refuse("DENIED", "not allowed for this user"));
        }
        if package.needs_approval && right == Right::View {
            return Err(refuse("DENIED", "the package waits for approval"));
        }
        self.packages.get_mut(&id).ok_or_else(unknown_package)
    }
}
