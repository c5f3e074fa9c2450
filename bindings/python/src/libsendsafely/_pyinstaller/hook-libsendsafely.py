"""PyInstaller sees the modules that the package imports; it has to be shown the shared library."""

from PyInstaller.utils.hooks import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    collect_dynamic_libs,
)

binaries = collect_dynamic_libs("libsendsafely")
