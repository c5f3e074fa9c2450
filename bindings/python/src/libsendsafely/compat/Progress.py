"""Where a transfer stands, for the person at a terminal: what is used when a call gets no progress_instance."""

from __future__ import annotations

import sys
from abc import ABC
from typing import Any, Protocol


class Listener(Protocol):
    """What may be given as progress_instance: an object of Progress, or any other with this method."""

    def update_progress(self, file_id: str, progress: str) -> Any:
        """See Progress."""


class Progress(ABC):  # noqa: B024  # As in the official client.
    """Overwrite update_progress to be told how far an upload or download has come."""

    def __init__(self) -> None:
        self.progress: str = "0"

    def update_progress(self, file_id: str, progress: str) -> None:
        """Called on the thread that makes the transfer; progress is a percentage as text, from above "0.0" to "100.0". What it
        raises stops the transfer."""
        self.progress = progress
        if sys.stdout is None:  # The program was started without.
            return
        sys.stdout.write(f"\r{file_id}: {progress} %")
        sys.stdout.flush()
        if progress == "100.0":
            sys.stdout.write("\n")
