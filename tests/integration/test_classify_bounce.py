"""`sendbote classify-bounce`: one answer a file, whatever the file is and is called."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.bounces import app

BOUNCE = b"From: MAILER-DAEMON@relay.example\nSubject: failure notice\n\n<%s@shop.example>:\n550 No such user here\n"
ANNA = {"address": "anna@shop.example", "class": "address", "suppress": True, "rule": "words:user"}


def classify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_each_file_is_one_object_on_one_line(tmp_path: Path) -> None:
    bounce, empty = tmp_path / "1700000000.M1P2.host,S=99:2,S", tmp_path / "empty.eml"
    bounce.write_bytes(BOUNCE % b"anna")
    empty.write_bytes(b"")
    result = classify("--json", bounce, empty)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"file": str(bounce), "recipients": [ANNA]},
        {"file": str(empty), "recipients": []},
    ]
    assert result.exit_code == 0


def test_the_mails_of_an_mbox_are_read_one_by_one(tmp_path: Path) -> None:
    postmark = b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n"
    chance = b"\nFrom here on nothing was said in 2026\n"
    mbox = tmp_path / "returned.mbox"
    mbox.write_bytes(postmark + BOUNCE % b"anna" + chance + b"\n" + postmark + BOUNCE % b"bert")
    told = json.loads(classify("--json", mbox).stdout)
    assert [one["address"] for one in told["recipients"]] == ["anna@shop.example", "bert@shop.example"]


def test_a_file_that_cannot_be_read_is_said_so_and_the_others_are_answered(tmp_path: Path) -> None:
    bounce = tmp_path / "bounce.eml"
    bounce.write_bytes(BOUNCE % b"anna")
    result = classify(tmp_path / "missing.eml", tmp_path, bounce)
    assert (result.exit_code, result.stdout) == (
        1,
        f"{bounce}:\n  anna@shop.example  address  suppressed  words:user\n",
    )
    assert [line.partition("”")[0].lstrip("“") for line in result.stderr.splitlines()] == [
        str(tmp_path / "missing.eml"),
        str(tmp_path),
    ]


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_name_that_is_no_text_is_answered_too(tmp_path: Path, arguments: list[str]) -> None:
    file = os.fsencode(tmp_path) + b"/b\xff.eml"
    Path(os.fsdecode(file)).write_bytes(BOUNCE % b"anna")
    result = classify(*arguments, os.fsdecode(file))
    assert result.exit_code == 0
    if arguments:
        assert os.fsencode(json.loads(result.stdout)["file"]) == file
