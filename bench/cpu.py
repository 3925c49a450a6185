"""Which part of a worker uses the CPU: samples of the running code, taken by its own CPU clock.

The clock ticks every `STEP` seconds of CPU that the process uses, and Python then says which function runs. A sample
belongs to the innermost frame of a part, with what the kernel does for it; what is of none is the event loop's.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STEP = 0.004
LOOP = "loop"
PARTS = {
    "channels/email/smtp/": "smtp",
    "channels/email/": "render",
    "core/rules/templates/": "render",
    "core/rules/tokens.py": "render",
    "core/services/claims.py": "claim",
    "core/services/dispatcher.py": "record",
    "core/services/turns.py": "record",
    "core/exchange.py": "record",
    "core/services/outcomes.py": "record",
}
"""In this order: by how a file's path goes on behind the checkout's."""


@contextmanager
def sampled() -> Iterator[Counter[str]]:
    """How many samples each part had; complete when the block has ended."""
    found: Counter[str] = Counter()
    known: dict[str, str | None] = {}

    def note(_number: int, frame: FrameType | None) -> None:
        while frame is not None:
            name = frame.f_code.co_filename
            if name not in known:
                known[name] = _part(name)
            part = known[name]
            if part is not None:
                found[part] += 1
                return
            frame = frame.f_back
        found[LOOP] += 1

    before = signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, STEP, STEP)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _part(filename: str) -> str | None:
    return next((part for path, part in PARTS.items() if f"/{path}" in filename), None)
