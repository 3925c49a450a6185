"""How commands answer: words for people, or JSON on one line for programs."""

import json
from typing import Annotated

import typer

from texts import _

BY = "command"
"""Who did it, in the audit, when it came through the command."""

AsJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


def print_json(told: object) -> None:
    print(json.dumps(told, ensure_ascii=False, default=str))


def grouped(number: int) -> str:
    """1234567 as 1 234 567, with narrow spaces that every language reads."""
    return f"{number:,}".replace(",", "\u202f")
