"""For PyInstaller, which finds the hooks by the entry point pyinstaller40."""

from __future__ import annotations

import os


def directories() -> list[str]:
    return [os.path.dirname(__file__)]
