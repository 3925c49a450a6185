"""What servers of many makes and languages say, one line each: `class|stage|words`, with `!` where it is for good."""

import re
from pathlib import Path

import pytest

from channels.email.returns.codes import code_in, status_in
from core.rules.bounces.judging import judge
from core.rules.bounces.notices import Notice
from core.vocabulary import BounceClass

LINES = (Path(__file__).parent / "bounce_words.txt").read_text(encoding="utf-8").splitlines()


def notice(stage: str, said: str) -> Notice:
    plain = re.sub(r"\b(\d{3})-", r"\1 ", said)
    return Notice(
        "anna@example.org", action="failed", status=status_in(plain), code=code_in(plain), stage=stage, said=said
    )


@pytest.mark.parametrize("line", LINES)
def test_what_a_server_says_is_understood(line: str) -> None:
    expected, stage, said = line.split("|", 2)
    judged = judge(notice(stage, said))
    assert judged.bounce == BounceClass(expected.rstrip("!")), judged.rule
    if expected not in ("address", "domain"):
        assert judged.suppress is expected.endswith("!"), judged.rule


def test_a_passing_answer_suppresses_nobody_whatever_its_words() -> None:
    for line in LINES:
        _, stage, said = line.split("|", 2)
        passing = Notice("anna@example.org", action="failed", status="4.1.1", code=450, stage=stage, said=said)
        assert not judge(passing).suppress
