"""How messages leave: figures within their bounds, quiet hours of each channel, each change in the audit."""

from flask import Flask
from sqlalchemy import select

from core.database import Sessions
from core.queries import settings
from core.tables.audit import AuditEntry
from core.vocabulary import Role
from tests.integration.panel.people import Person, somebody

PAGE = "/settings/sending/"
USUAL = {
    "retry_first_seconds": "1",
    "retry_last_seconds": "48",
    "audience_tolerance": "1",
    "attachments_most_bytes": "3",
    "filtered_pause": "20",
}


def test_figures_are_shown_in_units_that_people_think_in(administrator: Person, sessions: Sessions) -> None:
    page = administrator.get(PAGE).text
    for name, shown in USUAL.items():
        assert f'name="{name}" type="number" value="{shown}"' in page
    administrator.post(PAGE, **USUAL | {"retry_last_seconds": "2.5", "attachments_most_bytes": "10"})
    with sessions() as session:
        assert settings.value(session, "retry_last_seconds") == 9000
        assert settings.value(session, "attachments_most_bytes") == 10_000_000
        noted = session.scalars(select(AuditEntry.subject).where(AuditEntry.subject.startswith("setting:"))).all()
        assert sorted(noted) == ["setting:attachments_most_bytes", "setting:retry_last_seconds"], "what moved"
    refused = administrator.post(PAGE, **USUAL | {"attachments_most_bytes": "500"}).text
    assert "“Megabytes of files with a letter”: choose a number from 0.1 to 20." in refused
    assert 'value="500"' in refused


def test_quiet_hours_are_set_and_ended_for_each_channel(administrator: Person, sessions: Sessions) -> None:
    assert 'name="opens_sms" type="time" value="20:00"' in administrator.get(PAGE).text
    hours = {"opens_sms": "21:30", "closes_sms": "08:00", "opens_email": "23:00", "closes_email": "06:00"}
    administrator.post(f"{PAGE}quiet-hours", **hours)
    with sessions() as session:
        sms, email = ({"opens": "21:30", "closes": "08:00"}, {"opens": "23:00", "closes": "06:00"})
        assert settings.value(session, "quiet_hours") == {"sms": sms, "email": email}, "those left empty have none"
    for wrong in ({"opens_sms": "9:00", "closes_sms": ""}, {"opens_sms": "09:00", "closes_sms": "09:00"}):
        administrator.post(f"{PAGE}quiet-hours", **wrong)
    with sessions() as session:
        assert set(settings.value(session, "quiet_hours")) == {"sms", "email"}


def test_only_administrators_come_here(app: Flask) -> None:
    launcher = somebody(app, Role.LAUNCHER)
    assert launcher.get(PAGE).status_code == 403
    assert launcher.post(PAGE, **USUAL).status_code == 403
