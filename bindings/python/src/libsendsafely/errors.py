"""One family of exceptions; a class of its own only for what somebody would catch alone."""

from ._native import Status


class Error(Exception):
    """A call that failed.

    status: a Status, or a plain number for one that this version does not know yet.
    http_status, server_code, server_message: what the service answered; None where it did not.
    remedy: what to do about it, where that is known.
    retryable: whether the same call may succeed later without any change.
    report: of download_all, what became of each file; else None.
    """

    def __init__(self, message, *, status, http_status=None, server_code=None, server_message=None, remedy=None, retryable=False):
        super().__init__(message if remedy is None else f"{message} ({remedy})")
        self.message, self.status = message, status
        self.http_status, self.server_code, self.server_message = http_status, server_code, server_message
        self.remedy, self.retryable = remedy, retryable
        self.report = None


class Stopped(Error):
    """The progress callback asked to stop."""


def of_status(number):
    try:
        return Status(number)
    except ValueError:
        return number
