"""The daily limit in the panel: looked at by everybody, moved by administrators, released by whoever may launch."""

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select, update

from core.database import Sessions
from core.queries import gates, pacing
from core.rules.pacing import Decision, Inputs
from core.rules.thresholds import SHARES, Thresholds
from core.tables.audit import AuditEntry
from core.tables.pacing import DailyLimit
from core.vocabulary import GateScope, PacingAction, PacingCause, Role
from tests.integration.panel.people import Person, somebody


def today(sessions: Sessions) -> date:
    with sessions() as session:
        return pacing.today(session, datetime.now(UTC))


def test_each_day_tells_its_decision_with_figures(administrator: Person, sessions: Sessions) -> None:
    seen = Inputs(limit=1000, used=980, attempts=980, errors=4, base=970, complaints=0)
    with sessions.begin() as session:
        first = Decision(1000, PacingAction.GIVEN, PacingCause.FIRST)
        second = Decision(2000, PacingAction.UP, PacingCause.USED)
        session.execute(pacing.open_day("account", today(sessions) - timedelta(days=1), first, {}))
        session.execute(pacing.open_day("account", today(sessions), second, seen.kept()))
        session.execute(update(DailyLimit).where(DailyLimit.ceiling == 2000).values(taken=150))
    page = administrator.get("/limit/").text
    assert "1,000 → </span>2,000" in page
    assert "limit reached, 0.41 % errors, no complaint" in page
    assert "150 of 2,000 used" in page


def test_an_administrator_sets_limit_bounds_and_reserve_and_the_audit_knows(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    del draft
    administrator.post("/limit/set", limit=5000)
    administrator.post("/limit/set?scope=sender:1", limit=700)
    administrator.post("/limit/bounds", floor=200, cap=4000)
    administrator.post("/limit/reserve", reserve=100)
    with sessions() as session:
        limits = {row.scope: row.ceiling for row in session.scalars(select(DailyLimit))}
        assert limits == {"account": 4000, "sender:1": 700}
        assert pacing.bounds(session).floor == 200
        noted = session.execute(select(AuditEntry.subject, AuditEntry.actor).order_by(AuditEntry.id)).all()
    assert {actor for subject, actor in noted if subject.startswith(("limit:", "setting:daily"))} == {"operator:1"}
    assert "Kept for service mail" in administrator.get("/limit/").text
    refused = administrator.post("/limit/bounds", floor=300, cap=200)
    assert 'value="300"' in refused.text
    assert administrator.get("/limit/?scope=sender:99").status_code == 404


def test_a_block_is_released_by_whoever_may_launch(app: Flask, administrator: Person, sessions: Sessions) -> None:
    seen = Inputs(limit=1000, used=300, attempts=300, errors=60, base=240, complaints=0)
    with sessions.begin() as session:
        gates.close(session, GateScope.MARKETING, "email", reason="blocked_by_errors", by="system", seen=seen.kept())
    editor, launcher = somebody(app, Role.EDITOR), somebody(app, Role.LAUNCHER)
    assert "20 % errors" in editor.get("/limit/").text
    assert "All email campaigns are stopped" in editor.get("/campaigns/").text
    assert editor.post("/limit/release").status_code == 403
    assert editor.post("/limit/set", limit=5).status_code == 403
    assert launcher.post("/limit/release").status_code == 302
    again = launcher.post("/limit/release")
    assert again.status_code == 200
    page = administrator.get("/limit/").text
    assert "20 % errors" not in page
    assert "All email campaigns are stopped" not in administrator.get("/campaigns/").text
    assert "A block was released on this day." in page
    with sessions() as session:
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "limit:account")).all() == [
            "release"
        ]


def test_thresholds_are_shown_in_numbers_and_moved_within_reason(
    app: Flask, administrator: Person, sessions: Sessions
) -> None:
    figures = {name: f"{value * 100 if name in SHARES else value:g}" for name, value in Thresholds().kept().items()}
    page = somebody(app, Role.VIEWER).get("/limit/").text
    assert '<td class="number" data-label="Errors from">21</td>' in page
    assert "1,000 → 2,000 → 4,000 → 8,000 → 16,000, the upper bound in 4 days" in page
    assert "Times" not in page, "a viewer moves nothing"
    administrator.post("/limit/thresholds", **figures | {"hold_errors": "3", "up_factor": "4"})
    page = administrator.get("/limit/").text
    assert '<td class="number" data-label="Errors from">31</td>' in page
    assert "1,000 → 4,000 → 16,000, the upper bound in 2 days" in page
    refused = administrator.post("/limit/thresholds", **figures | {"hold_errors": "7"}).text
    assert "“halved: share of errors” is below “kept: share of errors”" in refused
    assert 'value="7"' in refused, "what was typed is still there"
    assert "from 0.1 % to 100 %" in administrator.post("/limit/thresholds", **figures | {"hold_errors": "x"}).text
    assert somebody(app, Role.LAUNCHER).post("/limit/thresholds", **figures).status_code == 403
    with sessions() as session:
        assert (pacing.thresholds(session).hold_errors, pacing.thresholds(session).up_factor) == (0.03, 4)
        changed = select(AuditEntry.details).where(AuditEntry.subject == "setting:daily_limit_thresholds")
        (entry,) = session.scalars(changed).all()
        assert (entry["before"]["hold_errors"], entry["after"]["hold_errors"]) == (0.02, 0.03)
