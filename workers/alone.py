"""Jobs without a queue: one host does what it finds by itself, each job in a child of its own, as RQ would."""

import os
import signal
import time
from collections.abc import Callable

import psutil
import structlog

from workers import jobs

PAUSE_SECONDS = 0.1
HOMEWARD_SECONDS = 15.0

log = structlog.get_logger()


class LocalBell:
    """A core.ports.Bell that does at once what it is rung for: one host's stand-in for the queue."""

    def __init__(self, told: Callable[[], bool]) -> None:
        self._told = told

    def ring(self, job: str, *arguments: int | str) -> None:
        if not self._told():
            _wait_for(_started(job, *arguments), self._told)


def bring_home() -> None:
    """Ask the children to finish what is on the wire, and wait for them: they die with us."""
    children = psutil.Process().children()
    for child in children:
        child.terminate()
    psutil.wait_procs(children, HOMEWARD_SECONDS)


def _started(job: str, *arguments: int | str) -> int:
    """A child: the jobs set signals as they need them, and what one of them breaks, breaks in it alone."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        getattr(jobs, job)(*arguments)
        code = 0
    except BaseException:
        log.exception("job_failed", job=job)
    finally:
        os._exit(code)


def _wait_for(pid: int, told: Callable[[], bool]) -> None:
    """Until it ends; once we are told to end, so is it."""
    passed_on = False
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if told() and not passed_on:
            os.kill(pid, signal.SIGTERM)
            passed_on = True
        time.sleep(PAUSE_SECONDS)
