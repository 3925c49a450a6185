"""The letters that one may start from: a dozen, in each language, made of blocks like any other."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent / "starting"
MARKS = re.compile(r"\{%.*%\}|\{\{.*?\}\}")


@dataclass(frozen=True, slots=True)
class Start:
    key: str
    language: str
    name: str
    subject: str
    source: str
    """As a template of the kind `blocks` holds it."""

    @property
    def shown_subject(self) -> str:
        """Without what depends on the recipient."""
        return MARKS.sub("", self.subject)


@cache
def starts(language: str) -> Sequence[Start]:
    """All of a language, in the order in which they are shown."""
    return [_read(path, language) for path in sorted(HERE.glob("*.json"))]


def start(key: str, language: str) -> Start | None:
    return next((one for one in starts(language) if one.key == key), None)


def _read(path: Path, language: str) -> Start:
    kept = json.loads(path.read_text(encoding="utf-8"))
    tree = {"accent": kept["accent"], "blocks": kept["blocks"][language]}
    source = json.dumps(tree, ensure_ascii=False, indent=1)
    return Start(path.stem[3:], language, kept["name"][language], kept["subject"][language], source)
