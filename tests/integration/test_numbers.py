"""Numbers that need a look are shown before the launch, each with the row that it came from."""

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Invalid, Refused
from core.queries import audience, numbers, templates
from core.queries import campaigns as queries
from core.services import campaigns, import_runs, imports, recipients, segments, senders, settings
from core.tables.campaigns import Origin
from core.tables.contacts import Identity
from core.tables.contents import ContentRow
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.imports import Import
from core.vocabulary import Reason
from tests.integration.campaign_factory import NOON, make_content

NUMBERS = (
    "Name,Phone\nAda,+4915111111111\nHome,+493012345678\nTwin,+4915111111111\nRome,+393123456789\nGone,+4915122222222\n"
)


@pytest.fixture
def drafted(sessions: Sessions, tmp_path: Path) -> int:
    """To five people of one file, of whom only the first is well."""
    path = tmp_path / "people.csv"
    path.write_text(NUMBERS, encoding="utf-8")
    with sessions.begin() as session:
        import_id = imports.register(session, filename="people.csv", path=path, by="test").id
        imports.choose(session, import_id, {0: "first_name", 1: "phone"})
    import_runs.run(sessions, import_id, for_good=True, key=b"a" * 32, country="DE", holder="test", now=NOON)
    with sessions.begin() as session:
        settings.set_allowed_numbers(session, "sms", ["+49"], by="t")
        session.execute(update(Identity).where(Identity.address == "+4915122222222").values(invalid=True))
        everybody = segments.create_dynamic(session, name="All", expression={"all": []}, by="t")
        given = {"template_id": None, "sender_id": None, "include": [everybody.id], "exclude": []}
        return campaigns.create(session, name="Spring", channel="sms", by="t", **given).id  # type: ignore[arg-type]


def look(sessions: Sessions, campaign_id: int) -> numbers.Numbers:
    with sessions() as session:
        campaign = queries.get(session, campaign_id)
        return numbers.look(session, campaign, datetime.now(UTC), traits=CHANNELS["sms"])


def test_each_is_shown_with_its_reason_and_its_row(sessions: Sessions, drafted: int) -> None:
    looked = look(sessions, drafted)
    assert [(one.name, one.row, one.reason) for one in looked.first] == [
        ("Home", 3, Reason.NOT_A_MOBILE),
        ("Rome", 5, Reason.COUNTRY_NOT_ENABLED),
        ("Gone", 6, Reason.INVALID_ADDRESS),
    ]
    assert {one.filename for one in looked.first} == {"people.csv"}
    assert looked.total == 3


def test_a_landline_gets_no_sms_and_the_preview_has_said_so_yet_it_may_have_whatsapp(
    sessions: Sessions, drafted: int
) -> None:
    everybody: dict[str, object] = {"include": [{"all": []}], "exclude": [], "as_of": NOON.isoformat()}
    with sessions.begin() as session:
        campaign = queries.get(session, drafted)
        counted = audience.by_reason(session, campaign, everybody, [], NOON, traits=CHANNELS["sms"])
        campaign.state, campaign.audience, campaign.content_id = "sending", everybody, make_content(session)
        origin = Origin(kind="campaign", channel="sms", purpose="marketing", campaign_id=drafted)
        session.add(origin)
        session.flush()
        campaign.origin_id = origin.id
        home = session.scalars(select(Identity).where(Identity.address == "+493012345678")).one()
        chat = {"channel": "whatsapp", "address": home.address, "address_key": b"w"}
        chat_id = session.scalar(insert(Identity).values(contact_id=home.contact_id, **chat).returning(Identity.id))
        session.add(Conversation(identity_id=chat_id, last_inbound_at=NOON))
    assert counted.reasons[Reason.NOT_A_MOBILE] == 1
    recipients.prepare(
        sessions, drafted, channels=CHANNELS, holder="t", clock=lambda: NOON, stop=lambda: False, press=None
    )
    with sessions() as session:
        of_home = select(Delivery.state, Delivery.reason).where(Delivery.contact_id == home.contact_id)
        assert session.execute(of_home).one() == ("skipped", "not_a_mobile")
        rows = Counter(session.scalars(select(Delivery.reason)))
        assert rows.pop(None) == counted.reachable
        assert rows == counted.reasons
        chats = audience.Leg("whatsapp", "marketing", consent_required=False)
        assert audience.by_reason(session, chats, everybody, [], NOON, traits=CHANNELS["whatsapp"]).reachable == 1


