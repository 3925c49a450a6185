"""What becomes of each message, whatever the mail server does."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import uvloop

from core.errors import ChannelHalted, RetryLater
from core.messages import Accepted, Deferred, Message, Refused, Settled, Unknown, Unsent
from core.vocabulary import BounceClass, Reason, Tls
from tests.integration.email_factory import QUICK, groups_of, kinds, message, messages, provider, relay, send
from tests.integration.scripted_smtp import EXTENSIONS, Act, ScriptedSmtp, serving

PLAIN = tuple(extension for extension in EXTENSIONS if extension != "PIPELINING")
LASTING = replace(QUICK, unreachable=5)
both_loops = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
both_dialogues = pytest.mark.parametrize("extensions", [EXTENSIONS, PLAIN], ids=["pipelining", "plain"])


@both_dialogues
async def test_every_message_arrives_once_over_few_connections(extensions: tuple[str, ...]) -> None:
    async with ScriptedSmtp(extensions) as server:
        outcomes, fault = await send(provider(relay(server.port)), messages(230))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 230}
    assert sorted(server.recipients) == sorted(f"user{number}@example.test" for number in range(1, 231))
    assert server.connections <= 3
    assert server.commands.count("QUIT") == server.connections


async def test_a_slowed_pace_still_keeps_every_connection_busy() -> None:
    async with ScriptedSmtp() as server:
        server.at("body", "450 4.7.1 too many messages", times=1, skip=900)
        outcomes, _ = await send(provider(relay(server.port)), messages(2000))
    assert kinds(outcomes) == {"Accepted": 1999, "Deferred": 1}


def test_it_works_the_same_on_uvloop() -> None:
    async def scenario() -> None:
        async with ScriptedSmtp() as server:
            outcomes, fault = await send(provider(relay(server.port)), messages(100))
        assert fault is None
        assert kinds(outcomes) == {"Accepted": 100}

    uvloop.run(scenario())


def test_a_greeting_that_is_there_before_we_listen_is_heard() -> None:
    async def scenario() -> None:
        for _ in range(20):
            sending = asyncio.ensure_future(provider(relay(server.port)).check())
            while not sending.done():
                time.sleep(0.002)
                await asyncio.sleep(0)
            assert sending.result().well

    with serving(ScriptedSmtp()) as server:
        uvloop.run(scenario())


async def test_one_message_needs_one_connection() -> None:
    async with ScriptedSmtp() as server:
        await send(provider(relay(server.port)), messages(1))
    assert server.connections == 1


async def test_a_letter_leaves_at_once_though_no_other_follows() -> None:
    async def patient_groups() -> AsyncIterator[Sequence[Message]]:
        yield [message(1)]
        await asyncio.wait_for(first_settled.wait(), 5)
        yield [message(2)]

    first_settled = asyncio.Event()
    async with ScriptedSmtp() as server:
        async for group in provider(relay(server.port)).deliver(patient_groups()):
            assert all(isinstance(outcome, Accepted) for _, outcome in group)
            first_settled.set()
    assert len(server.accepted) == 2


@both_dialogues
@pytest.mark.parametrize("go_ahead", [False, True], ids=["554 to DATA", "354 to DATA"])
async def test_a_refused_recipient_touches_no_other(extensions: tuple[str, ...], go_ahead: bool) -> None:
    async with ScriptedSmtp(extensions, go_ahead_without_recipients=go_ahead) as server:
        server.at("rcpt", "550 5.1.1 no such user", about="user7@")
        server.at("rcpt", "550 5.1.1 no such user", about="user8@")
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(20))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 18, "Refused": 2}
    expected = Refused(Reason.RECIPIENT_SERVER_REFUSED, "550 5.1.1 no such user", BounceClass.ADDRESS, suppress=True)
    assert outcomes[7] == outcomes[8] == expected
    assert len(server.recipients) == 18
    assert all(mail.body for mail in server.accepted)


@both_dialogues
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "body"])
async def test_a_passing_refusal_defers_that_message_alone(extensions: tuple[str, ...], stage: str) -> None:
    async with ScriptedSmtp(extensions) as server:
        server.at(stage, "451 4.3.0 try again", times=1, skip=4)
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(10))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 9, "Deferred": 1}
    assert len(server.accepted) == 9


@both_dialogues
@pytest.mark.parametrize("stage", ["mail", "data", "body"])
async def test_a_refusal_of_sender_or_content_is_the_relays(extensions: tuple[str, ...], stage: str) -> None:
    async with ScriptedSmtp(extensions) as server:
        server.at(stage, "550 5.7.1 refused for policy", times=1)
        outcomes, _ = await send(provider(relay(server.port, connections=1)), messages(3))
    [refused] = [outcome for outcome in outcomes.values() if isinstance(outcome, Refused)]
    assert refused.reason is Reason.RELAY_REFUSED
    assert refused.bounce not in (BounceClass.ADDRESS, BounceClass.DOMAIN, BounceClass.MAILBOX)


@both_dialogues
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
async def test_a_connection_lost_before_the_body_costs_nothing(extensions: tuple[str, ...], stage: str) -> None:
    async with ScriptedSmtp(extensions) as server:
        server.at(stage, Act.DROP, times=1, skip=2)
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(10))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 10}
    assert len(server.recipients) == 10


@both_dialogues
@pytest.mark.parametrize(("act", "arrived"), [(Act.DROP, 9), (Act.KEEP_AND_DROP, 10)])
async def test_a_connection_lost_after_the_last_dot_leaves_it_unknown(
    extensions: tuple[str, ...], act: Act, arrived: int
) -> None:
    async with ScriptedSmtp(extensions) as server:
        server.at("body", act, about="user5@")
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(10))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 9, "Unknown": 1}
    assert isinstance(outcomes[5], Unknown)
    assert len(server.recipients) == len(set(server.recipients)) == arrived


async def test_a_message_that_breaks_every_connection_is_let_go() -> None:
    async with ScriptedSmtp() as server:
        server.at("rcpt", Act.DROP, about="user2@")
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(4))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 3, "Unsent": 1}
    assert isinstance(outcomes[2], Unsent)


@pytest.mark.parametrize(("stage", "kind"), [("mail", Unsent), ("body", Unknown)])
async def test_a_hanging_server_is_left_after_a_while(stage: str, kind: type) -> None:
    patience = replace(QUICK, command=0.2, dot=0.2)
    async with ScriptedSmtp() as server:
        server.at(stage, Act.HANG, about="user2@" if stage == "body" else "")
        outcomes, _ = await send(provider(relay(server.port, connections=1), patience=patience), messages(2))
    assert isinstance(outcomes[2], kind)


@both_loops
def test_what_never_left_our_own_buffer_is_surely_unsent(run: Any) -> None:
    run(stopped_reading())


async def stopped_reading() -> None:
    patience = replace(QUICK, dot=0.3)
    async with ScriptedSmtp() as server:
        server.at("data", Act.STOP_READING)
        outcomes, _ = await send(
            provider(relay(server.port), patience=patience), [message(1, text="much\r\n" * 1_500_000)]
        )
    assert outcomes[1] == Unsent("the server stopped reading")


async def test_a_server_that_closes_for_maintenance_gets_the_rest_later() -> None:
    async with ScriptedSmtp() as server:
        server.at("mail", "421 4.3.2 closing", times=2, skip=5)
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(12))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 12}


async def test_too_fast_slows_down_and_defers_without_blaming_anyone() -> None:
    async with ScriptedSmtp() as server:
        server.at("body", "450 4.7.1 too many messages", times=1, skip=3)
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(8))
    assert fault is None
    [deferred] = [outcome for outcome in outcomes.values() if isinstance(outcome, Deferred)]
    assert deferred.bounce is BounceClass.RATE
    assert len(server.recipients) == 7


@pytest.mark.parametrize("garbage", ["what?", "2", "250-endless\r\n" * 6000, "x" * 70_000])
async def test_answers_that_are_no_smtp_end_the_connection_only(garbage: str) -> None:
    async with ScriptedSmtp() as server:
        server.at("mail", garbage, times=1, skip=1)
        outcomes, fault = await send(provider(relay(server.port, connections=1)), messages(5))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 5}


async def test_control_characters_in_a_refusal_are_not_kept() -> None:
    async with ScriptedSmtp() as server:
        server.at("rcpt", "550-5.1.1 no\x00\x1b[31m\r\n550 5.1.1 such user " + "x" * 5000)
        outcomes, _ = await send(provider(relay(server.port)), messages(1))
    refused = outcomes[1]
    assert isinstance(refused, Refused)
    assert refused.said.startswith("550 5.1.1 no [31m such user x")
    assert len(refused.said) <= 500


async def test_a_recipient_who_cannot_be_rendered_touches_no_other() -> None:
    bad = [message(2, text=KeyError("city")), message(3, address="a@b.test>\r\nRCPT TO:<c@d.test")]
    async with ScriptedSmtp() as server:
        outcomes, fault = await send(provider(relay(server.port)), [message(1), *bad, message(4)])
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 2, "Refused": 2}
    assert isinstance(outcomes[2], Refused)
    assert outcomes[2].reason is Reason.TEMPLATE_LACKS_VALUE
    assert isinstance(outcomes[3], Refused)
    assert outcomes[3].reason is Reason.INVALID_ADDRESS
    assert not any("c@d.test" in command for command in server.commands)


async def test_dots_and_long_lines_arrive_as_they_left() -> None:
    text = ".\r\n..\r\n.hidden\r\nend.\r\n\r\n." + "x" * 900 + "\r\n.\r\nafter"
    async with ScriptedSmtp() as server:
        await send(provider(relay(server.port)), [message(1, text=text), message(2)])
    bodies = {mail.recipients[0]: mail.body for mail in server.accepted}
    assert bodies["user1@example.test"].endswith(f"\r\n\r\n{text}\r\n".encode())
    assert len(bodies) == 2


async def test_a_letter_is_announced_with_its_size_and_alphabet() -> None:
    async with ScriptedSmtp() as server:
        await send(provider(relay(server.port)), [message(1, text="Grüße"), message(2, "jürgen@bücher.test")])
    parameters = {mail.recipients[0]: mail.parameters for mail in server.accepted}
    body = next(mail.body for mail in server.accepted if mail.recipients[0].startswith("user1"))
    assert parameters["user1@example.test"] == f"SIZE={len(body)} BODY=8BITMIME"
    assert parameters["jürgen@xn--bcher-kva.test"].endswith("SMTPUTF8")


async def test_a_server_without_the_extensions_is_not_asked_for_them() -> None:
    letters = [message(1), message(2, "jürgen@bücher.test"), message(3, text="Grüße"), message(4, "a@bücher.test")]
    async with ScriptedSmtp(("SIZE 200",)) as server:
        outcomes, _ = await send(provider(relay(server.port)), [*letters, message(5, text="x" * 500)])
    assert kinds(outcomes) == {"Accepted": 2, "Refused": 3}
    assert all(outcomes[n].reason is Reason.RELAY_REFUSED for n in (2, 3, 5))  # type: ignore[union-attr]
    assert sorted(server.recipients) == ["a@xn--bcher-kva.test", "user1@example.test"]


async def test_an_old_server_is_greeted_with_helo() -> None:
    async with ScriptedSmtp() as server:
        server.at("ehlo", "502 5.5.1 what?")
        outcomes, _ = await send(provider(relay(server.port)), messages(3))
    assert kinds(outcomes) == {"Accepted": 3}


async def test_a_server_that_is_away_is_tried_again_and_then_reported() -> None:
    async with ScriptedSmtp() as gone:
        port = gone.port
    outcomes, fault = await send(provider(relay(port)), messages(120))
    assert isinstance(fault, RetryLater)
    assert fault.code == "smtp.unreachable"
    assert kinds(outcomes).keys() == {"Unsent"}


@pytest.mark.parametrize(("stage", "act"), [("mail", "421 4.3.2 closing"), ("body", Act.KEEP_AND_DROP)])
async def test_a_server_that_only_ever_breaks_off_is_given_up_before_much_is_in_doubt(
    stage: str, act: str | Act
) -> None:
    async with ScriptedSmtp() as server:
        server.at(stage, act)
        outcomes, fault = await send(provider(relay(server.port, connections=3)), messages(300))
    assert isinstance(fault, RetryLater)
    assert kinds(outcomes).get("Unknown", 0) <= 8
    assert set(kinds(outcomes)) <= {"Unknown", "Unsent"}
    assert server.connections <= 12


async def test_a_server_that_comes_back_in_time_gets_everything() -> None:
    server = ScriptedSmtp()
    async with server:
        pass
    sending = asyncio.ensure_future(
        send(provider(relay(server.port), patience=replace(QUICK, unreachable=5)), messages(60))
    )
    await asyncio.sleep(0.3)
    async with server:
        outcomes, fault = await sending
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 60}


async def test_a_server_that_goes_away_in_the_middle_loses_nothing() -> None:
    server = ScriptedSmtp()
    async with server:
        sending = asyncio.ensure_future(
            send(provider(relay(server.port), patience=replace(QUICK, unreachable=5)), messages(2000))
        )
        while len(server.accepted) < 300:
            await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    async with server:
        outcomes, fault = await sending
    assert fault is None
    assert len(outcomes) == 2000
    accepted = {f"user{number}@example.test" for number, said in outcomes.items() if isinstance(said, Accepted)}
    unsent = {f"user{number}@example.test" for number, said in outcomes.items() if isinstance(said, Unsent)}
    assert accepted <= set(server.recipients)
    assert unsent.isdisjoint(server.recipients)
    assert len(server.recipients) == len(set(server.recipients))
    assert kinds(outcomes).get("Unknown", 0) <= 3


async def test_too_many_connections_are_made_fewer() -> None:
    async with ScriptedSmtp() as server:
        server.at("connect", "421 4.7.0 too many connections", skip=2, times=50)
        outcomes, fault = await send(provider(relay(server.port, connections=10)), messages(300))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 300}


@pytest.mark.parametrize("tls", [Tls.REQUIRED])
async def test_encryption_that_is_demanded_and_not_offered_halts_the_channel(tls: Tls) -> None:
    async with ScriptedSmtp() as server:
        outcomes, fault = await send(provider(relay(server.port, tls)), messages(120))
    assert isinstance(fault, ChannelHalted)
    assert fault.code == "smtp.no_tls"
    assert kinds(outcomes).keys() == {"Unsent"}
    assert server.accepted == []


async def test_a_server_that_wants_a_login_in_mid_dialogue_halts_the_channel() -> None:
    async with ScriptedSmtp() as server:
        server.at("mail", "530 5.7.0 authentication required")
        outcomes, fault = await send(provider(relay(server.port)), messages(5))
    assert isinstance(fault, ChannelHalted)
    assert fault.code == "smtp.login_needed"
    assert kinds(outcomes) == {"Unsent": 5}


async def test_a_password_that_changes_in_the_middle_settles_everything_taken() -> None:
    async with ScriptedSmtp(users={"anna": "secret"}) as server:
        server.at("data", Act.DROP, skip=40, times=1)
        server.at("auth", "535 5.7.8 wrong", skip=1)
        login = relay(server.port, connections=1, user="anna", password="secret")
        outcomes, fault = await send(provider(login), messages(200))
    assert isinstance(fault, ChannelHalted)
    assert fault.code == "smtp.login_refused"
    assert kinds(outcomes)["Accepted"] == len(server.accepted) == 40
    assert set(kinds(outcomes)) == {"Accepted", "Unsent"}


async def test_a_host_that_does_not_exist_halts_the_channel() -> None:
    nowhere = replace(relay(25), host="nowhere.invalid")
    outcomes, fault = await send(provider(nowhere), messages(3))
    assert isinstance(fault, ChannelHalted | RetryLater)
    assert fault.code in ("smtp.host_unknown", "smtp.unreachable")
    assert kinds(outcomes) == {"Unsent": 3}


async def test_an_error_of_the_source_comes_through_after_all_is_settled() -> None:
    async def breaking() -> AsyncIterator[Sequence[Message]]:
        yield messages(5)
        raise LookupError

    settled: list[Settled] = []

    async def collect(port: int) -> None:
        async for group in provider(relay(port)).deliver(breaking()):
            settled.extend(group)

    async with ScriptedSmtp() as server:
        with pytest.raises(LookupError):
            await collect(server.port)
    assert len(settled) == len(server.accepted) == 5


async def test_another_relay_takes_over_from_one_that_fails() -> None:
    async with ScriptedSmtp(users={"anna": "right"}) as broken, ScriptedSmtp() as sound:
        wrong = relay(broken.port, user="anna", password="wrong")
        outcomes, fault = await send(provider(wrong, relay(sound.port)), messages(100))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 100}
    assert len(sound.accepted) == 100


async def test_relays_share_by_weight_and_a_stand_by_waits() -> None:
    async with ScriptedSmtp() as small, ScriptedSmtp() as large, ScriptedSmtp() as spare:
        relays = (relay(small.port, weight=1), relay(large.port, weight=3), relay(spare.port, weight=0))
        outcomes, _ = await send(provider(*relays), messages(800))
    assert kinds(outcomes) == {"Accepted": 800}
    assert 0.15 < len(small.accepted) / 800 < 0.35
    assert spare.accepted == []


async def test_a_domain_gets_no_more_letters_at_once_than_it_may_and_holds_up_no_other() -> None:
    async with ScriptedSmtp() as server:
        carrier = provider(relay(server.port, connections=10), limits={"small.test": 2})
        small = [message(number, f"user{number}@Small.test") for number in range(1, 41)]
        outcomes, fault = await send(carrier, [*small, *messages(400)[40:]])
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 400}
    first = server.recipients[:40]
    assert sum(address.endswith("@example.test") for address in first) > 10, "the others did not wait"


async def test_letters_kept_aside_come_back_unsent_when_the_channel_halts() -> None:
    async with ScriptedSmtp() as server:
        server.at("mail", "530 5.7.0 Authentication required", skip=3)
        carrier = provider(relay(server.port, connections=1), limits={"example.test": 1})
        outcomes, fault = await send(carrier, messages(30))
    assert isinstance(fault, ChannelHalted)
    assert kinds(outcomes) == {"Accepted": 3, "Unsent": 27}


async def test_leaving_in_the_middle_closes_every_connection() -> None:
    async with ScriptedSmtp() as server:
        run = provider(relay(server.port)).deliver(groups_of(messages(1000)))
        await anext(run)
        await run.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0.05)
        assert server.open_now == 0
