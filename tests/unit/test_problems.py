"""Every problem that the code can raise has a sentence, and every sentence has the values it names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from texts.problems import _sentences, sentence

ROOT = Path(__file__).parent.parent.parent
PRODUCT = ("admin", "bot", "channels", "cli", "config", "core", "embedded", "files", "web", "workers")
RAISED = {
    "Problem",
    "NotFound",
    "Invalid",
    "Refused",
    "IllegalTransition",
    "Forged",
    "Unavailable",
    "RetryLater",
    "ChannelHalted",
    "EmbeddedProblem",
    "FileProblem",
    "Cancelled",
    "Interrupted",
}


def codes() -> Iterator[tuple[str, str]]:
    """Code and place of every problem that is made with a constant code; settings name theirs second."""
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    code = _code(node, node.func.id)
                    if code:
                        yield code, place


def _code(node: ast.Call, name: str) -> str | None:
    at, prefix = (1, "setting.") if name == "BadSetting" else (0, "")
    if name not in RAISED | {"BadSetting"} or len(node.args) <= at:
        return None
    code = node.args[at]
    return prefix + code.value if isinstance(code, ast.Constant) and isinstance(code.value, str) else None


def test_every_problem_has_a_sentence() -> None:
    found = list(codes())
    assert len(found) > 80
    missing = {code: place for code, place in found if code not in _sentences()}
    assert missing == {}


def test_sentences_name_their_values_so_that_a_missing_one_is_seen() -> None:
    for code, words in _sentences().items():
        assert not re.search(r"%(?![(%])", words), code


def test_what_is_kept_is_named_as_the_settings_name_it() -> None:
    said = sentence("setting.bad_retention", {"where": "uploads", "kept": "uploads", "least": 1, "most": 9})
    assert said.startswith("“Uploaded files” can be kept")
