"""Recent warnings and errors of all processes, reduced to what cannot hold a person: words of ours, places, numbers."""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

FILE = Path("run") / "recent-errors.log"
"""Below the data directory."""
MOST_BYTES = 512 * 1024
LINES = 500

TROUBLE = re.compile(r'\[(warning|error|critical)|"level": "(warning|error|critical)"|^Traceback|^ +File "')
KIND = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Fault|Warning|Timeout|Refused|Unavailable|Problem|Exit))\b")
FRAME = re.compile(r'^ +File "([^"]+)", line (\d+), in ([\w<>]+)')
TEXT = re.compile(r"^(?P<at>[\d:]+) \[(?P<level>\w+) *\] (?P<event>.*?)(?P<rest>(?: \w+=.*)?)$")
PAIR = re.compile(r"(\w+)=('[^']*'|\S+)")
CODE = re.compile(r"^[a-z]+(?:[_.][a-z]+)*$")
"""A word of ours (`channel_halted`, `database.fault`); a name begins with a capital letter, an address has an @."""
NUMBER = re.compile(r"^-?\d{1,9}(\.\d{1,9})?$")
"""Too short for a telephone number."""
TELLING = frozenset({"channel", "code", "job", "kind", "method", "reason", "result", "server", "sqlstate", "state"})
"""What is said in words of ours; of everything else numbers alone are shown."""


class Traces:
    """Keeps trouble from the stream of log lines in a file of bounded size; half of it goes when it is full."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE

    def note(self, process: str, line: str) -> None:
        if not (TROUBLE.search(line) or KIND.match(line)):
            return
        try:
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                self._path.write_bytes(self._path.read_bytes()[MOST_BYTES // 2 :])
            self._path.touch(mode=0o600)
            with self._path.open("a", encoding="utf-8") as lines:
                lines.write(f"{process}\t{line}\n")
        except OSError:
            return


def recent(data: Path) -> list[str]:
    """The last of them, reduced; a line of unknown shape is left out rather than shown."""
    try:
        with (data / FILE).open(encoding="utf-8", errors="replace") as lines:
            last = deque(lines, LINES)
    except OSError:
        return []
    parts = (line.rstrip("\n").partition("\t") for line in last)
    return [f"{process} {told}" for process, _, line in parts if (told := reduced(line))]


def reduced(line: str) -> str | None:
    """What a line of the log says without anybody's words; None if nothing is left."""
    if line.startswith("{"):
        return _of_json(line)
    if frame := FRAME.match(line):
        return f"  at {'/'.join(Path(frame[1]).parts[-3:])}:{frame[2]} {frame[3]}"
    if line.startswith("Traceback"):
        return "Traceback"
    if kind := KIND.match(line):
        return kind[1]
    if text := TEXT.match(line):
        pairs = dict(PAIR.findall(text["rest"]))
        return " ".join([text["at"], text["level"], _event(text["event"]), *_harmless(pairs)])
    return None


def _of_json(line: str) -> str | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    frames = [frame for part in str(told.get("exception", "")).splitlines() if (frame := reduced(part))]
    at = re.sub(r"[^\dT:.Z-]", "", str(told.get("timestamp", "")))[:32]
    values = {name: str(value) for name, value in told.items()}
    return " ".join([at, _word(values.get("level", "")), _event(values.get("event", "")), *_harmless(values), *frames])


def _event(event: str) -> str:
    """Events are short sentences or codes of ours; one with anything else in it is not shown."""
    return event.strip() if re.fullmatch(r"[a-z][a-z_.: ]{1,80}", event.strip()) else "…"


def _harmless(pairs: Mapping[str, str]) -> Iterator[str]:
    for name, value in pairs.items():
        if name in TELLING or (NUMBER.match(value) and CODE.match(name)):
            yield f"{name}={_word(value.strip(chr(39)))}"


def _word(value: str) -> str:
    return value if CODE.match(value) or NUMBER.match(value) else "…"
