"""Work that takes longer than a page: run in a thread of this process, its progress asked for by the page."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from flask import Flask, current_app

from core.database import reduced_errors
from core.errors import Problem

log = structlog.get_logger()
Progress = Callable[[float], None]
KEPT = 200


@dataclass
class Job:
    """How far it is (0 to 1); when done, what came of it or what went wrong."""

    progress: float = 0.0
    done: bool = False
    result: object = None
    problem: Problem | None = None


class Jobs:
    """One flight of each name at a time. A restart forgets them: whatever matters stands in rows."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, name: str, work: Callable[[Progress], object]) -> Job:
        """Begin, unless it is under way already; the job that runs comes back."""
        with self._lock:
            running = self._jobs.get(name)
            if running is not None and not running.done:
                return running
            while len(self._jobs) >= KEPT:
                self._jobs.pop(next(iter(self._jobs)))
            job = self._jobs[name] = Job()
        threading.Thread(target=_run, args=(name, job, work), name=name, daemon=True).start()
        return job

    def get(self, name: str) -> Job | None:
        return self._jobs.get(name)


def install(app: Flask) -> None:
    app.extensions["sendbote_jobs"] = Jobs()


def jobs() -> Jobs:
    found: Jobs = current_app.extensions["sendbote_jobs"]
    return found


def _run(name: str, job: Job, work: Callable[[Progress], object]) -> None:
    def report(share: float) -> None:
        job.progress = share

    try:
        with reduced_errors():
            job.result = work(report)
    except Problem as problem:
        job.problem = problem
    except Exception:
        log.exception("panel job failed", job=name)
        job.problem = Problem("panel.job_failed")
    finally:
        job.done = True