def test_of_two_with_one_number_the_second_is_named(sessions: Sessions, drafted: int) -> None:
    with sessions.begin() as session:
        ada = session.scalars(select(Identity).where(Identity.address == "+4915111111111")).one()
        same = {"address": ada.address, "address_key": ada.address_key, "textless": False}
        session.execute(update(Identity).where(Identity.address == "+493012345678").values(**same))
    assert next((one.name, one.reason) for one in look(sessions, drafted).first) == ("Home", Reason.DUPLICATE_ADDRESS)


def test_an_import_that_is_forgotten_leaves_the_number_without_a_row(sessions: Sessions, drafted: int) -> None:
    with sessions.begin() as session:
        session.delete(session.scalars(select(Import)).one())
    assert {(one.filename, one.row) for one in look(sessions, drafted).first} == {(None, None)}


def test_an_export_tells_of_all_of_them(sessions: Sessions, drafted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "SHOWN", 1)
    monkeypatch.setattr(numbers, "CHUNK", 2)
    assert len(look(sessions, drafted).first) == 1
    with sessions() as session:
        campaign = queries.get(session, drafted)
        told = list(numbers.every(session, campaign, datetime.now(UTC), traits=CHANNELS["sms"]))
    assert [one.name for one in told] == ["Home", "Rome", "Gone"]


def test_a_country_may_have_a_sender_of_its_own_if_there_is_such_a_sender(sessions: Sessions) -> None:
    with sessions.begin() as session:
        home = senders.create(session, name="Home", address="+4915110000001", channel="sms", by="t")
        senders.create(session, name="US", address="+12025550123", channel="sms", pool=["+12025550124"], by="t")
        wanted = {"+1": "+1 202 555 0123", "+1808": "+12025550124"}
        settings.set_senders_by_number(session, "sms", wanted, by="t")
        for wrong, code in (
            ({"US": "+12025550123"}, "price.bad_prefix"),
            ({"+1": "+12025550999"}, "setting.unknown_sender"),
            ({"+1": ""}, "sender.bad_number"),
        ):
            with pytest.raises(Invalid) as problem:
                settings.set_senders_by_number(session, "sms", wrong, by="t")
            assert problem.value.code == code
        origin = Origin(kind="campaign", channel="sms", purpose="marketing", sender_id=home.id)
        row = ContentRow(kind="short", language="en", source="Hi", subject="", plain="Hi", hash=b"2")
        session.add_all([origin, row])
        session.flush()
        sender = templates.content(session, row.id, origin.id).sender
    told = {number: sender.address_for(number) for number in ("+12125551234", "+18085551234", "+4915122222222")}
    assert list(told.values()) == ["+12025550123", "+12025550124", "+4915110000001"]


def test_a_sender_of_some_countries_keeps_its_numbers_until_another_is_named(sessions: Sessions) -> None:
    with sessions.begin() as session:
        own = senders.create(session, name="US", address="+12025550123", channel="sms", pool=["+12025550124"], by="t")
        settings.set_senders_by_number(session, "sms", {"+1808": "+12025550124"}, by="t")
        change = partial(senders.change, session, own.id, name="US", reply_to=None, imprint="", by="t")
        with pytest.raises(Refused, match=r"sender\.by_number"):
            senders.archive(session, own.id, by="t", now=datetime.now(UTC))
        with pytest.raises(Refused, match=r"sender\.by_number"):
            change(pool=[])
        change(pool=["+12025550124", "+12025550125"])
        settings.set_senders_by_number(session, "sms", {}, by="t")
        senders.archive(session, own.id, by="t", now=datetime.now(UTC))
