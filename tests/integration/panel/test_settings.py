"""Settings in the panel: senders come and go."""

from sqlalchemy import select, update

from core.database import Sessions
from core.tables.campaigns import Campaign, SenderRow
from core.vocabulary import CampaignState
from tests.integration.panel.people import Person


def archived(sessions: Sessions) -> bool:
    with sessions() as session:
        return session.scalars(select(SenderRow.archived_at)).one() is not None


def test_a_sender_is_archived_and_brought_back_by_its_address(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    administrator.post("/settings/senders/1/archive")
    assert archived(sessions)
    assert "us@sendbote.example" not in administrator.get("/settings/").text
    assert "has no sender yet" in administrator.get(f"/campaigns/{draft}/check").text
    administrator.post("/settings/senders", name="We", address="us@sendbote.example")
    assert not archived(sessions)
    again = administrator.post("/settings/senders", name="We", address="us@sendbote.example")
    assert "is a sender already: We" in again.text


def test_a_sender_that_a_campaign_needs_stays(administrator: Person, draft: int, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(update(Campaign).values(state=CampaignState.SENDING))
    answer = administrator.post("/settings/senders/1/archive")
    assert not archived(sessions)
    assert "the campaign “Autumn” sends from it" in administrator.get(answer.location).text


def test_a_sender_of_short_messages_is_added_with_its_pool(administrator: Person, sessions: Sessions) -> None:
    page = administrator.get("/settings/").text
    assert 'name="channel"' in page
    assert 'name="pool"' in page
    pool = "+49 1511 0000002"
    refused = administrator.post("/settings/senders", name="Shop", address="0800", channel="sms", pool="nobody@")
    assert "nobody@" in refused.text
    given = {"channel": "sms", "address": "+4915110000001", "pool": pool.replace(" ", "")}
    administrator.post("/settings/senders", name="Shop", **given)
    with sessions() as session:
        made = session.scalars(select(SenderRow).where(SenderRow.channel == "sms")).one()
        assert (made.address, made.pool) == ("+4915110000001", ["+4915110000002"])
    assert "+4915110000002" in administrator.get("/settings/").text
