"""The exceptions. A status has a class of its own only if programs catch it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .enums import Status

if TYPE_CHECKING:
    from .records import ReportItem


class Error(Exception):
    """A call failed. The message says what failed and on which object; it never contains a secret.

    status: a Status; treat an unknown one like the first status of its hundred.
    message: what failed, without the remedy.
    http_status, server_code, server_message: the service's response; None without a response.
    remedy: what to do about it; None if unknown.
    retryable: whether the same call may succeed later without any change.
    report: one item for each file of upload_all or download_all; None for other calls.
    """

    def __init__(
        self, message: str, *, status: Status, http_status: int | None = None, server_code: str | None = None,
        server_message: str | None = None, remedy: str | None = None, retryable: bool = False,
        report: tuple[ReportItem, ...] | None = None,
    ) -> None:
        super().__init__(message if remedy is None else f"{message} ({remedy})")
        self.message: str = message
        self.status: Status = status
        self.http_status: int | None = http_status
        self.server_code: str | None = server_code
        self.server_message: str | None = server_message
        self.remedy: str | None = remedy
        self.retryable: bool = retryable
        self.report: tuple[ReportItem, ...] | None = report

    def __reduce__(self) -> Any:
        # Pickle would call the class without the keywords.
        return _unpickled, (type(self), self.args), self.__dict__


def _unpickled(kind: type[Error], arguments: Any) -> Error:
    return kind.__new__(kind, *arguments)


class Stopped(Error):
    """The progress callback returned False, or the task that made the call was cancelled."""


class NetworkError(Error):
    """The host could not be reached, or sent no valid response, for longer than retry_window_ms: statuses 400 to
    499."""


class AuthenticationFailed(Error):
    """The service rejected the API key or the signature: check key, secret, host and clock."""


class PasswordRequired(Error):
    """The package needs a password, or the password is wrong: pass the right one as `password`."""


CLASSES: dict[Status, type[Error]] = {
    Status.STOPPED: Stopped,
    Status.AUTHENTICATION_FAILED: AuthenticationFailed,
    Status.PASSWORD_REQUIRED: PasswordRequired,
}


def of_status(status: int) -> type[Error]:
    """Returns the class for a status."""
    return CLASSES.get(Status(status), NetworkError if 400 <= status < 500 else Error)
