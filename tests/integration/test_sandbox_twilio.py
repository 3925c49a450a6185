"""The sandbox's Twilio, used through the official client and measured against the published description."""

import json
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from sandbox.app import Sandbox
from tests.integration.sandbox_factory import sandbox_in_thread

SID, TOKEN, FROM = f"AC{'7' * 32}", "token", "+4915110000001"
SPECS = Path(os.environ.get("SENDBOTE_SPECS", "") or Path(os.environ.get("SENDBOTE_CORPORA", ".")).parent / "specs")
"""Where the published descriptions are kept (twilio/twilio-oai, MIT licence); without them their test is skipped."""
DESCRIBED = SPECS / "twilio_api_v2010.json"
ROOT = "/2010-04-01/Accounts/{AccountSid}"


class ToSandbox(HttpClient):  # type: ignore[misc]
    """The official client's own seam: the same requests, to another address; every answer is remembered."""

    def __init__(self, base: str) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=False)
        self.base = base
        self.answers: list[tuple[str, str, int, Any]] = []

    def request(self, method: str, url: str, **given: Any) -> Response:
        path = url.removeprefix("https://api.twilio.com")
        wanted = {name: given.get(name) for name in ("params", "data", "headers", "auth")}
        answer = requests.request(method, self.base + path, timeout=10, **wanted)  # type: ignore[arg-type]
        self.answers.append((method, path.split("?")[0], answer.status_code, answer.json()))
        return Response(answer.status_code, answer.text, answer.headers)


def client(sandbox: Sandbox) -> tuple[Client, ToSandbox]:
    seam = ToSandbox(sandbox.url)
    return Client(SID, TOKEN, http_client=seam), seam


def test_the_official_client_sends_fetches_and_lists(tmp_path: Path) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        official, _ = client(sandbox)
        made = official.messages.create(to="+491511000001", from_=FROM, body="Hello")
        assert made.status in ("queued", "accepted")
        assert made.sid is not None
        fetched = official.messages(made.sid).fetch()
        assert (fetched.body, fetched.to, fetched.num_segments) == ("Hello", "+491511000001", "1")
        for number in range(2, 8):
            official.messages.create(to=f"+49151100000{number}", from_=FROM, body="Hello")
        assert len(official.messages.list(page_size=3)) == 7
        assert official.balance.fetch().currency == "USD"


@pytest.mark.parametrize("code", [21211, 21614, 21610, 21408, 20429, 20500])
def test_a_number_that_ends_in_an_error_code_gets_that_error(tmp_path: Path, code: int) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        official, _ = client(sandbox)
        with pytest.raises(TwilioRestException) as refused:
            official.messages.create(to=f"+49151100{code}", from_=FROM, body="Hello")
    assert refused.value.code == code


def test_a_wrong_token_is_not_let_in(tmp_path: Path) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        _control(sandbox, "", {"token": "another"})
        official, _ = client(sandbox)
        with pytest.raises(TwilioRestException) as refused:
            official.balance.fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_messages_cost_money_until_there_is_none(tmp_path: Path) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        _control(sandbox, "", {"balance": "0.15", "price": "0.0750"})
        official, _ = client(sandbox)
        for number in (1, 2):
            official.messages.create(to=f"+49151100000{number}", from_=FROM, body="Hello")
        assert official.balance.fetch().balance == "0.0000"
        with pytest.raises(TwilioRestException):
            official.messages.create(to="+491511000003", from_=FROM, body="Hello")


def test_whoever_wrote_stop_is_refused_until_start(tmp_path: Path) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        official, _ = client(sandbox)
        answer = {"phone": "+491511000001", "to": FROM}
        _control(sandbox, "/say", {**answer, "body": "STOP"})
        with pytest.raises(TwilioRestException) as refused:
            official.messages.create(to="+491511000001", from_=FROM, body="Hello")
        assert refused.value.code == 21610
        _control(sandbox, "/say", {**answer, "body": "start"})
        assert official.messages.create(to="+491511000001", from_=FROM, body="Hello").sid


@pytest.mark.skipif(not DESCRIBED.exists(), reason="the published description of Twilio's API is not here")
def test_every_answer_has_the_published_shape(tmp_path: Path) -> None:
    described = json.loads(DESCRIBED.read_text(encoding="utf-8"))
    with sandbox_in_thread(tmp_path) as sandbox:
        official, seam = client(sandbox)
        sid = official.messages.create(to="+491511030003", from_=FROM, body="Hello").sid
        official.messages.create(to="+491511000002", messaging_service_sid=f"MG{'a' * 32}", body="Grüße ✓")
        _wait_for(lambda: official.messages(sid).fetch().status == "undelivered")
        picture = f"{sandbox.url}/static/nothing.png"
        official.messages.create(to="whatsapp:+491511000003", from_=f"whatsapp:{FROM}", media_url=[picture])
        _control(sandbox, "/say", {"phone": "+491511000002", "to": FROM, "body": "Hi"})
        official.messages.list(page_size=2)
        official.balance.fetch()
    assert len(seam.answers) >= 6
    for method, path, status, body in seam.answers:
        jsonschema.validate(body, _schema(described, method, path, status))


def _schema(described: Mapping[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    """That operation's answer, with nothing allowed beyond what is described."""
    plain = path.replace(SID, "{AccountSid}")
    name = next(one for one in (plain, f"{ROOT}/Messages/{{Sid}}.json") if one in described["paths"])
    answers = described["paths"][name][method.lower()]["responses"]
    schema = answers[str(status)]["content"]["application/json"]["schema"]
    return {**_closed(schema), "components": _closed(described["components"])}


def _closed(part: Any) -> Any:
    """As JSON Schema: OpenAPI's `nullable` is a type of its own, and objects hold what they say and no more."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: _closed(value) for key, value in part.items() if key not in ("nullable", "examples", "x-twilio")}
    if part.get("nullable") and isinstance(part.get("type"), str):
        made["type"] = [part["type"], "null"]
    if part.get("type") == "object" and isinstance(part.get("properties"), dict):
        made["additionalProperties"] = False
    return made


def _control(sandbox: Sandbox, path: str, given: Mapping[str, Any]) -> None:
    answer = requests.post(f"{sandbox.url}/control/twilio{path}", json=given, timeout=10)
    assert answer.status_code == 200, answer.text


def _wait_for(done: Any) -> None:
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
