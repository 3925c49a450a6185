"""Letters are made in a child process: what a stranger's source makes of time and memory stays bounded."""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from channels import short
from channels.email import letters
from core.errors import Invalid
from core.ports import PressedLetter
from core.vocabulary import TemplateKind

SECONDS = 10
MEMORY_BYTES = 2 * 1024**3
ROOT = Path(__file__).resolve().parent.parent.parent


def press(
    *,
    kind: str,
    language: str,
    subject: str,
    source: str,
    text: str | None,
    known: Sequence[str],
    extras: Mapping[str, Any] | None = None,
) -> PressedLetter:
    """A core.ports.LetterPress: `make` in a child with limits; raise Invalid if it goes past them."""
    order = {
        "kind": kind,
        "language": language,
        "subject": subject,
        "source": source,
        "text": text,
        "known": list(known),
        "extras": dict(extras or {}),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "channels.email.press"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Invalid("letter.too_slow", where="source", seconds=SECONDS) from None
    if done.returncode != 0:
        raise Invalid("letter.too_large", where="source")
    answer = json.loads(done.stdout)
    if "code" in answer:
        raise Invalid(answer["code"], **answer["params"])
    return PressedLetter(**answer)


def _child() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    order = json.load(sys.stdin)
    try:
        extras = order.pop("extras")
        short_one = order["kind"] == TemplateKind.SHORT
        answer = asdict(short.make(**order, extras=extras) if short_one else letters.make(**order))
    except Invalid as problem:
        answer = {"code": problem.code, "params": problem.params}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _child()
