//! Deleting a package (`protocol` 6.2.4, 6.2.5).

use super::Package;
use crate::api::endpoint;
use crate::api::retry::gone_is_done;
use crate::call::Observer;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;

impl Package {
    /// Deletes the package permanently, in any state (`protocol` 6.2.4, 6.2.5).
    ///
    /// # Errors
    /// [`ErrorKind::PackageDeleted`] if it was deleted before; [`ErrorKind::UnknownPackage`] for a package that is
    /// gone, or not yours; [`ErrorKind::OutcomeUnknown`] if it is gone after a request whose response was lost;
    /// [`ErrorKind::Denied`] if the package is not yours.
    pub fn delete(&self, observer: &mut dyn Observer) -> Result<()> {
        let temporary = {
            let steps = self.0.steps.lock();
            steps.may_change()?;
            steps.is_temporary()
        };
        self.run(observer, move |inner, session| {
            let permanently = || deleted(endpoint::delete_package(session, &inner.path_name));
            match temporary {
                false => permanently()?,
                true => match deleted(endpoint::delete_temporary_package(
                    session,
                    &inner.path_name,
                )) {
                    // The package may be finalized although this handle does not know it: by a request whose response
                    // was lost, or by another program. Some services also refuse this request for some packages.
                    Err(refusal) if refusal.server_code().is_some() => {
                        let is_lost = refusal.follows_lost_response();
                        permanently().map_err(|error| perhaps_deleted(error, is_lost))?;
                    }
                    result => result?,
                },
            }
            inner.steps.lock().deleted();
            Ok(())
        })
    }

    /// Deletes a package that was not finalized, so that a failed program leaves nothing behind. A package that is
    /// finalized, or may be because the response to finalize was lost, is not deleted.
    ///
    /// If the service has refused to finalize the package and then refuses to delete it as a temporary one, the package
    /// is deleted permanently. Its state is read just before; no other program must finalize it in that moment.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyFinalized`] if it is finalized, [`ErrorKind::OutcomeUnknown`] if it may be;
    /// [`ErrorKind::WorkspaceNotFinalizable`]; as [`delete`](Self::delete).
    pub fn delete_unfinished(&self, observer: &mut dyn Observer) -> Result<()> {
        self.0.steps.lock().may_delete_unfinished()?;
        self.run(observer, |inner, session| {
            // This request deletes only temporary packages: one that another program has finalized stays.
            match deleted(endpoint::delete_temporary_package(
                session,
                &inner.path_name,
            )) {
                Err(refusal) if refusal.server_code().is_some() => {
                    inner.refresh(session)?;
                    let is_refused = {
                        let steps = inner.steps.lock();
                        steps.may_delete_unfinished()?;
                        steps.is_finalize_refused()
                    };
                    if !is_refused {
                        return Err(refusal);
                    }
                    deleted(endpoint::delete_package(session, &inner.path_name))?;
                }
                result => result?,
            }
            inner.steps.lock().deleted();
            Ok(())
        })
    }
}

/// The outcome of a request to delete a package. If the service does not know the package, it counts as deleted only
/// after an earlier attempt whose response was lost; otherwise it may be the package of another user.
fn deleted(response: Result<Json>) -> Result<()> {
    gone_is_done(response, |error| error.kind() == ErrorKind::UnknownPackage)
}

/// The error for a package that is gone, if an earlier request whose response was lost may have deleted it.
fn perhaps_deleted(error: Error, is_lost: bool) -> Error {
    if !is_lost || error.kind() != ErrorKind::UnknownPackage {
        return error;
    }
    let message = format!(
        "the response to deleting the package was lost, and now it is not there: {}",
        error.message()
    );
    let unknown = Error::new(ErrorKind::OutcomeUnknown, message)
        .with_remedy("if the package was yours, it is gone, and nothing is left to do");
    match error.server_code() {
        Some(code) => unknown.with_server(code, error.server_message()),
        None => unknown,
    }
}
