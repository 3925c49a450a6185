"""All benchmarks: one table, and `bench/results.json`.

    make bench [ONLY="pipeline tracking"]        about a quarter of an hour; parts by name

Each part runs in a process of its own, so that its memory and its faults are its own; one that cannot run here is named
at the end and left out. The figures in the file stand both nested and under their whole keys, such as
`pipeline.ratio_to_smtp_source`.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded
from bench.readings import PARTS, Part
from bench.smtp import tool
from bench.table import Line, show, write

RESULTS = Path(__file__).with_name("results.json")


def measured(part: Part, shared: Path) -> list[Line]:
    """Run the part; raises SystemExit with what it said if it fails."""
    command = [sys.executable, "-m", *part.command, "--json", *(["--data", str(shared)] if part.shares else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - the command is ours
    if done.returncode:
        raise SystemExit(f"exit code {done.returncode}")
    return part.read(done.stdout)


def run(names: list[str]) -> tuple[list[Line], list[str]]:
    """The lines of the parts in their order, and what was skipped and why."""
    lines: list[Line] = []
    skipped: list[str] = []
    with _shared() as shared:
        for name in names:
            part = PARTS[name]
            if part.needs_postfix and tool("smtp-sink") is None:
                skipped.append(f"{name}: smtp-sink and smtp-source are missing (Debian: apt-get install postfix)")
                continue
            sys.stderr.write(f"{name} …\n")
            began = time.perf_counter()
            try:
                lines += measured(part, shared)
            except SystemExit as problem:
                skipped.append(f"{name}: {problem}")
            sys.stderr.write(f"{name}: {time.perf_counter() - began:.0f} s\n")
    return lines, skipped


@contextmanager
def _shared() -> Iterator[Path]:
    """One installation for the parts that look at a million people."""
    with tempfile.TemporaryDirectory(prefix="sendbote-bench-") as made:
        try:
            yield Path(made)
        finally:
            embedded.forget(Path(made))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PARTS, help="these parts")
    asked = parser.parse_args()
    lines, skipped = run(asked.only or list(PARTS))
    show(lines)
    for what in skipped:
        sys.stdout.write(f"skipped: {what}\n")
    write(RESULTS, lines, skipped)
    sys.exit(1 if not lines else 0)


if __name__ == "__main__":
    main()
