"""What every provider and every fake of one promises (core.ports.Provider); a new one adds its opening to `CASES`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiohttp import web

import config
from channels import registry
from channels.buckets import LocalBuckets
from channels.links import Links
from channels.messenger.telegram.provider import TelegramProvider
from channels.sms.gateway import Gateway
from channels.sms.plan import Plan
from channels.wording import Wordings
from config.keys import Keys
from core.errors import ChannelHalted, NotFound
from core.messages import Accepted, Message, Outcome, Refused, Settled, Unsent
from core.ports import Bucket, Provider, Taken
from core.vocabulary import Reason
from sandbox.app import running
from sandbox.telegram.world import Person as Somebody
from tests.integration.email_factory import CONTENT, groups_of, kinds, message, messages, provider, relay, send
from tests.integration.scripted_channel import ScriptedChannel
from tests.integration.scripted_smtp import ScriptedSmtp
from tests.integration.twilio_factory import number_of, twilio_provider
from texts.problems import sentence

TELEGRAM_BOT, FIRST_CHAT = 4200000001, 3_000_000
TELEGRAM_TOKEN = f"{TELEGRAM_BOT}:SANDBOX-token-for-the-tests-only-00"


@dataclass
class Case:
    """A provider, and the outside world as far as these tests steer it."""

    provider: Provider
    refuse: Callable[[str], None]
    """From now on this address is refused for good."""
    halt: Callable[[], None] | None
    """From now on nobody can be sent to; None where the fake knows no such thing."""
    arrived: Callable[[], list[str]]
    to: Callable[[int], str] = lambda number: f"user{number}@example.test"
    """The address of that number's recipient."""

    def message(self, number: int) -> Message:
        return message(number)._replace(address=self.to(number))

    def messages(self, count: int) -> list[Message]:
        return [self.message(number) for number in range(1, count + 1)]


@asynccontextmanager
async def email() -> AsyncIterator[Case]:
    async with ScriptedSmtp(users={"anna": "secret"}) as server:
        yield Case(
            provider(relay(server.port, user="anna", password="secret")),
            lambda address: server.at("rcpt", "550 5.1.1 no such user", about=address),
            lambda: server.at("auth", "535 5.7.8 no"),
            lambda: server.recipients,
        )


def twilio(channel: str) -> "Opening":
    @asynccontextmanager
    async def opened() -> AsyncIterator[Case]:
        with TemporaryDirectory() as directory:
            async with running(Path(directory)) as sandbox:
                carrier, sent = twilio_provider(sandbox, channel), sandbox.twilio.behaviour
                sent.balance = Decimal(1_000_000)
                prefix = "whatsapp:" if channel == "whatsapp" else ""
                yield Case(
                    carrier,
                    lambda address: sent.opted_out.add((prefix + CONTENT.sender.address, prefix + address)),
                    lambda: setattr(sent, "token", "changed"),
                    lambda: [one.recipient.removeprefix(prefix) for one in sandbox.twilio.page(limit=10_000)],
                    number_of,
                )

    return opened


