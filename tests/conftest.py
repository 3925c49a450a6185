"""One pair of embedded servers for a whole test run, shared by all of its workers; `async def` tests."""

import asyncio
import inspect
import os
import shutil
import tempfile
from pathlib import Path

import psutil
import pytest

import embedded

PREFIX = "sendbote-tests-"
SHARED = "SENDBOTE_TEST_SERVERS"
"""The variable by which pytest-xdist's workers learn the directory of the run's servers."""


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("SENDBOTE_")]:
        if name not in (SHARED, "SENDBOTE_CORPORA", "SENDBOTE_SPECS"):
            del os.environ[name]
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _forget(Path(os.environ.pop(SHARED)))
        for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
            if not psutil.pid_exists(int(left.name.removeprefix(PREFIX).split("-")[0])):
                _forget(left)


def _forget(data: Path) -> None:
    """Of this run, and of runs that were killed before they could."""
    if embedded.home_of(data).exists():
        embedded.put_out(data)
    embedded.forget(data)
    shutil.rmtree(data, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True
