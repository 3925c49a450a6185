"""The story of one recipient in the panel: from the list of recipients, the contact's page, and by an address."""

from sqlalchemy import select

from core.database import Sessions
from core.tables.deliveries import Delivery
from tests.integration.panel.people import KEYS, Person
from tests.integration.test_why import told


def test_the_story_is_found_from_the_list_the_person_and_the_address(administrator: Person, sessions: Sessions) -> None:
    campaign_id = told(sessions, KEYS.addresses)
    with sessions() as session:
        delivery_id, contact_id = session.execute(
            select(Delivery.id, Delivery.contact_id).order_by(Delivery.id).limit(1)
        ).one()
    link = f"/campaigns/{campaign_id}/recipients/{delivery_id}"
    assert link in administrator.get(f"/campaigns/{campaign_id}/recipients").text
    assert link in administrator.get(f"/contacts/{contact_id}").text
    by_link = administrator.get(link).text
    by_address = administrator.post(f"/campaigns/{campaign_id}/why", address=" Ada@Example.org ").text
    for page in (by_link, by_address):
        assert page.index("Asked for consent.") < page.index("Now: Failed")
        assert "451 &lt;later&gt;" in page
        assert "correct the address" in page
    unknown = administrator.post(f"/campaigns/{campaign_id}/why", address="who@example.org")
    assert "Nobody here has or had this address" in unknown.text
    administrator.post(f"/campaigns/{campaign_id}/why", address="nobody")
    assert "nobody" in administrator.get(f"/campaigns/{campaign_id}/recipients").text
    assert administrator.get(f"/campaigns/{campaign_id}/recipients/999").status_code == 404
