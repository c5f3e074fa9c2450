"""The classes and methods of the official client, for programs that were written for it: change their import line.

    from libsendsafely.compat import SendSafely, Package    # was: from sendsafely import SendSafely, Package

`import libsendsafely.compat as sendsafely` and the modules `libsendsafely.compat.exceptions` and so on stand for those of the
official client in the same way. What they do differently stands in the documentation. New programs use libsendsafely itself.
"""

from __future__ import annotations

from . import exceptions, utilities
from .Package import Package
from .Progress import Progress
from .SendSafely import SendSafely
from .utilities import make_headers

__all__ = ["Package", "Progress", "SendSafely", "exceptions", "make_headers", "utilities"]
