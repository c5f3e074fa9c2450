"""The classes and methods of the official client. Programs that were written for it change only their import line.

    from libsendsafely.compat import SendSafely, Package    # was: from sendsafely import SendSafely, Package

`import libsendsafely.compat as sendsafely` works too, and so do modules such as `libsendsafely.compat.exceptions`. The
documentation lists the differences. New programs should use libsendsafely itself.
"""

from __future__ import annotations

from . import exceptions, utilities
from .Package import Package
from .Progress import Progress
from .SendSafely import SendSafely
from .utilities import make_headers

__all__ = ["Package", "Progress", "SendSafely", "exceptions", "make_headers", "utilities"]
