"""Sending to Postfix as Debian ships it."""

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from channels.email.smtp.patience import PATIENCE
from channels.email.smtp.relay import Relay
from core.messages import Refused
from core.vocabulary import BounceClass, Reason, Tls
from tests.integration.certificates import Authority
from tests.integration.email_factory import kinds, message, provider, relay, send
from tests.integration.postfix_factory import Postfix, postfix


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(authority: Authority) -> Iterator[Postfix]:
    with postfix(*authority.server("127.0.0.1")) as found:
        yield found


def encrypted(server: Postfix, authority: Authority) -> Relay:
    return relay(server.port, Tls.REQUIRED, connections=5, ca=str(authority.ca))


async def test_postfix_takes_and_delivers_what_we_send_as_it_was(server: Postfix, authority: Authority) -> None:
    awkward = ".\r\n..two\r\nend.\r\n\r\nGrüße " + "ä" * 300
    all_messages = [
        *(message(number, text=f"letter {number}") for number in range(1, 201)),
        message(201, text=awkward),
        message(202, "jürgen@example.test"),
        message(203, "nobody@example.test"),
        message(204, "user1@elsewhere.test"),
        message(205, text="x\r\n" * 60_000),
        message(206, text="after the refusals"),
    ]
    carrier = provider(encrypted(server, authority), patience=PATIENCE)
    health = await carrier.check()
    outcomes, fault = await send(carrier, all_messages)

    assert health.well, health
    assert "PIPELINING" in str(health.params["offers"])
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 203, "Refused": 3}
    unknown, elsewhere, large = (outcomes[number] for number in (203, 204, 205))
    assert isinstance(unknown, Refused)
    assert (unknown.reason, unknown.bounce) == (Reason.RECIPIENT_SERVER_REFUSED, BounceClass.ADDRESS)
    assert unknown.said.startswith("550 5.1.1")
    assert isinstance(elsewhere, Refused)
    assert (elsewhere.reason, elsewhere.bounce) == (Reason.RELAY_REFUSED, BounceClass.SENDER)
    assert isinstance(large, Refused)
    assert (large.reason, large.bounce) == (Reason.RELAY_REFUSED, BounceClass.CONTENT)

    arrived = [message_from_bytes(file, policy=policy.default) for file in server.delivered(203)]
    assert len({mail["Message-ID"] for mail in arrived}) == len(arrived) == 203
    [body] = [mail.get_payload(decode=True) for mail in arrived if mail["Delivered-To"] == "user201@example.test"]
    assert body == awkward.replace("\r\n", "\n").encode() + b"\n"
