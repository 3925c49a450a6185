"""Segments mean whom they say, whatever stands in the rows, and reach is counted by the first reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid, Refused
from core.ports import FirstContact, Traits
from core.queries import segments as queries
from core.queries import settings as shared
from core.queries.eligibility import live_identity, reason_for
from core.rules.segments import parse
from core.services import segments as services
from core.services.reach import reach
from core.tables.campaigns import Campaign, Origin
from core.tables.consent import Consent
from core.tables.contacts import Attribute, Contact, Identity
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.events import Engagement
from core.tables.suppression import Suppression

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
EMAIL = Traits("email")
TELEGRAM = Traits("telegram", FirstContact.MUST_WRITE_FIRST, reply_window_hours=24)

PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"first_name": "Ann", "country": "DE", "attributes": {"points": 5, "birthday": "1990-05-22", "vip": True}},
    "bob": {"first_name": "bob", "country": "de", "attributes": {"points": 50, "birthday": "1985-12-24", "vip": False}},
    "cyd": {"first_name": "Cyd%_", "country": None, "attributes": {"points": "many", "birthday": "unknown"}},
}


@pytest.fixture
def people(sessions: Sessions) -> dict[str, int]:
    with sessions.begin() as session:
        types = [("points", "number"), ("birthday", "date"), ("vip", "flag")]
        session.execute(insert(Attribute), [{"key": key, "label": key, "type": kind} for key, kind in types])
        found = {}
        for name, fields in PEOPLE.items():
            contact = Contact(external_id=name, created_at=NOON - timedelta(days=10), **fields)
            session.add(contact)
            session.flush()
            session.add(
                Identity(contact_id=contact.id, channel="email", address=f"{name}@x.org", address_key=_key(name))
            )
            found[name] = contact.id
        return found


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ({"all": []}, "ann bob cyd"),
        ({"field": "country", "op": "eq", "value": "DE"}, "ann bob"),
        ({"field": "country", "op": "ne", "value": "DE"}, "cyd"),
        ({"not": {"field": "country", "op": "eq", "value": "DE"}}, "cyd"),
        ({"not": {"not": {"field": "country", "op": "eq", "value": "DE"}}}, "ann bob"),
        ({"field": "country", "op": "is_set"}, "ann bob"),
        ({"field": "first_name", "op": "starts", "value": "B"}, "bob"),
        ({"field": "first_name", "op": "contains", "value": "%_"}, "cyd"),
        ({"field": "first_name", "op": "one_of", "value": ["ANN", "Bob"]}, "ann bob"),
        ({"field": "first_name", "op": "eq", "value": "x' OR '1'='1"}, ""),
        ({"field": "created_at", "op": "within_last", "value": 10}, "ann bob cyd"),
        ({"field": "created_at", "op": "within_last", "value": 9}, ""),
        ({"field": "created_at", "op": "eq", "value": "2026-05-10"}, "ann bob cyd"),
        ({"field": "created_at", "op": "birthday_in", "value": 355}, "ann bob cyd"),
        ({"attribute": "points", "op": "ge", "value": 5}, "ann bob"),
        ({"attribute": "points", "op": "lt", "value": 50}, "ann"),
        ({"attribute": "points", "op": "between", "value": [6, 50]}, "bob"),
        ({"attribute": "points", "op": "one_of", "value": [5, 7]}, "ann"),
        ({"attribute": "points", "op": "ne", "value": 5}, "bob cyd"),
        ({"attribute": "points", "op": "is_set"}, "ann bob cyd"),
        ({"attribute": "birthday", "op": "birthday_in", "value": 2}, "ann"),
        ({"attribute": "birthday", "op": "lt", "value": "1990-01-01"}, "bob"),
        ({"attribute": "vip", "op": "eq", "value": True}, "ann"),
        (
            {"any": [{"attribute": "vip", "op": "eq", "value": True}, {"attribute": "points", "op": "gt", "value": 9}]},
            "ann bob",
        ),
        ({"has_channel": "email"}, "ann bob cyd"),
        ({"has_channel": "sms"}, ""),
    ],
)
def test_each_comparison_means_whom_it_says(
    sessions: Sessions, people: dict[str, int], expression: dict[str, object], meant: str
) -> None:
    with sessions() as session:
        assert _meant(session, expression) == meant.split()


def test_lists_consents_events_and_conversations_are_asked(sessions: Sessions, people: dict[str, int]) -> None:
    with sessions.begin() as session:
        _consent(session, people["ann"], True)
        _consent(session, people["bob"], True)
        _consent(session, people["bob"], False)
        session.add(Suppression(list="unsubscribed", channel="email", contact_id=people["bob"], source="link"))
        session.add(Suppression(list="general", channel="email", address_key=_key("cyd"), source="bounce"))
        _sent(session, people["ann"], read_at=NOON - timedelta(days=3))
        _sent(session, people["bob"])
        identity = Identity(contact_id=people["cyd"], channel="telegram", address="1", address_key=b"1")
        session.add(identity)
        session.flush()
        session.add(Conversation(identity_id=identity.id, last_inbound_at=NOON - timedelta(days=2)))
    with sessions() as session:
        assert _meant(session, {"consent": {"channel": "email"}}) == ["ann"]
        assert _meant(session, {"suppressed": {"channel": "email"}}) == ["bob", "cyd"]
        assert _meant(session, {"suppressed": {"channel": "email", "list": "general"}}) == ["cyd"]
        assert _meant(session, {"suppressed": {"channel": "sms"}}) == []
        assert _meant(session, {"received": {"days": 10}}) == ["ann", "bob"]
        assert _meant(session, {"opened": {"campaign": 1, "days": 3}}) == ["ann"]
        assert _meant(session, {"opened": {"days": 2}}) == []
        assert _meant(session, {"opened": {"campaign": 99}}) == []
        assert _meant(session, {"clicked": {}}) == []
        assert _meant(session, {"has_written": {"channel": "telegram", "days": 2}}) == ["cyd"]
        assert _meant(session, {"has_written": {"days": 1}}) == []


def test_a_list_means_its_members_as_of_the_instant_that_is_asked(sessions: Sessions, people: dict[str, int]) -> None:
    with sessions.begin() as session:
        segment_id = services.create_static(session, name="Friends", by="command").id
        services.add(session, segment_id, [people["ann"], people["bob"]], by="command", now=NOON)
        assert services.add(session, segment_id, [people["ann"]], by="command", now=NOON) == 0
        services.remove(session, segment_id, [people["bob"]], by="command", now=NOON + timedelta(hours=1))
        tree = queries.tree(session, segment_id)
        assert _meant(session, tree, NOON - timedelta(seconds=1)) == []
        assert _meant(session, tree, NOON) == ["ann", "bob"]
        assert _meant(session, tree, NOON + timedelta(hours=1)) == ["ann"]
        services.add(session, segment_id, [people["bob"]], by="command", now=NOON + timedelta(hours=2))
        assert _meant(session, tree, NOON + timedelta(hours=2)) == ["ann", "bob"]


def test_an_uploaded_list_names_what_fits_nobody_and_what_fits_two(sessions: Sessions, people: dict[str, int]) -> None:
    entries = ["ann", "bob@x.org", " ann ", "nobody@x.org", "not an address", "shared@x.org", ""]
    with sessions.begin() as session:
        for name in ("ann", "cyd"):
            old = session.scalars(select(Identity).where(Identity.contact_id == people[name])).one()
            old.ended_at = NOON
            session.flush()
            session.add(Identity(contact_id=people[name], channel="email", address="s", address_key=_key("shared")))
        segment_id = services.create_static(session, name="Friends", by="command").id
        listed = services.add_listed(
            session, segment_id, entries, address_key=lambda entry: _key(entry.split("@")[0]), by="command", now=NOON
        )
    assert (listed.added, listed.unknown, listed.ambiguous) == (
        2,
        ["nobody@x.org", "not an address"],
        ["shared@x.org"],
    )


def test_a_segment_that_cannot_be_meant_is_not_kept(sessions: Sessions, people: dict[str, int]) -> None:
    with sessions.begin() as session:
        services.create_dynamic(session, name="All", expression={"all": []}, by="command")
        with pytest.raises(Refused, match="name_taken"):
            services.create_static(session, name=" All ", by="command")
        with pytest.raises(Invalid, match="bad_name"):
            services.create_static(session, name=" ", by="command")
        with pytest.raises(Invalid, match="not_a_static_one"):
            services.create_dynamic(session, name="Ghost", expression={"member_of": 99}, by="command")


def test_reach_names_the_first_reason_of_each_and_is_kept_until_something_changes(
    sessions: Sessions, people: dict[str, int]
) -> None:
    with sessions.begin() as session:
        segment_id = services.create_dynamic(session, name="All", expression={"all": []}, by="command").id
        session.add(Suppression(list="marketing", contact_id=people["ann"], source="person"))
        session.add(Suppression(list="complaints", contact_id=people["ann"], source="page", purpose="marketing"))
        session.add(Suppression(list="unsubscribed", channel="sms", contact_id=people["cyd"], source="keyword"))
        session.scalars(select(Identity).where(Identity.contact_id == people["bob"])).one().invalid = True
    shares: list[float] = []
    found = reach(sessions, segment_id, [EMAIL, TELEGRAM], now=NOON, progress=shares.append)
    assert found is not None
    assert found.count == 3
    assert found.table["email"] == {"complained": 1, "invalid_address": 1, "reachable": 1}
    assert found.table["telegram"] == {"complained": 1, "no_address": 2}
    assert shares == [1.0]
    assert reach(sessions, segment_id, [EMAIL], now=NOON, stop=lambda: True) is not None
    with sessions.begin() as session:
        services.add(
            session, services.create_static(session, name="List", by="x").id, [people["ann"]], by="x", now=NOON
        )
    assert reach(sessions, segment_id, [EMAIL], now=NOON, stop=lambda: True) is None


def test_a_service_mail_passes_what_stops_marketing_alone(sessions: Sessions, people: dict[str, int]) -> None:
    with sessions.begin() as session:
        session.add(Suppression(list="marketing", contact_id=people["ann"], source="person"))
        session.add(Suppression(list="general", channel="email", address_key=_key("bob"), source="bounce"))
        assert _reasons(session, "service") == {"ann": None, "bob": "general_blacklist", "cyd": None}
        assert _reasons(session, "marketing")["ann"] == "marketing_blacklist"
        assert _reasons(session, "consent")["ann"] == "marketing_blacklist"


def test_consent_counts_by_its_latest_record(sessions: Sessions, people: dict[str, int]) -> None:
    with sessions.begin() as session:
        _consent(session, people["ann"], False)
        _consent(session, people["ann"], True)
        _consent(session, people["bob"], True)
        _consent(session, people["bob"], False)
        told = _reasons(session, "marketing", consent_required=True)
        assert told == {"ann": None, "bob": "consent_declined", "cyd": "consent_missing"}


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ({"attribute": "birthday", "op": "birthday_in", "value": 0}, 0, 1),
        ({"attribute": "birthday", "op": "within_last", "value": 0}, 0, 0),
        ({"attribute": "birthday", "op": "within_last", "value": 13148}, 1, 0),
        ({"field": "created_at", "op": "within_last", "value": 10}, 3, 0),
        ({"field": "created_at", "op": "eq", "value": "2026-05-11"}, 3, 3),
    ],
)
def test_today_is_the_day_by_the_accounts_clock(
    sessions: Sessions, people: dict[str, int], rule: dict[str, Any], before: int, after: int
) -> None:
    """At 22:30 by UTC it is half an hour past midnight in Berlin, on Ann's birthday."""
    midnight = datetime(2026, 5, 21, 22, tzinfo=UTC)
    with sessions.begin() as session:
        session.execute(update(Contact).values(created_at=datetime(2026, 5, 10, 22, 30, tzinfo=UTC)))
        node = parse(rule, queries.attribute_types(session))
        told = [queries.size(session, node, midnight + timedelta(minutes=shift)) for shift in (-30, 30)]
        pages = [queries.first_members(session, node, midnight + timedelta(minutes=shift), 9) for shift in (-30, 30)]
        shared.put(session, "timezone", "UTC", by="test")
        on_the_11th = parse({"field": "created_at", "op": "eq", "value": "2026-05-11"}, {})
        assert queries.size(session, on_the_11th, midnight) == 0
    assert told == [before, after] == [len(page) for page in pages]


