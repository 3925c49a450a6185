"""The sandbox's mail server, spoken to by clients that are not ours."""

import json
import shutil
import smtplib
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.integration.sandbox_factory import sandbox_in_thread


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_in_thread(tmp_path) as sandbox:
        yield sandbox


def ask(sandbox: Sandbox, path: str, body: object = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{sandbox.url}{path}", data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def letter(to: str = "anna@example.test", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Café Sender <news@sender.test>"
    message["To"] = to
    message["Subject"] = "Grüße aus Köln"
    message["Message-ID"] = "<1@sender.test>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Hello\n.\n..two dots\nend\n")
    return message


def send(sandbox: Sandbox, to: str = "anna@example.test", sender: str = "news@sender.test") -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=20) as client:
        client.send_message(letter(to), sender, [to])


def refusal(sandbox: Sandbox, to: str) -> tuple[int, str]:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        send(sandbox, to)
    code, words = caught.value.recipients[to]
    return code, words.decode()


def test_a_letter_arrives_as_it_was_sent(sandbox: Sandbox) -> None:
    send(sandbox)
    found = ask(sandbox, "/control/mail?recipient=anna@example.test")["messages"][0]
    assert found["subject"] == "Grüße aus Köln"
    assert found["message_id"] == "<1@sender.test>"
    assert found["sender"] == "news@sender.test"
    whole = ask(sandbox, f"/control/mail/{found['id']}")
    assert whole["text"].splitlines() == ["Hello", ".", "..two dots", "end"]


def test_the_summary_counts_letters_recipients_and_what_came_twice(sandbox: Sandbox) -> None:
    for to in ("anna@example.test", "ben@example.test", "anna@example.test"):
        send(sandbox, to)
    summary = ask(sandbox, "/control/mail/summary")
    assert (summary["messages"], summary["recipients"], summary["twice"]) == (3, 2, 1)
    assert ask(sandbox, "/control/mail", method="DELETE")["messages"] == 0


def test_letters_survive_a_restart(tmp_path: Path) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        send(sandbox)
    with sandbox_in_thread(tmp_path) as sandbox:
        send(sandbox, "ben@example.test")
        assert [found["id"] for found in ask(sandbox, "/control/mail")["messages"]] == [2, 1]


def test_a_letter_that_was_kept_but_not_filed_is_found_after_a_crash(tmp_path: Path) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        send(sandbox)
    for path in (tmp_path / "sandbox").glob("letters.sqlite*"):
        path.unlink()
    with (tmp_path / "sandbox" / "letters.log").open("ab") as log:
        log.write(b"LETTER 20 5000\ntorn")
    with sandbox_in_thread(tmp_path) as sandbox:
        send(sandbox, "ben@example.test")
        assert ask(sandbox, "/control/mail/summary")["messages"] == 2


def test_pipelined_commands_are_answered_one_by_one_in_their_order(sandbox: Sandbox) -> None:
    commands = (
        b"EHLO client.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<refuse-550-x@y.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n"
    )
    with socket.create_connection(("127.0.0.1", sandbox.smtp_port), 10) as wire:
        wire.sendall(commands)
        replies = wire.makefile("rb")
        codes: list[bytes] = []
        while not codes or codes[-1] != b"354":
            line = replies.readline()
            if line[3:4] == b" ":
                codes.append(line[:3])
        wire.sendall(b"Subject: one\r\n\r\nbody\r\n.\r\nMAIL FROM:<a@x.test>\r\nQUIT\r\n")
        codes += [replies.readline()[:3] for _ in range(3)]
    assert codes == [b"220", b"250", b"250", b"550", b"250", b"354", b"250", b"250", b"221"]


def test_a_bare_line_feed_does_not_end_a_letter(sandbox: Sandbox) -> None:
    with socket.create_connection(("127.0.0.1", sandbox.smtp_port), 10) as wire:
        wire.sendall(b"HELO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n")
        time.sleep(0.1)
        wire.sendall(b"Subject: one\r\n\r\nbody\n.\nMAIL FROM:<evil@x.test>\r\n.\r\nQUIT\r\n")
        assert b"221" in wire.makefile("rb").read()
    assert ask(sandbox, "/control/mail/summary")["messages"] == 1


def test_international_addresses_need_smtputf8(sandbox: Sandbox) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=20) as client:
        client.ehlo()
        assert client.docmd("MAIL", "FROM:<a@x.test>")[0] == 250
        client.rset()
        client.send_message(letter(), "a@x.test", ["jürgen@example.test"], mail_options=["SMTPUTF8"])
    assert ask(sandbox, "/control/mail")["messages"][0]["recipient"] == "jürgen@example.test"


def test_too_large_a_letter_is_refused_before_it_is_sent(sandbox: Sandbox) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=20) as client:
        client.ehlo()
        assert client.docmd("MAIL", "FROM:<a@x.test> SIZE=999999999")[0] == 552


