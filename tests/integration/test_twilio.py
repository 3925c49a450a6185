"""Sending by Twilio: what each answer makes of a message, and what is learnt of it later."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import web
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.twilio.account import SANDBOX_SID, account
from channels.twilio.hooks import Tried, TwilioHooks, callback_query
from channels.twilio.opening import open_twilio_hooks
from config import Settings
from config.keys import load_keys
from core.database import Sessions
from core.errors import Forged
from core.messages import Accepted, Content, Deferred, Event, Message, Refused, Sender, Unknown
from core.ports import HookRequest
from core.queries import deliveries
from core.rules.addresses import address_key
from core.services import events
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation, ConversationMessage
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.gates import Gate
from core.tables.suppression import Suppression
from core.vocabulary import BounceClass, DeliveryState, Reason
from sandbox.app import Sandbox, running
from sandbox.twilio.callbacks import signature
from sandbox.twilio.world import Line
from tests.integration.campaign_factory import make_campaign
from tests.integration.email_factory import CONTENT, NOON, send
from tests.integration.twilio_factory import ADDRESSES, SIGNING, TOKEN, number_of, twilio_provider

pytestmark = pytest.mark.usefixtures("awake")

TEXT = replace(CONTENT, sender=Sender("Shop", "+4915110000001", pool=("+4915110000002",)), text="Hi {{ first_name }}")


def text_to(number: int, address: str | None = None, content: Content = TEXT) -> Message:
    return Message(number, 1, address or number_of(number), content, {"first_name": "Ada"}, NOON)


async def outcome(sandbox: Sandbox, address: str, **more: float) -> object:
    outcomes, fault = await send(twilio_provider(sandbox, **more), [text_to(1, address)])  # type: ignore[arg-type]
    assert fault is None
    return outcomes[1]


@pytest.mark.parametrize(
    ("code", "reason", "bounce"),
    [
        (21211, Reason.INVALID_ADDRESS, BounceClass.ADDRESS),
        (21614, Reason.NOT_A_MOBILE, BounceClass.ADDRESS),
        (21610, Reason.OPTED_OUT_BY_KEYWORD, BounceClass.COMPLAINT),
        (21408, Reason.COUNTRY_NOT_ENABLED, BounceClass.SENDER),
    ],
)
async def test_a_refusal_names_its_reason(tmp_path: Path, code: int, reason: Reason, bounce: BounceClass) -> None:
    async with running(tmp_path) as sandbox:
        refused = await outcome(sandbox, f"+4915112{code}")
        assert isinstance(refused, Refused)
        assert (refused.reason, refused.bounce) == (reason, bounce)


async def test_a_500_after_the_request_left_is_in_doubt_and_so_is_silence(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        assert isinstance(await outcome(sandbox, "+491511220504"), Unknown)
        assert isinstance(await outcome(sandbox, "+491511220599", seconds=0.3), Unknown)
        assert sandbox.twilio.count() == 2


async def test_too_fast_is_tried_again_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        sandbox.twilio.behaviour.refuse_next = 1
        assert isinstance(await outcome(sandbox, number_of(7)), Accepted)
        assert sandbox.twilio.count() == 1


async def test_who_always_hears_too_fast_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as sandbox:
        monkeypatch.setattr("channels.twilio.provider.TRIES", 1)
        deferred = await outcome(sandbox, "+491511220429")
        assert isinstance(deferred, Deferred)
        assert deferred.bounce is BounceClass.RATE


async def test_a_pool_shares_the_work_and_a_recipient_always_hears_from_the_same_number(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        for _ in range(2):
            await send(twilio_provider(sandbox), [text_to(number) for number in range(1, 21)])
        sent = sandbox.twilio.page(limit=100)
        assert {one.sender for one in sent} == {"+4915110000001", "+4915110000002"}
        assert len({(one.sender, one.recipient) for one in sent}) == 20
        assert sent[0].body == "Hi Ada"


async def test_each_number_of_a_pool_keeps_to_its_own_pace(tmp_path: Path) -> None:
    """A strict Twilio, which refuses one message more than a number may send, refuses none."""
    paced = replace(TEXT, sender=replace(TEXT.sender, per_second=8))
    async with running(tmp_path) as sandbox:
        sandbox.twilio.behaviour.number_per_second = 9
        began = time.monotonic()
        await send(twilio_provider(sandbox), [text_to(number, content=paced) for number in range(1, 21)])
        assert time.monotonic() - began > 1.0, "ten messages a number, eight a second"
        assert (len(sandbox.twilio.page(limit=100)), sandbox.twilio.behaviour.refused) == (20, 0)


async def test_a_country_hears_from_its_own_sender_and_all_others_from_the_campaigns(tmp_path: Path) -> None:
    """The longer beginning decides, and the pool works for the campaign's own sender alone."""
    service = f"MG{'a' * 32}"
    abroad = (("+491511000002", service), ("+4915110000", "+4915199999999"))
    sender = Sender("Shop", "+4915110000001", pool=("+4915110000002",), abroad=abroad)
    async with running(tmp_path) as sandbox:
        texts = [text_to(number, content=replace(TEXT, sender=sender)) for number in (1, 2, 3)]
        own = text_to(4, content=replace(TEXT, sender=sender))._replace(address="+4915221234567")
        await send(twilio_provider(sandbox), [*texts, own])
        sent = {one.recipient: one for one in sandbox.twilio.page(limit=10)}
        assert {sent[number_of(number)].sender for number in (1, 3)} == {"+4915199999999"}
        assert sent[number_of(2)].service == service
        assert sent["+4915221234567"].sender in {"+4915110000001", "+4915110000002"}


