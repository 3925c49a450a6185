"""The processes of an installation on one machine, as a table."""

import sys
from dataclasses import dataclass

from config import Settings


@dataclass(frozen=True, slots=True)
class Process:
    """A subcommand that runs for as long as `sendbote up` does."""

    name: str
    command: tuple[str, ...]
    colour: int
    """Of its name in the logs: an ANSI colour of 256."""


def processes(settings: Settings) -> list[Process]:
    """In the order of their start: what stands in for the world first, then the doors, then who does the work."""
    table = [
        _subcommand("sandbox", 180) if settings.sandbox else None,
        _subcommand("panel", 75),
        _subcommand("web", 79),
        _subcommand("bot", 141),
        _subcommand("scheduler", 221),
        *(
            _subcommand("worker", 209, name=f"worker {number}" if settings.workers > 1 else "worker")
            for number in range(1, settings.workers + 1)
        ),
    ]
    return [process for process in table if process and process.command[-1] in settings.run]


def _subcommand(subcommand: str, colour: int, *, name: str | None = None) -> Process:
    return Process(name or subcommand, (sys.executable, "-m", "cli.main", subcommand), colour)
