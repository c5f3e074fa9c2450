"""One family of exceptions; a class of its own only for what somebody would catch alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .enums import Status

if TYPE_CHECKING:
    from .records import ReportItem


class Error(Exception):
    """A call that failed. The message tells what happened to what, never with a secret in it.

    status: a Status; treat one that you do not know like the first of its family of a hundred.
    message: what happened, without the remedy.
    http_status, server_code, server_message: what the service answered; None where it did not.
    remedy: what to do about it, where that is known.
    retryable: whether the same call may succeed later without any change.
    report: of upload_all and download_all what became of each file; else None.
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
        # As it was, also where another process sends it.
        return _made_again, (type(self), self.args), self.__dict__


def _made_again(kind: type[Error], arguments: Any) -> Error:
    return kind.__new__(kind, *arguments)


class Stopped(Error):
    """The progress callback returned False; or the task that made the call was cancelled."""


class NetworkError(Error):
    """The host was not reached, or answered nothing usable, for longer than retry_window_ms: statuses 400 to 499."""


class AuthenticationFailed(Error):
    """The service refused the API key or the signature: look at key, secret, host and clock."""


class PasswordRequired(Error):
    """The package needs a password, or another one: give it as `password`."""


CLASSES: dict[Status, type[Error]] = {Status.STOPPED: Stopped, Status.AUTHENTICATION_FAILED: AuthenticationFailed, Status.PASSWORD_REQUIRED: PasswordRequired}


def of_status(status: int) -> type[Error]:
    """The class for a status."""
    return CLASSES.get(Status(status), NetworkError if 400 <= status < 500 else Error)