@asynccontextmanager
async def gateway() -> AsyncIterator[Case]:
    arrived: list[str] = []
    refused: set[str] = set()
    halted: list[bool] = []

    async def take(request: web.Request) -> web.Response:
        given = await request.json()
        if halted:
            return web.json_response({"error": "login"}, status=401)
        if given["to"] in refused:
            return web.json_response({"error": "bad_number"}, status=400)
        arrived.append(given["to"])
        return web.json_response({"message": {"id": given["key"]}})

    async def balance(_request: web.Request) -> web.Response:
        return web.json_response({"credit": "12.50", "unit": "EUR"}, status=401 if halted else 200)

    application = web.Application()
    application.add_routes([web.post("/send", take), web.get("/balance", balance)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here = f"http://127.0.0.1:{runner.addresses[0][1]}"
    plan = Plan(
        f"{here}/send",
        json={"to": "{to}", "text": "{text}", "key": "{id}"},
        id="message.id",
        errors={"bad_number": Reason.INVALID_ADDRESS},
        balance={"url": f"{here}/balance", "amount": "credit", "currency": "unit"},
        per_second=10_000,
    )
    wordings = Wordings(Links("https://s.example", b"s" * 32))
    carrier = Gateway(plan, wordings, LocalBuckets(), allowed=frozenset({"127.0.0.1"}))
    try:
        yield Case(carrier, refused.add, lambda: halted.append(True), lambda: arrived, number_of)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def telegram() -> AsyncIterator[Case]:
    with TemporaryDirectory() as directory:
        async with running(Path(directory)) as sandbox:
            world = sandbox.telegram.world
            bot = world.add_bot(TELEGRAM_BOT, TELEGRAM_TOKEN, "Sendbote", "sendbote_bot")

            def chat(number: int) -> str:
                """That of somebody who has written to the bot."""
                world.add_person(Somebody(FIRST_CHAT + number, "Anna", "", "", "en", "customer", deactivated=False))
                world.open_chat(bot.id, FIRST_CHAT + number)
                return str(FIRST_CHAT + number)

            def halt() -> None:
                world.add_bot(bot.id, "another one", bot.name, bot.username)

            links = Links("http://s.example", b"s" * 32)
            yield Case(
                TelegramProvider(
                    TELEGRAM_TOKEN, sandbox.url, Wordings(links, escape=True), Unhurried(), addresses=b"a" * 32
                ),
                lambda address: world.block(bot.id, int(address), blocked=True),
                halt,
                lambda: [str(row[0]) for row in world.database.execute("SELECT chat_id FROM messages")],
                chat,
            )


class Unhurried:
    """A core.ports.Buckets that is never empty: thousands of messages are not sent in Telegram's own pace."""

    async def take(self, wanted: int, *_buckets: Bucket) -> Taken:
        return Taken(wanted)

    async def pause(self, bucket: Bucket, seconds: float) -> None:
        raise AssertionError(f"the sandbox counts no rate, and yet {bucket.key} should rest for {seconds} s")


@asynccontextmanager
async def fake() -> AsyncIterator[Case]:
    refused: set[str] = set()

    def answer(one: Message) -> Outcome:
        return Refused(Reason.RECIPIENT_SERVER_REFUSED) if one.address in refused else Accepted()

    channel = ScriptedChannel(answer)
    yield Case(channel, refused.add, None, lambda: [one.address for one in channel.taken if one.address not in refused])


Opening = Callable[[], AbstractAsyncContextManager[Case]]
CASES = {
    "email": email,
    "sms gateway": gateway,
    "sms by twilio": twilio("sms"),
    "whatsapp": twilio("whatsapp"),
    "telegram": telegram,
    "scripted channel": fake,
}


@pytest.fixture(params=CASES)
def opening(request: pytest.FixtureRequest) -> Opening:
    return CASES[request.param]


async def test_every_message_is_settled_once_and_arrives(opening: Opening) -> None:
    async with opening() as case:
        outcomes, fault = await send(case.provider, case.messages(230))
        assert fault is None
        assert kinds(outcomes) == {"Accepted": 230}
        assert sorted(case.arrived()) == sorted(one.address for one in case.messages(230))


async def test_a_refusal_is_a_value_and_concerns_one_recipient(opening: Opening) -> None:
    async with opening() as case:
        case.refuse(case.to(4))
        outcomes, fault = await send(case.provider, case.messages(60))
        assert fault is None
        assert isinstance(outcomes[4], Refused)
        assert kinds(outcomes) == {"Accepted": 59, "Refused": 1}


async def test_nothing_to_send_is_no_fault(opening: Opening) -> None:
    async with opening() as case:
        assert await send(case.provider, []) == ({}, None)


async def test_it_may_be_used_again(opening: Opening) -> None:
    async with opening() as case:
        await send(case.provider, case.messages(3))
        outcomes, fault = await send(case.provider, [case.message(9)])
        assert fault is None
        assert kinds(outcomes) == {"Accepted": 1}


async def test_outcomes_come_while_the_source_waits_for_them(opening: Opening) -> None:
    unsettled, most, room = 0, 0, asyncio.Event()

    async def source(case: Case) -> AsyncIterator[Sequence[Message]]:
        nonlocal unsettled, most
        async for group in groups_of(case.messages(300), 50):
            while unsettled > 50:
                room.clear()
                await asyncio.wait_for(room.wait(), 5)
            unsettled += len(group)
            most = max(most, unsettled)
            yield group

    async with opening() as case:
        async for settled in case.provider.deliver(source(case)):
            unsettled -= len(settled)
            room.set()
    assert unsettled == 0
    assert most <= 100


async def test_it_does_not_take_a_million_at_once(opening: Opening) -> None:
    taken = 0

    async def source(case: Case) -> AsyncIterator[Sequence[Message]]:
        nonlocal taken
        async for group in groups_of(case.messages(2000), 50):
            taken += len(group)
            yield group

    settled = 0
    async with opening() as case:
        async for group in case.provider.deliver(source(case)):
            assert taken - settled <= 250
            settled += len(group)


async def test_when_the_channel_halts_all_that_was_taken_comes_back_unsent(opening: Opening) -> None:
    async with opening() as case:
        if case.halt is None:
            pytest.skip("this fake never halts")
        case.halt()
        outcomes, fault = await send(case.provider, case.messages(170))
        assert isinstance(fault, ChannelHalted)
        assert has_words(fault.code, fault.params)
        assert all(isinstance(outcome, Unsent) for outcome in outcomes.values())
        assert case.arrived() == []


async def test_a_group_marked_while_the_channel_halts_comes_back_too(opening: Opening) -> None:
    async with opening() as case:
        if case.halt is None:
            pytest.skip("this fake never halts")
        case.halt()
        settled: list[Settled] = []
        fault = None

        async def source() -> AsyncIterator[Sequence[Message]]:
            yield [case.message(1)]
            while not settled:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            yield [case.message(2)]

        try:
            async for group in case.provider.deliver(source()):
                settled.extend(group)
        except ChannelHalted as halted:
            fault = halted
        assert fault is not None
        assert [delivery for delivery, _ in settled] == [1, 2]
        assert all(isinstance(outcome, Unsent) for _, outcome in settled)


async def test_its_channel_is_known_to_the_registry(opening: Opening) -> None:
    async with opening() as case:
        assert case.provider.traits.channel in registry.PROVIDERS


async def test_the_settings_open_a_provider_that_sends_real_letters(tmp_path: Path) -> None:
    async with ScriptedSmtp() as one, ScriptedSmtp() as other:
        urls = f"smtp://127.0.0.1:{one.port}?tls=none smtp://127.0.0.1:{other.port}?tls=none&weight=0"
        settings = config.load({"SENDBOTE_DATA": str(tmp_path), "SENDBOTE_SMTP_URL": urls})
        carrier = registry.provider("email", settings, Keys(addresses=b"a" * 32, signing=b"s" * 32), LocalBuckets())
        outcomes, fault = await send(carrier, messages(40))
    assert fault is None
    assert kinds(outcomes) == {"Accepted": 40}
    assert len(one.accepted) == 40
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in one.accepted[0].body


def test_a_channel_that_nobody_opened_is_named(tmp_path: Path) -> None:
    settings = config.load({"SENDBOTE_DATA": str(tmp_path)})
    with pytest.raises(NotFound) as unknown:
        registry.provider("pigeon", settings, Keys(addresses=b"a" * 32, signing=b"s" * 32), LocalBuckets())
    assert "pigeon" in sentence(unknown.value.code, unknown.value.params)


async def test_trying_the_settings_sends_nothing(opening: Opening) -> None:
    async with opening() as case:
        health = await case.provider.check()
        assert health.well
        assert case.arrived() == []
        if case.halt is not None:
            case.halt()
            health = await case.provider.check()
            assert not health.well
            assert has_words(health.code, health.params)


def has_words(code: str, params: Mapping[str, object]) -> bool:
    """Whether people get a sentence for it, and not the code."""
    return code not in sentence(code, params)
