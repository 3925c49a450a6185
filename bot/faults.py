"""Bugs in the log: where and of which kind, never in words that may quote what a person wrote."""

import traceback
from pathlib import Path

import structlog

log = structlog.get_logger()


def report(what: str, fault: BaseException) -> None:
    """One line with the way to the fault, innermost place first; its causes likewise."""
    places: list[str] = []
    kinds: list[str] = []
    cause: BaseException | None = fault
    while cause is not None and len(kinds) < 5:
        kinds.append(type(cause).__name__)
        places.append(" < ".join(_place(frame) for frame in reversed(traceback.extract_tb(cause.__traceback__))))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    log.error(what, fault=" from ".join(kinds), at=" | ".join(places))


def _place(frame: traceback.FrameSummary) -> str:
    return f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}"
