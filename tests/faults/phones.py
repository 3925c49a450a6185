"""SMS while Twilio and its reports misbehave: the sandbox's Twilio keeps its own record of what it took."""

import contextlib
import json
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from random import Random
from urllib.parse import urlencode

from channels.twilio.account import SANDBOX_SID, account
from config import load
from config.keys import load_keys
from sandbox.twilio.callbacks import signature
from tests.faults.keeper import until
from tests.faults.world import World

SETTLED_SECONDS = 30.0
USUAL = {"balance": 100_000, "refuse_next": 0, "fail_next": 0, "answer_seconds": 0.0, "twice": False}


@contextlib.contextmanager
def phones(world: World) -> Iterator[None]:
    """The campaign goes out by SMS, and its reports come in at the public pages."""
    world.channel = "sms"
    for name in ("sandbox", "web"):
        world.start(name)
    listening = [world.sandbox_port, world.public_port]
    assert until(lambda: all(world.answers(port) for port in listening)), "Twilio or the public pages did not start"
    _control(world, "DELETE", "/messages")
    behave(world, **USUAL)
    try:
        yield
    finally:
        world.channel = "email"
        for name in ("sandbox", "web"):
            world.keeper.drop(name)


def behave(world: World, **how: object) -> None:
    """Tell the sandbox's Twilio what to do from now on."""
    _control(world, "POST", "", how)


def fails_after_it_took(world: World, random: Random, campaign_id: int) -> None:
    """Answers 500 for messages that it sends all the same; their reports say so."""
    behave(world, fail_next=random.randint(1, 30))
    _await_reports(world, campaign_id)


def too_fast(world: World, random: Random, campaign_id: int) -> None:
    """Each refusal pauses everybody, so that sixty would be a minute and more."""
    behave(world, refuse_next=random.randint(1, 10))


def reports_before_answers(world: World, random: Random, campaign_id: int) -> None:
    behave(world, answer_seconds=0.2)


def reports_again(world: World, random: Random, campaign_id: int) -> None:
    """Each report twice from now on, and earlier ones again, those of the beginning last."""
    behave(world, twice=True)
    until(lambda: world.settled(campaign_id))
    for sid, to, callback in random.sample(_taken(world), 50):
        for status in ("delivered", "sent", "queued"):
            assert _report(world, callback, sid, to, status) == 200, "a report was refused"


def reports_forged(world: World, random: Random, campaign_id: int) -> None:
    """A stranger who signs with another token, and one who puts another message's report to a stranger's address."""
    for sid, to, callback in random.sample(_taken(world), min(20, len(_taken(world)))):
        assert _report(world, callback, sid, to, "failed", token="a guess") == 403, "a forged report was taken"
        assert _report(world, callback, sid, to, "failed", signed=callback + "x") == 403, "a forged report was taken"


def worker_killed(world: World, random: Random, campaign_id: int) -> None:
    world.keeper.kill("worker")
    until(lambda: world.settled(campaign_id))
    time.sleep(2)


def _await_reports(world: World, campaign_id: int) -> None:
    until(lambda: world.settled(campaign_id))
    assert until(lambda: world.in_doubt(campaign_id) == 0, SETTLED_SECONDS), "a report did not settle what it tells"


def _taken(world: World) -> list[tuple[str, str, str]]:
    """Sid, number and address for reports of each message."""
    with contextlib.closing(sqlite3.connect(world.data / "sandbox" / "twilio.sqlite")) as record:
        return list(record.execute("SELECT sid, recipient, callback FROM messages ORDER BY number"))


def _report(world: World, url: str, sid: str, to: str, status: str, *, token: str = "", signed: str = "") -> int:
    """The status of the answer to one; signed as Twilio signs, unless with another token or for another address."""
    keys = load_keys(world.data, {})
    settings = load({"SENDBOTE_DATA": str(world.data)})
    fields = {"MessageSid": sid, "AccountSid": SANDBOX_SID, "To": to, "MessageStatus": status}
    signing = token or account(settings, keys).token
    headers = {"X-Twilio-Signature": signature(signing, signed or url, fields)}
    return _status(urllib.request.Request(url, urlencode(fields).encode(), headers))


def _control(world: World, method: str, path: str, given: object = None) -> None:
    body = json.dumps(given or {}).encode()
    url = f"http://127.0.0.1:{world.sandbox_port}/control/twilio{path}"
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
    assert _status(asked) == 200


def _status(asked: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
