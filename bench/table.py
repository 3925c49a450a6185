"""One line of the table of all benchmarks, and how the lines are printed and written down."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is the figure's name for good, `<part>.<figure>`; `aim` what it should be, as a person says it."""

    key: str
    what: str
    value: float
    unit: str
    aim: str = ""


def show(lines: Sequence[Line]) -> None:
    """The table on the standard output."""
    width = max((len(line.what) for line in lines), default=0)
    part = ""
    for line in lines:
        if line.key.partition(".")[0] != part:
            part = line.key.partition(".")[0]
            sys.stdout.write(f"{part}\n")
        aim = f"   (aim: {line.aim})" if line.aim else ""
        sys.stdout.write(f"  {line.what:<{width}} {_number(line.value):>12} {line.unit}{aim}\n")
    sys.stdout.flush()


def tell(lines: Iterable[Line]) -> None:
    """As one line of JSON, for the process that asked."""
    sys.stdout.write(json.dumps([asdict(line) for line in lines]) + "\n")


def told(output: str) -> list[Line]:
    """What `tell` wrote as its last line."""
    return [Line(**fields) for fields in json.loads(output.strip().splitlines()[-1])]


def write(path: Path, lines: Sequence[Line], skipped: Sequence[str]) -> None:
    """Each figure twice: nested (`results["pipeline"]["ratio_to_smtp_source"]`) and under its whole key."""
    results: dict[str, Any] = {"cores": os.cpu_count(), "skipped": list(skipped)}
    for line in lines:
        part, _, figure = line.key.partition(".")
        results.setdefault(part, {})[figure] = line.value
        results[line.key] = line.value
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"
