"""One pair of embedded servers for a whole test run, shared by all of its workers; `async def` tests."""

import asyncio
import inspect
import os
import shutil
import tempfile
from pathlib import Path

import pytest

import embedded

SHARED = "SENDBOTE_TEST_SERVERS"
"""The variable by which pytest-xdist's workers learn the directory of the run's servers."""


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("SENDBOTE_")]:
        if name not in (SHARED, "SENDBOTE_CORPORA"):
            del os.environ[name]
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="sendbote-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        data = Path(os.environ.pop(SHARED))
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
