"""Topics of interest in the panel: made, renamed, archived, and chosen for a campaign."""

from core.database import Sessions
from core.tables.campaigns import Campaign
from tests.integration.panel.people import Person


def test_a_topic_is_made_and_chosen_and_once_archived_offered_no_more(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    administrator.post("/settings/topics/", key="offers", name_en="Offers", name_de="Angebote")
    administrator.post("/settings/topics/offers/name", name_en="Deals <b>", name_de="Angebote")
    assert "Deals &lt;b&gt;" in administrator.get(f"/campaigns/{draft}/audience").text
    administrator.post(f"/campaigns/{draft}/audience", include="1", topic="offers")
    with sessions() as session:
        assert session.get_one(Campaign, draft).topic == "offers"
    administrator.post("/settings/topics/offers/archive")
    assert "Deals &lt;b&gt;" in administrator.get(f"/campaigns/{draft}/audience").text
    administrator.post(f"/campaigns/{draft}/audience", include="1", topic="")
    assert "Deals &lt;b&gt;" not in administrator.get(f"/campaigns/{draft}/audience").text


def test_a_key_that_cannot_be_is_named(administrator: Person) -> None:
    answer = administrator.post("/settings/topics/", key="No key", name_en="Offers", name_de="Angebote")
    assert "cannot be a key" in answer.text