@pytest.mark.parametrize(
    ("recipient", "code", "words"),
    [
        ("refuse-550-anna@example.test", 550, "does not exist"),
        ("refuse-full-anna@example.test", 552, "over quota"),
        ("refuse-550-5.7.1-anna@example.test", 550, "5.7.1"),
        ("defer-451-anna@example.test", 451, "4.3.0"),
    ],
)
def test_an_address_can_ask_to_be_refused(sandbox: Sandbox, recipient: str, code: int, words: str) -> None:
    refused = refusal(sandbox, recipient)
    assert refused[0] == code
    assert words in refused[1]


def test_a_greylisted_address_is_taken_at_the_second_attempt(sandbox: Sandbox) -> None:
    assert refusal(sandbox, "greylist-anna@example.test")[0] == 450
    send(sandbox, "greylist-anna@example.test")


def test_a_bounce_comes_back_to_the_envelope_sender(sandbox: Sandbox) -> None:
    send(sandbox, "bounce-full-anna@example.test", sender="v.abc123@bounces.sender.test")
    deadline = time.monotonic() + 5
    while not (found := ask(sandbox, "/control/mail?recipient=v.abc123@bounces.sender.test")["messages"]):
        assert time.monotonic() < deadline
    assert found[0]["sender"] == ""
    assert found[0]["returned"] is True
    with urllib.request.urlopen(f"{sandbox.url}/control/mail/{found[0]['id']}/source", timeout=10) as answer:
        report: Any = BytesParser(policy=default).parsebytes(answer.read())
    assert report.get_content_type() == "multipart/report"
    text, status, headers = report.iter_parts()
    assert "bounce-full-anna@example.test" in text.get_content()
    fields = status.get_payload()[1]
    assert fields["Status"] == "5.2.2"
    assert fields["Final-Recipient"] == "rfc822; bounce-full-anna@example.test"
    assert fields["Diagnostic-Code"].lstrip().startswith("smtp; 552 5.2.2")
    assert "<1@sender.test>" in headers.as_string()
    assert ask(sandbox, "/control/mail/summary")["messages"] == 1


@pytest.mark.parametrize("stage", ["connect", "helo", "mail", "rcpt", "data", "dot", "after-dot"])
def test_the_connection_drops_at_the_stage_that_is_named(sandbox: Sandbox, stage: str) -> None:
    ask(sandbox, "/control/behaviour", {"rules": [{"do": "drop", "stage": stage, "times": 1}]})
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(sandbox)
    assert ask(sandbox, "/control/mail/summary")["messages"] == (1 if stage == "after-dot" else 0)
    send(sandbox, "ben@example.test")


def test_a_share_is_drawn_from_the_seed_and_the_recipient(sandbox: Sandbox) -> None:
    def refused(seed: int) -> set[str]:
        ask(sandbox, "/control/behaviour", {"seed": seed, "rules": [{"do": "refuse", "share": 0.3}]})
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=20) as client:
            return set(client.sendmail("a@x.test", [f"p{n}@y.test" for n in range(200)], b"Subject: x\r\n\r\n"))

    first = refused(1)
    assert 35 <= len(first) <= 85
    assert refused(1) == first
    assert refused(2) != first


def test_more_than_the_rate_is_told_to_come_again(sandbox: Sandbox) -> None:
    ask(sandbox, "/control/behaviour", {"rules": [{"do": "limit", "per_second": 2}]})
    send(sandbox)
    send(sandbox)
    with pytest.raises(smtplib.SMTPSenderRefused) as caught:
        send(sandbox)
    assert caught.value.smtp_code == 421


def test_a_delay_holds_the_answer_back(sandbox: Sandbox) -> None:
    ask(sandbox, "/control/behaviour", {"rules": [{"do": "delay", "stage": "dot", "seconds": 0.4}]})
    began = time.monotonic()
    send(sandbox)
    assert time.monotonic() - began >= 0.4


def test_wrong_behaviour_is_refused_with_its_place(sandbox: Sandbox) -> None:
    for rule, where in (({"do": "explode"}, "do"), ({"do": "refuse", "reply": "nonsense"}, "reply"), ({"x": 1}, "x")):
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask(sandbox, "/control/behaviour", {"rules": [rule]})
        assert json.loads(caught.value.read())["where"] == where
        caught.value.close()


def test_a_web_page_from_elsewhere_cannot_change_the_sandbox(sandbox: Sandbox) -> None:
    request = urllib.request.Request(
        f"{sandbox.url}/control/mail", headers={"Origin": "http://evil.test"}, method="DELETE"
    )
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(request, timeout=10)
    caught.value.close()


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_swaks_delivers_a_letter(sandbox: Sandbox) -> None:
    recipients = "anna@example.test,refuse-550-ben@example.test"
    envelope = ["--from", "a@x.test", "--to", recipients, "--header", "Subject: by swaks"]
    done = subprocess.run(
        ["swaks", "--server", "127.0.0.1", "--port", str(sandbox.smtp_port), "--pipeline", *envelope],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert "550 5.1.1" in done.stdout
    assert ask(sandbox, "/control/mail")["messages"][0]["subject"] == "by swaks"
