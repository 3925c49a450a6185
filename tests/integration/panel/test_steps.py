"""The wizard's part “If not reached, then by …”."""

from core.database import Sessions
from core.queries import steps
from core.services import senders
from core.tables.contents import ContentRow
from core.tables.templates import Template
from tests.integration.panel.people import Person


def text_by_sms(sessions: Sessions) -> tuple[int, int]:
    """A sender and a message."""
    with sessions.begin() as session:
        sender = senders.create(session, name="Shop", address="+4915110000001", channel="sms", by="t")
        content = ContentRow(kind="short", language="en", source="Hi", subject="", plain="Hi", hash=b"2")
        session.add(content)
        session.flush()
        text = Template(name="Short", kind="short", subject="", source="Hi", content_id=content.id, created_by="t")
        session.add(text)
        session.flush()
        return sender.id, text.id


def test_a_second_channel_is_filled_in_shown_again_and_taken_out(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    path = f"/campaigns/{draft}/letter"
    assert "If not reached" not in administrator.get(path).text
    sender, text = text_by_sms(sessions)
    own = {"template_id": 1, "sender_id": 1}
    chosen = {**own, "step1_sender": sender, "step1_template": text, "step1_hours": "1.5", "step1_when": "unread"}
    assert administrator.post(path, path, **chosen).status_code == 302
    with sessions() as session:
        (step,) = steps.of_campaign(session, draft)
        assert (step.channel, step.after_seconds, step.silent, step.unread) == ("sms", 5400, True, True)
    assert 'value="1.5"' in administrator.get(path).text
    assert "At most 0 recipients" in administrator.get(f"/campaigns/{draft}/check").text
    assert administrator.post(path, path, **own).status_code == 302
    with sessions() as session:
        assert steps.of_campaign(session, draft) == []


def test_what_cannot_work_is_said_and_changes_nothing(administrator: Person, draft: int, sessions: Sessions) -> None:
    sender, text = text_by_sms(sessions)
    path, own = f"/campaigns/{draft}/letter", {"template_id": 1, "sender_id": 1}
    for hours in ("inf", "nan", "-1", "100000"):
        wrong = {**own, "step1_sender": sender, "step1_template": text, "step1_hours": hours}
        answer = administrator.post(path, path, **wrong)
        assert answer.status_code == 200
        assert "between no time and 30 days" in answer.text
    assert "no letter yet" in administrator.post(path, path, **own, step1_sender=sender).text
    with sessions() as session:
        assert steps.of_campaign(session, draft) == []
