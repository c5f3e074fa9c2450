"""The documentation that `make docs-python` builds."""

import os
import sys

from conftest import PACKAGE, ROOT, run
from sphinx.util.inventory import InventoryFile


def test_every_public_name_has_its_place(environment):
    target = ROOT / "target/docs/python"
    run(sys.executable, "-m", "sphinx", "--quiet", "--fresh-env", "--fail-on-warning", "--keep-going", PACKAGE / "docs", target)
    with open(target / "objects.inv", "rb") as inventory:
        entries = InventoryFile.load(inventory, "", os.path.join)
    documented = {name for kind, names in entries.items() if kind.startswith("py:") for name in names}
    for module in ("libsendsafely", "libsendsafely.aio"):
        public = run(environment, "-c", f"import {module} as module; print(*module.__all__)").split()
        assert public and {f"{module}.{name}" for name in public} <= documented