async def test_a_messaging_service_chooses_its_sender_itself(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        service = f"MG{'a' * 32}"
        await send(twilio_provider(sandbox), [text_to(1, content=replace(TEXT, sender=Sender("Shop", service)))])
        assert sandbox.twilio.page()[0].service == service


async def test_an_approved_template_goes_by_its_name_with_its_variables(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        extras = {"content_sid": f"HX{'b' * 32}", "content_variables": {"1": "{{ first_name }}"}}
        await send(twilio_provider(sandbox, "whatsapp"), [text_to(1, content=replace(TEXT, extras=extras))])
        assert sandbox.twilio.page()[0].body == f'[HX{"b" * 32}] {{"1": "Ada"}}'


async def test_statuses_come_back_signed_and_name_the_delivery(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        hooks, reported = TwilioHooks(TOKEN, SIGNING, ADDRESSES), []

        async def take(request: web.Request) -> web.Response:
            asked = HookRequest("POST", str(request.url), _lower(request), await request.read(), datetime.now(UTC))
            hooks.verify(asked)
            reported.extend(hooks.parse(asked))
            return web.Response()

        application = web.Application()
        application.add_routes([web.post("/hooks/twilio", take)])
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        public = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await send(twilio_provider(sandbox, public=public), [text_to(1), text_to(2, "+491511230006")])
        while len(reported) < 4:
            await _a_moment()
        await runner.cleanup()
        last = {(event.delivery_id, event.kind.value, event.details.get("reason")) for event in reported}
        assert last == {
            (1, "accepted", None),
            (1, "delivered", None),
            (2, "accepted", None),
            (2, "bounced", "not_a_mobile"),
        }


def test_a_forged_report_is_refused() -> None:
    hooks = TwilioHooks(TOKEN, SIGNING, ADDRESSES)
    body = urlencode({"MessageSid": "SM1", "MessageStatus": "delivered"}).encode()
    forged = HookRequest("POST", "https://s.example/hooks/twilio", {"x-twilio-signature": "bm8="}, body, NOON)
    with pytest.raises(Forged):
        hooks.verify(forged)


def test_without_an_account_only_this_installations_sandbox_may_report(settings: Settings, tmp_path: Path) -> None:
    url, body = "https://s.example/hooks/twilio", {"MessageSid": "SM1", "From": number_of(1), "Body": "STOP"}

    def signed(token: str) -> HookRequest:
        headers = {"x-twilio-signature": signature(token, url, body)}
        return HookRequest("POST", url, headers, urlencode(body).encode(), NOON)

    keys, others = load_keys(tmp_path / "a", {}), load_keys(tmp_path / "b", {})
    here = replace(settings, sandbox=True)
    hooks = open_twilio_hooks(here, keys)
    assert hooks is not None
    hooks.verify(signed(account(here, keys).token))
    for guessed in ("sandbox", "", account(here, others).token):
        with pytest.raises(Forged):
            hooks.verify(signed(guessed))
    assert open_twilio_hooks(replace(settings, sandbox=False), keys) is None


async def test_the_sandbox_knows_from_the_start_what_to_sign_with_and_whom_to_tell(tmp_path: Path) -> None:
    line = Line(SANDBOX_SID, "secret of this one", "http://127.0.0.1:9/hooks/twilio")
    async with running(tmp_path, line=line) as sandbox:
        assert sandbox.twilio.accounts == {SANDBOX_SID: "secret of this one"}
        assert sandbox.twilio.inbound == {"": "http://127.0.0.1:9/hooks/twilio"}


async def test_a_late_report_of_an_earlier_attempt_is_kept_and_moves_nothing(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    one, two = _deliveries(sessions, 2, DeliveryState.SENT)
    with sessions.begin() as session:
        session.execute(update(Delivery).values(attempt=2))
    late = [_status(two, "undelivered", 30008, attempt=2), _status(one, "failed", 30005), _status(two, "failed", 30005)]
    async with async_engine.begin() as connection:
        assert await events.record(connection, late) == 3
    assert _states(sessions) == {one: ("sent", None), two: ("pending", "retry_later")}
    with sessions() as session:
        assert session.scalars(select(Suppression.id)).all() == []


def test_an_attempts_token_is_good_for_that_attempt_alone() -> None:
    hooks = TwilioHooks(TOKEN, SIGNING, ADDRESSES)
    body = urlencode({"MessageSid": "SM1", "MessageStatus": "delivered"}).encode()
    query = callback_query(SIGNING, Tried(7, 1))
    for other in (query.replace("n=1", "n=2"), query.replace("&n=1", ""), query.replace("n=1", "n=x")):
        assert hooks.parse(HookRequest("POST", f"https://s.example/hooks/twilio?{other}", {}, body, NOON)) == []
    (event,) = hooks.parse(HookRequest("POST", f"https://s.example/hooks/twilio?{query}", {}, body, NOON))
    assert (event.delivery_id, event.details["attempt"]) == (7, "1")


async def test_doubt_is_settled_by_the_report_in_any_order(sessions: Sessions, async_engine: AsyncEngine) -> None:
    one, two, three = _deliveries(sessions, 3, DeliveryState.IN_DOUBT)
    reports = [_status(one, "sent"), _status(two, "delivered"), _status(two, "sent"), _status(three, "failed", 30007)]
    async with async_engine.begin() as connection:
        assert await events.record(connection, reports) == 4
        assert await events.record(connection, reports) == 0
    assert _states(sessions) == {one: ("sent", None), two: ("delivered", None), three: ("failed", "carrier_filtered")}


async def test_a_report_that_comes_before_our_own_record_counts_and_the_record_takes_nothing_back(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    there, dead, taken = _deliveries(sessions, 3, DeliveryState.SENDING)
    async with async_engine.begin() as connection:
        reports = [_status(there, "delivered"), _status(dead, "undelivered", 30005), _status(taken, "sent")]
        assert await events.record(connection, reports) == 3
    told = {there: ("delivered", None), dead: ("failed", "invalid_address"), taken: ("sent", None)}
    assert _states(sessions) == told
    nothing: dict[str, list[int]] = {"ids": [], "generations": [], "batch_ids": []}
    with sessions.begin() as session:
        accepted = {"accepted_ids": [there, dead, taken], "saids": ["SM1", "SM2", "SM3"], "now": NOON}
        session.execute(deliveries.turn("email"), {**accepted, **nothing})
    assert _states(sessions) == told


async def test_a_phone_that_is_off_is_tried_again_even_if_that_is_reported_before_our_own_record(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    early, last, released = _deliveries(sessions, 3, DeliveryState.SENDING)
    with sessions.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == last).values(attempt=3))
        waits = {"state": DeliveryState.PENDING, "reason": None}
        session.execute(update(Delivery).where(Delivery.id == released).values(waits))
    async with async_engine.begin() as connection:
        reports = [_status(early, "undelivered", 30003), _status(last, "undelivered", 30008, attempt=3)]
        await events.record(connection, [*reports, _status(early, "sent")])
    told = {early: ("pending", "retry_later"), last: ("failed", "recipient_server_refused")}
    assert _states(sessions) == {**told, released: ("pending", None)}
    nothing: dict[str, list[int]] = {"ids": [], "generations": [], "batch_ids": []}
    with sessions.begin() as session:
        accepted = {"accepted_ids": [early, last, released], "saids": ["SM1", "SM2", "SM3"], "now": NOON}
        session.execute(deliveries.turn("email"), {**accepted, **nothing})
        due = session.scalars(select(Delivery.id).where(Delivery.due_at.is_not(None))).all()
    assert _states(sessions) == {**told, released: ("sent", None)}
    assert due == [early]


async def test_a_phone_that_is_off_is_tried_again_and_a_dead_number_never(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    off, dead, gone = _deliveries(sessions, 3, DeliveryState.SENT)
    async with async_engine.begin() as connection:
        reports = [_status(off, "undelivered", 30003), _status(dead, "undelivered", 30005)]
        await events.record(connection, [*reports, _status(gone, "undelivered", 21610)])
    assert _states(sessions)[off] == ("pending", "retry_later")
    assert _states(sessions)[dead] == ("failed", "invalid_address")
    with sessions() as session:
        rows = session.execute(select(Suppression.delivery_id, Suppression.list))
        lists = {row[0]: row[1] for row in rows}
    assert lists == {dead: "general", gone: "unsubscribed"}


async def test_a_text_that_carriers_filter_pauses_its_campaign(sessions: Sessions, async_engine: AsyncEngine) -> None:
    filtered = _deliveries(sessions, 20, DeliveryState.SENT)
    async with async_engine.begin() as connection:
        await events.record(connection, [_status(one, "undelivered", 30007) for one in filtered])
    with sessions() as session:
        assert session.scalars(select(Gate.reason)).all() == ["carrier_filtered"]


async def test_stop_takes_the_number_off_this_channel_and_start_brings_it_back(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    number = "+491511999001"
    with sessions.begin() as session:
        contact = session.scalar(insert(Contact).returning(Contact.id))
        key = address_key(ADDRESSES, "sms", number)
        session.execute(insert(Identity).values(contact_id=contact, channel="sms", address=number, address_key=key))
    hooks = TwilioHooks(TOKEN, SIGNING, ADDRESSES)
    async with async_engine.begin() as connection:
        await events.record(connection, hooks.parse(_inbound("SM1", number, " Stopp! ")))
        held = select(Suppression.list).where(Suppression.released_at.is_(None))
        assert (await connection.scalars(held)).all() == ["unsubscribed"]
        await events.record(connection, hooks.parse(_inbound("SM2", number, "START")))
        assert (await connection.scalars(held)).all() == []
        await events.record(connection, hooks.parse(_inbound("SM3", number, "please stop sending")))
        assert (await connection.scalars(held)).all() == []
        assert len((await connection.scalars(select(Conversation.identity_id))).all()) == 1


async def test_a_picture_that_a_customer_sends_is_kept_as_where_twilio_has_it(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    hooks, at = (
        TwilioHooks(TOKEN, SIGNING, ADDRESSES),
        "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
    )
    sent = {"NumMedia": "2", "MediaUrl0": at, "MediaContentType0": "image/jpeg", "MediaUrl1": "x" * 2000}
    async with async_engine.begin() as connection:
        await events.record(connection, hooks.parse(_inbound("MM1", "whatsapp:+491511999001", "", **sent)))
        await events.record(connection, hooks.parse(_inbound("MM2", "whatsapp:+491511999001", "?", NumMedia="²")))
    with sessions() as session:
        kept = session.scalars(select(ConversationMessage).order_by(ConversationMessage.id)).all()
        assert [(one.kind, one.text, one.media) for one in kept] == [
            ("photo", None, [{"kind": "image/jpeg", "at": at}]),
            ("text", "?", []),
        ]
        assert all("media" not in details for details in session.scalars(select(EventRow.details)))


def test_the_sandbox_signs_as_the_published_recipe_says() -> None:
    """The example of Twilio's documentation on security."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def _deliveries(sessions: Sessions, count: int, state: DeliveryState) -> list[int]:
    with sessions.begin() as session:
        make_campaign(session, recipients=count)
        session.execute(update(Delivery).values(state=state, attempt=1))
        return list(session.scalars(select(Delivery.id).order_by(Delivery.id)))


def _states(sessions: Sessions) -> dict[int, tuple[str, str | None]]:
    with sessions() as session:
        rows = session.execute(select(Delivery.id, Delivery.state, Delivery.reason))
        return {row[0]: (row[1], row[2]) for row in rows}


def _status(delivery_id: int, status: str, code: int = 0, *, attempt: int = 1) -> Event:
    fields = {"MessageSid": f"SM{delivery_id}-{attempt}", "MessageStatus": status}
    fields |= {"ErrorCode": str(code)} if code else {}
    url = f"https://s.example/hooks/twilio?{callback_query(SIGNING, Tried(delivery_id, attempt))}"
    request = HookRequest("POST", url, {}, urlencode(fields).encode(), NOON)
    return TwilioHooks(TOKEN, SIGNING, ADDRESSES).parse(request)[0]


def _inbound(sid: str, phone: str, body: str, **more: str) -> HookRequest:
    fields = {"MessageSid": sid, "From": phone, "To": "+4915110000001", "Body": body, **more}
    return HookRequest("POST", "https://s.example/hooks/twilio", {}, urlencode(fields).encode(), NOON)


def _lower(request: web.Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


async def _a_moment() -> None:
    await asyncio.sleep(0.02)
