"""A contact's consents in the panel: in words, with what was agreed to, and asking once more."""

from flask import Flask
from sqlalchemy import select

from core.database import Sessions
from core.services import consent
from core.services.consent import Whose, Wording
from core.tables.audit import AuditEntry
from core.tables.consent import ConsentRequest
from core.tables.contacts import Contact, Identity
from core.vocabulary import Role
from tests.integration.campaign_factory import NOON
from tests.integration.panel.people import somebody


def test_consents_stand_in_words_with_their_source_and_text(app: Flask, draft: int, sessions: Sessions) -> None:
    with sessions.begin() as session:
        identity = session.scalars(select(Identity)).one()
        whose = Whose(identity.contact_id, identity.id, "email", "marketing")
        wording = Wording("import", "<b>Yes</b>, write to me.", source="Fair in Vienna")
        consent.record(session, whose, wording, given=True, at=NOON, now=NOON)
        path = f"/contacts/{identity.contact_id}"
    page = somebody(app, Role.VIEWER).get(path).text
    for words in ("elsewhere, brought in", "Fair in Vienna", "&lt;b&gt;Yes&lt;/b&gt;, write to me."):
        assert words in page
    assert "Ask for consent" not in page, "a viewer looks on"


def test_one_person_is_asked_explicitly_and_not_twice_at_once(app: Flask, draft: int, sessions: Sessions) -> None:
    with sessions() as session:
        contact_id = session.scalar(select(Contact.id))
    launcher, path = somebody(app, Role.LAUNCHER), f"/contacts/{contact_id}"
    assert "Ask for consent" in launcher.get(path).text
    assert somebody(app, Role.EDITOR).post(f"{path}/ask", sender_id=1).status_code == 403
    launcher.post(f"{path}/ask", sender_id=1)
    assert "The request is on its way" in launcher.get(path).text
    launcher.post(f"{path}/ask", sender_id=1)
    assert "may still answer" in launcher.get(path).text
    with sessions() as session:
        assert len(session.scalars(select(ConsentRequest)).all()) == 1
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "ask_consent")).all() == [
            "ask_consent"
        ]
