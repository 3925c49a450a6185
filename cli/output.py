"""How commands answer: words for people, or JSON on one line for programs."""

import json
import os
import re
import sys
from typing import Annotated

import typer

from texts import _

BY = "command"
"""Who did it, in the audit, when it came through the command."""

_SURROGATE = re.compile("[\ud800-\udfff]")

AsJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


def print_json(told: object) -> None:
    text = json.dumps(told, ensure_ascii=False, default=str)
    # The name of a file may hold bytes that are no UTF-8; escaped, they are still the file's name.
    print(text if text.isascii() or not _SURROGATE.search(text) else json.dumps(told, default=str))


def complain(code: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": {"code": code, "message": sentence}}, ensure_ascii=False), file=sys.stderr)
        return
    red, plain = ("\033[31m", "\033[0m") if sys.stderr.isatty() and "NO_COLOR" not in os.environ else ("", "")
    print(f"{red}{sentence}{plain}", file=sys.stderr)


def grouped(number: int) -> str:
    """1234567 as 1 234 567, with narrow spaces that every language reads."""
    return f"{number:,}".replace(",", "\u202f")
