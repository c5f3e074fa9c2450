"""The exceptions. A status has a class of its own only if programs catch it alone."""

from __future__ import annotations

from typing import Any, Optional

from ._later import records
from .enums import Status


class Error(Exception):
    """A call failed. The message says what failed and on which object; it never contains a secret.

    status: a Status; treat an unknown one like the first status of its hundred.
    message: what failed, without the remedy.
    http_status, server_code, server_message: the service's response; None without a response.
    remedy: what to do about it; None if unknown.
    retryable: whether the same call may succeed later without any change.
    report: one item for each file of upload_all, download_all or sync; None for other calls.
    """

    def __init__(
        self, message: str, *, status: Status, http_status: Optional[int] = None, server_code: Optional[str] = None,
        server_message: Optional[str] = None, remedy: Optional[str] = None, retryable: bool = False,
        report: Optional[tuple[records.ReportItem, ...]] = None,
    ) -> None:
        super().__init__(message if remedy is None else f"{message} ({remedy})")
        self.message: str = message
        self.status: Status = status
        self.http_status: Optional[int] = http_status
        self.server_code: Optional[str] = server_code
        self.server_message: Optional[str] = server_message
        self.remedy: Optional[str] = remedy
        self.retryable: bool = retryable
        self.report: Optional[tuple[records.ReportItem, ...]] = report

    def __reduce__(self) -> Any:
        # Pickle would call the class without the keywords.
        return _unpickled, (type(self), self.args), self.__dict__


def _unpickled(kind: type[Error], arguments: Any) -> Error:
    return kind.__new__(kind, *arguments)


def note(error: BaseException, text: str) -> None:
    """Adds a note, which tracebacks show from Python 3.11 on."""
    add_note: Any = getattr(error, "add_note", None)
    if add_note is not None:
        add_note(text)
    else:
        error.__notes__ = [*getattr(error, "__notes__", ()), text]  # type: ignore[attr-defined,unused-ignore]


class Stopped(Error):
    """The progress callback returned False, or the task that made the call was cancelled."""


class DeadlineExceeded(Error):
    """The call took longer than deadline_ms. It undid what it could, but the service may have acted."""


class NetworkError(Error):
    """The host could not be reached, or sent no valid response, for longer than retry_window_ms: statuses 400 to
    499."""


class AuthenticationFailed(Error):
    """The service rejected the API key or the signature: check key, secret, host and clock."""


class PasswordRequired(Error):
    """The package needs a password, or the password is wrong: pass the right one as `password`."""


CLASSES: dict[Status, type[Error]] = {
    Status.STOPPED: Stopped,
    Status.DEADLINE_EXCEEDED: DeadlineExceeded,
    Status.AUTHENTICATION_FAILED: AuthenticationFailed,
    Status.PASSWORD_REQUIRED: PasswordRequired,
}


def of_status(status: int) -> type[Error]:
    """Returns the class for a status."""
    return CLASSES.get(Status(status), NetworkError if 400 <= status < 500 else Error)
