"""What failed, in the chat: by class, the last by number, and by address only for whoever may know it."""

from pathlib import Path

from sqlalchemy import select

from core.database import Sessions
from core.tables.attempts import Attempt
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, Role
from tests.integration.bot_factory import OLIVIA, OTTO, Person, a_world, make_operator
from tests.integration.campaign_factory import NOON, make_campaign


async def test_failures_are_told_by_class_and_addresses_to_editors_alone(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    make_operator(sessions, OTTO, Role.VIEWER, "Otto")
    with sessions.begin() as session:
        campaign_id = make_campaign(session, recipients=3).id
        for delivery in session.scalars(select(Delivery).order_by(Delivery.id).limit(2)):
            delivery.state, delivery.reason = DeliveryState.FAILED, "recipient_server_refused"
            delivery.attempt, delivery.settled_at, delivery.said = 1, NOON, f"550 {delivery.id}@example.org <gone>"
            session.add(Attempt(delivery_id=delivery.id, number=1, outcome="refused", bounce="address", at=NOON))
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        for person in (olivia, otto):
            await person.say("/campaigns")
            await person.press("Spring")
            await person.press("What failed (2)")
            told = await person.reads("What failed:", "address does not exist: 2", f"/why {campaign_id} #2")
            assert "example.org" not in told["text"]
            assert ("reply_markup" in told) is (person is olivia)
        await olivia.press("Show the addresses")
        await olivia.reads("person1@example.org", "person2@example.org", "550 1@example.org <gone>")
        await otto.say(f"/why {campaign_id} #2")
        await otto.reads("#2", "Spring")
