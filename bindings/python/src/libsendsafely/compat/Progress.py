"""Progress on the terminal: the default of calls that get no progress_instance."""

from __future__ import annotations

import sys
from abc import ABC
from typing import Any, Protocol


class Listener(Protocol):
    """The type of progress_instance: a Progress, or any other object with this method."""

    def update_progress(self, file_id: str, progress: str) -> Any:
        """See Progress."""


class Progress(ABC):  # noqa: B024  # As in the official client.
    """Override update_progress to get the progress of an upload or download."""

    def __init__(self) -> None:
        self.progress: str = "0"

    def update_progress(self, file_id: str, progress: str) -> None:
        """Called on the thread of the transfer. progress is a percentage as text, from above "0.0" to "100.0". An
        exception stops the transfer."""
        self.progress = progress
        if sys.stdout is None:  # As under pythonw, or if the program was started with it closed.
            return
        sys.stdout.write(f"\r{file_id}: {progress} %")
        sys.stdout.flush()
        if progress == "100.0":
            sys.stdout.write("\n")
