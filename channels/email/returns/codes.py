"""The codes and the stage that a server's words carry with them."""

import re

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\.\d)")
_CODE = re.compile(r"(?<![\d.:/-])([45][0-5]\d)(?=[ -])")
_STAGE = re.compile(
    r"(?:reply to|response to|in|after|at|during|like our)\s+(?:the\s+)?(?:end of\s+)?(MAIL FROM|RCPT TO|DATA)\b",
    re.IGNORECASE,
)


def status_in(words: str) -> str:
    """The last enhanced code that says something: x.0.0 and a bare success give way to a later one."""
    found = [code for code in _STATUS.findall(words) if not code.startswith("2")]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else "")


def code_in(words: str) -> int:
    found = _CODE.search(words)
    return int(found[1]) if found else 0


def stage_in(words: str) -> str:
    found = _STAGE.search(words)
    return found[1].split()[0].lower() if found else ""
