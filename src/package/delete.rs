//! Deleting a package (`protocol` 6.2.4, 6.2.5).

use super::Package;
use crate::api::endpoint;
use crate::api::retry::gone_is_done;
use crate::call::Observer;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;

impl Package {
    /// Deletes the package for good (`protocol` 6.2.4, 6.2.5), in whatever state it is.
    ///
    /// # Errors
    /// [`ErrorKind::PackageDeleted`] if this was done before; [`ErrorKind::UnknownPackage`] for one that is gone, or not
    /// yours; [`ErrorKind::OutcomeUnknown`] if it is gone after a request whose answer was lost;
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
                    // It may have been finalized without our knowledge: by a call that was cut off, or by somebody
                    // else. And not every service has this call for every package.
                    Err(refusal) if refusal.server_code().is_some() => {
                        let is_lost = refusal.follows_lost_answer();
                        permanently().map_err(|error| perhaps_deleted(error, is_lost))?;
                    }
                    result => result?,
                },
            }
            inner.steps.lock().deleted();
            Ok(())
        })
    }

    /// Deletes a package that could not be finished, to leave nothing behind. One that recipients have, or may have
    /// because a finalize was cut off, stays as it is. Where the service refused to finalize it, and to delete it as one
    /// that is not finalized, another program must not finalize it at this moment: the state is asked for just before.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyFinalized`] for one that is finalized, [`ErrorKind::OutcomeUnknown`] for one that may be;
    /// [`ErrorKind::WorkspaceNotFinalizable`]; as [`delete`](Self::delete).
    pub fn delete_unfinished(&self, observer: &mut dyn Observer) -> Result<()> {
        self.0.steps.lock().may_delete_unfinished()?;
        self.run(observer, |inner, session| {
            // The service itself deletes nothing by this call that somebody else has finalized.
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

/// What became of a request to delete a package. One that the service does not know is gone only if an earlier attempt
/// may have done that: else it may as well be somebody else's.
fn deleted(answer: Result<Json>) -> Result<()> {
    gone_is_done(answer, |error| error.kind() == ErrorKind::UnknownPackage)
}

/// The error for a package that is gone, perhaps by an earlier request of another kind whose answer was lost.
fn perhaps_deleted(error: Error, is_lost: bool) -> Error {
    if !is_lost || error.kind() != ErrorKind::UnknownPackage {
        return error;
    }
    let message = format!(
        "the answer to deleting the package was lost, and now it is not there: {}",
        error.message()
    );
    let unknown = Error::new(ErrorKind::OutcomeUnknown, message)
        .with_remedy("if the package was yours, it is gone, and nothing is left to do");
    match error.server_code() {
        Some(code) => unknown.with_server(code, error.server_message()),
        None => unknown,
    }
}
