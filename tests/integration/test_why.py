"""The story of one recipient, told alike by panel and bot, and who counts among the errors."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.database import Sessions
from core.errors import NotFound
from core.queries import statistics, story
from core.rules.addresses import address_key
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState, Reason, Role
from tests.integration.bot_factory import KEY, OLIVIA, Person, a_world, make_operator
from tests.integration.campaign_factory import NOON, make_campaign

ADDRESS = "ada@example.org"


def told(sessions: Sessions, key: bytes) -> int:
    """A campaign whose first recipient lived through everything that a letter may lead to."""
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=2)
        campaign.consent_required = True
        ada = session.scalars(select(Delivery).order_by(Delivery.id)).first()
        assert ada
        assert ada.contact_id
        hashed = address_key(key, "email", ADDRESS)
        session.execute(update(Identity).where(Identity.id == ada.identity_id).values(address_key=hashed))
        given = {"contact_id": ada.contact_id, "channel": "email", "purpose": "marketing", "given": True}
        session.add_all(
            [
                ConsentRequest(**given, origin_id=campaign.origin_id, asked_by="test", asked_at=NOON, answered_at=NOON),
                Consent(**given, way="link", at=NOON),
                Attempt(delivery_id=ada.id, number=1, outcome="deferred", said="451 <later>", at=NOON),
                EventRow(kind="opened", provider="t", key="1", delivery_id=ada.id, actor="person", at=NOON),
                EventRow(
                    kind="bounced", provider="t", key="2", delivery_id=ada.id, at=NOON, details={"said": "550 gone"}
                ),
                Suppression(list="general", channel="email", address_key=hashed, source="bounce", added_at=NOON),
            ]
        )
        session.add(Suppression(list="general", contact_id=ada.contact_id, source="bounce", added_at=NOON))
        ada.address_key, ada.state, ada.reason = hashed, "failed", Reason.RECIPIENT_SERVER_REFUSED
        ada.attempt, ada.settled_at, ada.said = 2, NOON, "250 ok"
        return campaign.id


async def test_the_bot_tells_it_below_the_campaign_and_by_command(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.VIEWER)
    campaign_id = told(sessions, KEY)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        await olivia.press("Spring")
        await olivia.press("One recipient")
        await olivia.reads("Reply with the address", f"/why {campaign_id}")
        await olivia.say(f"/why {campaign_id} Ada@Example.org")
        story = await olivia.reads("Asked for consent.", "Gave consent.", "451 <later>", "Opened.", "550 gone")
        assert "General blacklist" in story["text"]
        assert "if the mailbox does not exist, correct the address" in story["text"]
        await olivia.say(f"/why {campaign_id} nobody")
        await olivia.reads("nobody")
        await olivia.say("/why")
        await olivia.reads("/why 12 ada@example.org")


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        (False, ("skipped", Reason.CONSENT_DECLINED)),
        (True, ("sent", None)),
        (None, ("awaiting_consent", Reason.CONSENT_MISSING)),
    ],
)
def test_who_is_asked_is_told_as_checked_first_and_as_having_answered_later(
    sessions: Sessions, given: bool | None, standing: tuple[str, Reason | None]
) -> None:
    later = NOON + timedelta(hours=1)
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        campaign.consent_required, campaign.launched_at = True, NOON
        row = session.scalars(select(Delivery)).one()
        (row.state, row.reason), row.created_at = standing, NOON + timedelta(seconds=1)
        what = {"contact_id": row.contact_id, "channel": "email", "purpose": "marketing"}
        session.add(ConsentRequest(**what, origin_id=campaign.origin_id, asked_by="test", asked_at=NOON))
        if given is not None:
            session.add(Consent(**what, given=given, way="link", at=later))
        session.flush()
        steps = [step.code for step in story.of_delivery(session, campaign, row, later).steps if step.at]
    answered = {None: [], True: ["consent_given"], False: ["consent_withdrawn"]}[given]
    assert steps == ["chosen", "checked_but_consent", "consent_asked", *answered]


def test_one_deed_is_told_once_whoever_and_whatever_address_it_names(sessions: Sessions) -> None:
    campaign_id = told(sessions, KEY)
    with sessions() as session:
        delivery_id = session.scalars(select(Delivery.id).order_by(Delivery.id)).first()
        assert delivery_id
        steps = story.of_recipient(session, campaign_id, delivery_id, NOON).steps
        assert [step.params["list"] for step in steps if step.code == "listed"] == ["general"]


def test_a_recipient_of_another_campaign_is_not_told(sessions: Sessions) -> None:
    campaign_id = told(sessions, KEY)
    with sessions.begin() as session:
        other = make_campaign(session, recipients=1, name="Other")
        (stranger,) = session.scalars(select(Delivery.id).where(Delivery.origin_id == other.origin_id))
        assert story.of_recipient(session, other.id, stranger, NOON).steps[-1].code == "stands"
        with pytest.raises(NotFound, match=r"recipient\.not_found"):
            story.of_recipient(session, campaign_id, stranger, NOON)


@pytest.mark.parametrize(
    ("state", "reason", "prepared", "is_error"),
    [
        (DeliveryState.FAILED, Reason.RELAY_REFUSED, True, True),
        (DeliveryState.IN_DOUBT, Reason.IN_DOUBT, True, True),
        (DeliveryState.SKIPPED, Reason.UNSUBSCRIBED, True, True),
        (DeliveryState.SKIPPED, Reason.EXCLUDED, True, True),
        (DeliveryState.SKIPPED, Reason.COMPLAINED, True, True),
        (DeliveryState.SKIPPED, Reason.GENERAL_BLACKLIST, False, False),
        (DeliveryState.SKIPPED, Reason.NO_ADDRESS, False, False),
        (DeliveryState.SKIPPED, Reason.CONSENT_DECLINED, True, False),
        (DeliveryState.CANCELLED, Reason.CANCELLED, True, False),
    ],
)
def test_with_errors_is_who_failed_is_in_doubt_or_was_listed_after_the_launch(
    sessions: Sessions, state: DeliveryState, reason: Reason, prepared: bool, is_error: bool
) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=2)
        first = select(Delivery.id).order_by(Delivery.id).limit(1).scalar_subquery()
        values: dict[str, object] = {"state": state, "reason": reason}
        if not prepared:
            values["address_key"] = None
        session.execute(update(Delivery).where(Delivery.id == first).values(values))
        session.execute(update(Campaign).values(state="sent"))
        figures = statistics.figures(session, campaign.id)
        assert figures.errors == is_error
        assert figures.reasons == {reason: 1}
