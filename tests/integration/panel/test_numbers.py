"""Numbers that need a look, on the page before a launch."""

from sqlalchemy import update

from core.database import Sessions
from core.queries import settings as business
from core.services import senders
from core.tables.campaigns import Campaign
from core.tables.contacts import Identity
from core.tables.imports import Import
from tests.integration.panel.people import Person
from tests.integration.panel.test_steps import text_by_sms


def test_a_landline_is_shown_with_its_row_and_can_be_downloaded(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        came = Import(filename="=people.csv", created_by="t")
        session.add(came)
        session.flush()
        home = {"channel": "sms", "address": "+493012345678", "textless": True, "import_id": came.id, "import_row": 17}
        session.execute(update(Identity).values(**home))
        session.execute(update(Campaign).values(channel="sms"))
    page = administrator.get(f"/campaigns/{draft}/numbers").text
    assert "+493012345678" in page
    assert "row 17 of =people.csv" in page
    assert "&lt;b&gt;Lovelace" in page
    rows = administrator.get(f"/campaigns/{draft}/numbers.csv").text
    assert "'+493012345678" in rows
    assert "'=people.csv,17" in rows
    assert f"/campaigns/{draft}/numbers" in administrator.get(f"/campaigns/{draft}/check").text


def test_where_all_is_well_the_page_says_so(administrator: Person, draft: int) -> None:
    assert "No number is invalid" in administrator.get(f"/campaigns/{draft}/numbers").text


def test_an_administrator_writes_who_writes_to_which_country(administrator: Person, sessions: Sessions) -> None:
    path, post = "/settings/", {"balance_warning": 500, "abroad_sms": "+1 = +12025550123\n"}
    assert "No sender of this channel has" in administrator.post("/settings/telephones", path, **post).text
    with sessions.begin() as session:
        senders.create(session, name="US", address="+12025550123", channel="sms", by="t")
    assert administrator.post("/settings/telephones", path, **post).status_code == 302
    assert "+1 = +12025550123</textarea>" in administrator.get(path).text
    assert administrator.post("/settings/telephones", path, balance_warning=500, abroad_sms="").status_code == 302
    with sessions() as session:
        assert business.value(session, "senders_by_number")["sms"] == {}


def test_the_last_look_before_the_launch_says_how_many(administrator: Person, draft: int, sessions: Sessions) -> None:
    sender, text = text_by_sms(sessions)
    with sessions.begin() as session:
        session.execute(update(Identity).values(channel="sms", address="+493012345678", textless=True))
        session.execute(update(Campaign).values(channel="sms", sender_id=sender, template_id=text))
    page = administrator.get(f"/campaigns/{draft}/check").text
    assert "1 number needs a look." in page
    assert "Launch now" in page
