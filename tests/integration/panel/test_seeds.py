"""Seed addresses in the panel: added, named in the last step of a draft, left out of it, and removed."""

from sqlalchemy import func, select

from core.database import Sessions
from core.tables.campaigns import Campaign
from core.tables.seeds import Seed
from tests.integration.panel.people import Person


def test_a_seed_is_added_shown_before_the_launch_left_out_and_removed(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    administrator.post(
        "/settings/seeds/", channel="email", address="Eyes@shop.example", note="Anna <b>", as_recipient="yes"
    )
    assert "Anna &lt;b&gt;" in administrator.get("/settings/seeds/").text
    check = f"/campaigns/{draft}/check"
    assert "And 1 seed address gets a copy." in administrator.get(check).text
    administrator.post(f"/campaigns/{draft}/seeds", left_out="yes")
    left_out = administrator.get(check).text
    assert "gets a copy" not in left_out
    assert "They get no copy of this campaign." in left_out
    administrator.post(f"/campaigns/{draft}/seeds")
    assert "And 1 seed address gets a copy." in administrator.get(check).text
    with sessions() as session:
        assert session.get_one(Campaign, draft).version == 3
        seed_id = session.scalars(select(Seed.id)).one()
    administrator.post(f"/settings/seeds/{seed_id}/remove")
    with sessions() as session:
        assert session.scalar(select(func.count(Seed.id))) == 0


def test_what_is_no_address_stays_in_the_form(administrator: Person) -> None:
    answer = administrator.post("/settings/seeds/", channel="email", address="eyes at shop", note="Anna")
    assert "is no address of this channel" in answer.text
    assert 'value="eyes at shop"' in answer.text
    assert 'value="Anna"' in answer.text
    assert administrator.post("/settings/seeds/", channel="pigeon", address="x").status_code == 200
