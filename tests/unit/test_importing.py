"""Whichever service a process asks for first, it comes: no two of them wait for each other."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EACH = """
import importlib, pkgutil, sys
import core.services
for module in pkgutil.iter_modules(core.services.__path__, "core.services."):
    for loaded in [name for name in sys.modules if name.startswith("core.services")]:
        del sys.modules[loaded]
    importlib.import_module(module.name)
"""


def test_each_service_can_be_the_first_that_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", EACH], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