def _key(name: str) -> bytes:
    return name.encode().ljust(16)


def _meant(session: Session, expression: dict[str, object], at: datetime = NOON) -> list[str]:
    node = parse(expression, queries.attribute_types(session))
    by_id = dict(session.execute(select(Contact.id, Contact.external_id)).all())
    return sorted(str(by_id[contact_id]) for contact_id in session.scalars(queries.members(node, at)))


def _reasons(session: Session, purpose: str, *, consent_required: bool = False) -> dict[str | None, str | None]:
    reason = reason_for("email", purpose, consent_required, NOON)
    statement = select(Contact.external_id, reason).select_from(Contact).outerjoin(Identity, live_identity("email"))
    return dict(session.execute(statement).all())


def _consent(session: Session, contact_id: int, given: bool) -> None:
    session.add(
        Consent(contact_id=contact_id, channel="email", purpose="marketing", given=given, way="person", at=NOON)
    )
    session.flush()


def _sent(session: Session, contact_id: int, read_at: datetime | None = None) -> None:
    origin = session.scalar(select(Origin))
    if origin is None:
        campaign = Campaign(name="Spring", channel="email", purpose="marketing", created_by="x")
        session.add(campaign)
        session.flush()
        origin = Origin(kind="campaign", channel="email", purpose="marketing", campaign_id=campaign.id)
        session.add(origin)
        session.flush()
    delivery = Delivery(
        origin_id=origin.id, contact_id=contact_id, channel="email", state="sent", settled_at=NOON - timedelta(days=5)
    )
    session.add(delivery)
    session.flush()
    if read_at is not None:
        session.add(Engagement(delivery_id=delivery.id, origin_id=origin.id, contact_id=contact_id, read_at=read_at))
