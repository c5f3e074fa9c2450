"""The records, which are imported when they are first used: they need dataclasses, which take as long to import as all
the rest. Annotations name them as `records.File`, so that typing.get_type_hints finds them too."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any


class _Later(ModuleType):
    """A module that is imported at the first use of one of its names."""

    def __getattr__(self, name: str) -> Any:
        vars(self).update(vars(importlib.import_module(self.__name__)))
        try:
            return vars(self)[name]
        except KeyError:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}") from None


if TYPE_CHECKING:
    from . import records as records
else:
    records = _Later(f"{__name__.rpartition('.')[0]}.records")  # In a zip archive CPython 3.9 sets __package__ later.
