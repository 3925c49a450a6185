"""Encryption and login, against servers that are not ours (aiosmtpd) and against those that misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.errors import ChannelHalted
from core.vocabulary import Tls
from tests.integration.certificates import Authority
from tests.integration.email_factory import QUICK, kinds, message, messages, provider, relay, send
from tests.integration.scripted_smtp import Act, ScriptedSmtp


class Kept:
    """What aiosmtpd hands over."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 kept"


def knows_anna(server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object) -> AuthResult:
    right = isinstance(auth_data, LoginPassword) and auth_data == LoginPassword(b"anna", "pä:ß/".encode())
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def aiosmtpd(kept: Kept, tls: ssl.SSLContext, *, implicit: bool = False) -> AsyncIterator[int]:
    """A server of another make; yields its port."""
    options: dict[str, Any] = {
        "authenticator": knows_anna,
        "auth_required": True,
        "enable_SMTPUTF8": True,
        "hostname": "mx.test",
    }
    if implicit:
        options |= {"auth_require_tls": False}
    else:
        options |= {"require_starttls": True, "tls_context": tls}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(kept, **options), "127.0.0.1", 0, ssl=tls if implicit else None
    )
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


LOGIN: dict[str, Any] = {"user": "anna", "password": "pä:ß/"}


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_starttls_and_login_at_a_server_of_another_make(authority: Authority, run: Any) -> None:
    async def scenario() -> None:
        kept = Kept()
        async with aiosmtpd(kept, authority.context("127.0.0.1")) as port:
            carrier = provider(relay(port, Tls.REQUIRED, ca=str(authority.ca), **LOGIN))
            health = await carrier.check()
            outcomes, fault = await send(carrier, [*messages(60), message(61, "jürgen@b.test", text="Grüße\r\n.x")])
        assert health.well, health
        assert fault is None
        assert kinds(outcomes) == {"Accepted": 61}
        assert len(kept.envelopes) == 61
        [last] = [envelope for envelope in kept.envelopes if envelope.rcpt_tos == ["jürgen@b.test"]]
        assert isinstance(last.content, bytes)
        assert last.content.endswith("\r\n\r\nGrüße\r\n.x\r\n".encode())

    run(scenario())


async def test_a_wrong_password_halts_the_channel(authority: Authority) -> None:
    kept = Kept()
    async with aiosmtpd(kept, authority.context("127.0.0.1")) as port:
        carrier = provider(relay(port, Tls.REQUIRED, ca=str(authority.ca), user="anna", password="wrong"))
        health = await carrier.check()
        outcomes, fault = await send(carrier, messages(120))
    assert isinstance(fault, ChannelHalted)
    assert fault.code == health.code == "smtp.login_refused"
    assert kinds(outcomes).keys() == {"Unsent"}
    assert kept.envelopes == []
    assert "wrong" not in str(fault.params)


async def test_tls_from_the_first_byte(authority: Authority) -> None:
    async with ScriptedSmtp(tls=authority.context("127.0.0.1"), implicit_tls=True, users={"anna": "pä:ß/"}) as server:
        carrier = provider(relay(server.port, Tls.IMPLICIT, ca=str(authority.ca), **LOGIN))
        outcomes, fault = await send(carrier, messages(100))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 100}


async def test_login_where_plain_is_not_offered(authority: Authority) -> None:
    extensions = ("PIPELINING", "AUTH LOGIN")
    async with ScriptedSmtp(extensions, tls=authority.context("127.0.0.1")) as server:
        server.at("auth", "235 2.7.0 welcome")
        outcomes, fault = await send(
            provider(relay(server.port, Tls.REQUIRED, ca=str(authority.ca), **LOGIN)), messages(3)
        )
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 3}


@pytest.mark.parametrize("tls", [Tls.REQUIRED, Tls.IMPLICIT])
@pytest.mark.parametrize("fault", ["stranger", "name", "expired"])
async def test_a_certificate_that_does_not_fit_halts_before_the_password_is_said(
    authority: Authority, tmp_path: Path, tls: Tls, fault: str
) -> None:
    signer = Authority(tmp_path) if fault == "stranger" else authority
    context = signer.context("other.test" if fault == "name" else "127.0.0.1", valid=fault != "expired")
    async with ScriptedSmtp(tls=context, implicit_tls=tls is Tls.IMPLICIT, users={"anna": "pä:ß/"}) as server:
        outcomes, halted = await send(provider(relay(server.port, tls, ca=str(authority.ca), **LOGIN)), messages(4))
    assert isinstance(halted, ChannelHalted)
    assert halted.code == "smtp.certificate_refused"
    assert kinds(outcomes) == {"Unsent": 4}
    assert not any(command.startswith("AUTH") for command in server.commands)


async def test_a_certificate_is_not_asked_about_where_the_operator_says_so(authority: Authority) -> None:
    async with ScriptedSmtp(tls=authority.context("other.test")) as server:
        careless = replace(relay(server.port, Tls.REQUIRED), verify=False)
        assert kinds((await send(provider(careless), messages(2)))[0]) == {"Accepted": 2}


async def test_encryption_is_used_where_it_is_offered(authority: Authority) -> None:
    async with ScriptedSmtp(tls=authority.context("other.test")) as server:
        outcomes, _ = await send(provider(relay(server.port, Tls.OPPORTUNISTIC)), messages(2))
    assert kinds(outcomes) == {"Accepted": 2}
    assert "STARTTLS" in server.commands


async def test_what_is_slipped_in_before_encryption_ends_the_connection(authority: Authority) -> None:
    async with ScriptedSmtp(tls=authority.context("127.0.0.1")) as server:
        server.at("starttls", "220 go ahead\r\n250 injected")
        outcomes, fault = await send(provider(relay(server.port, Tls.REQUIRED, ca=str(authority.ca))), messages(2))
    assert isinstance(fault, ChannelHalted)
    assert fault.code == "smtp.tls_failed"
    assert kinds(outcomes) == {"Unsent": 2}


async def test_a_plain_port_spoken_to_in_tls_is_explained() -> None:
    async with ScriptedSmtp() as server:
        _, fault = await send(provider(relay(server.port, Tls.IMPLICIT)), messages(1))
    assert isinstance(fault, ChannelHalted)
    assert fault.code == "smtp.tls_failed"


async def test_a_connection_lost_inside_tls_leaves_the_last_letter_unknown(authority: Authority) -> None:
    async with ScriptedSmtp(tls=authority.context("127.0.0.1")) as server:
        server.at("body", Act.DROP, about="user3@")
        carrier = provider(relay(server.port, Tls.REQUIRED, ca=str(authority.ca), connections=1), patience=QUICK)
        outcomes, fault = await send(carrier, messages(6))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 5, "Unknown": 1}


async def test_a_login_that_fails_for_now_is_tried_again(authority: Authority) -> None:
    async with ScriptedSmtp(users={"anna": "pä:ß/"}) as server:
        server.at("auth", "454 4.7.0 try later", times=1)
        outcomes, fault = await send(
            provider(relay(server.port, connections=1, **LOGIN), patience=replace(QUICK, unreachable=5)), messages(2)
        )
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 2}
