"""The logs of all processes as one stream, each line behind its process's coloured name."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO


class Logs:
    """Writes whole lines; a reader who went away stops nothing."""

    def __init__(self, names: Sequence[str], out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._width = max((len(name) for name in names), default=0)
        self._colours = self._out.isatty() and "NO_COLOR" not in os.environ

    def line(self, name: str, colour: int, text: str) -> None:
        shown = f"{name:<{self._width}}"
        if self._colours:
            shown = f"\033[38;5;{colour}m{shown}\033[0m"
        self.write(f"{shown} │ {text}\n")

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._out.write(text)
            self._out.flush()
