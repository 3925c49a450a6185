"""What has come back, in the panel: by which way, of which letters, and what it leads to."""

from datetime import UTC, datetime

from core.database import Sessions
from core.messages import Event
from core.queries import settings
from core.services.recording import record
from core.vocabulary import BounceClass, EventKind
from tests.integration.panel.people import Person


def test_it_shows_what_came_by_which_way_and_what_names_no_letter(administrator: Person, sessions: Sessions) -> None:
    now = datetime.now(UTC)
    with sessions.begin() as session:
        record(session, [
            Event(EventKind.BOUNCED, "mailbox", "a", now, bounce=BounceClass.ADDRESS),
            Event(EventKind.UNREAD, "mailbox", "b", now),
            Event(EventKind.COMPLAINED, "postmark", "c", now),
            Event(EventKind.CLICKED, "web", "d", now),
        ])  # fmt: skip
    page = administrator.get("/settings/returns/").text
    for words in ("came back for good", "address does not exist", "not understood", "postmark", "reported as spam"):
        assert words in page
    assert "No mailbox is named" in page


def test_an_administrator_changes_what_it_leads_to(administrator: Person, sessions: Sessions) -> None:
    administrator.post("/settings/returns/", soft_bounces=3, soft_bounce_days=14)
    with sessions() as session:
        names = ("soft_bounces", "soft_bounce_days", "bounce_digest")
        assert [settings.value(session, name) for name in names] == [3, 14, False]
    refused = administrator.post("/settings/returns/", soft_bounces=0, soft_bounce_days=14)
    assert "Choose a number between 1 and 100." in refused.text
