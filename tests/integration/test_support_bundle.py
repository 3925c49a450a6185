"""The bundle for help from afar holds what is needed, and nobody's data, however hostile they are."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import config
from cli.context import Opened
from cli.keeping import traces
from cli.keeping.bundle import write
from config.keys import Keys
from core.database import Sessions, sync_engine
from core.queries import gates
from core.vocabulary import GateScope
from tests.integration.campaign_factory import make_campaign

SECRETS = ("hunter2", "anna@example.org", "Schmidt", "49151234567", "123:TOKEN-of-the-bot", "relay.secret", "s3cret",
           "a1b2c3d4e5f6a7b8", "Liebe")  # fmt: skip
LINES = (
    "12:00:01 [warning  ] channel_fault channel=email code=smtp.login_refused again_in_seconds=60",
    "12:00:02 [error    ] event_refused kind=clicked delivery_id=12 sqlstate=23505 who=anna@example.org",
    "12:00:03 [error    ] could not write to anna@example.org about Schmidt",
    "12:00:04 [error    ] login url='smtp://anna:hunter2@relay.secret:587' token=a1b2c3d4e5f6a7b8",
    "Traceback (most recent call last):",
    '  File "/home/schmidt/sendbote/core/services/events.py", line 41, in record',
    "    raise ValueError(f'{Liebe} Anna Schmidt')",
    "ValueError: Liebe Anna Schmidt, +49151234567",
    "sqlalchemy.exc.IntegrityError: Key (address)=(anna@example.org) already exists.",
    "DETAIL: Key (address)=(anna@example.org) already exists, an [error here",
    json.dumps(
        {
            "level": "error",
            "timestamp": "2026-05-20T12:00:00Z",
            "event": "job_failed",
            "job": "drain",
            "to": "schmidt",
            "number": 49151234567,
            "exception": 'Traceback\n  File "/Schmidt/a/workers/jobs.py", line 9, in drain\nKeyError: anna@example.org',
        }
    ),
    '{"level": "error", "event": "Schmidt wrote", "anna@example.org": 1}',
)


@pytest.fixture
def bundle(settings: config.Settings, sessions: Sessions, redis_url: str, tmp_path: Path) -> dict[str, str]:
    hostile = replace(
        settings,
        smtp_url="smtp://anna:hunter2@relay.secret:587",
        telegram_token="123:TOKEN-of-the-bot",
        database_url="postgresql://anna:s3cret@db/x",
        allow_internal_hosts=frozenset({"relay.secret"}),
    )
    kept = traces.Traces(tmp_path)
    (tmp_path / "run").mkdir()
    for line in LINES:
        kept.note("worker", line)
    with sessions.begin() as session:
        make_campaign(session, recipients=3, name="Liebe Anna Schmidt")
        gates.close(session, GateScope.CHANNEL, "email", reason="Schmidt said so", by="anna@example.org")
    url = str(settings.database_url)
    door = Opened(hostile, Keys(b"a" * 32, b"s" * 32), url, redis_url, sync_engine(url), sessions)
    path = tmp_path / "bundle.zip"
    write(path, door)
    door.engine.dispose()
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name).decode() for name in parts.namelist()}


def test_nobody_and_no_secret_is_in_it(bundle: dict[str, str]) -> None:
    for name, said in bundle.items():
        for secret in SECRETS:
            assert secret.lower() not in said.lower(), (name, secret)
    assert ("a" * 32) not in str(bundle)
    assert (b"s" * 32).hex() not in str(bundle)


def test_what_helps_is_in_it(bundle: dict[str, str]) -> None:
    assert json.loads(bundle["check.json"])["holds"] is True
    assert json.loads(bundle["health.json"])["deliveries"] == {"pending": 3}
    settings = json.loads(bundle["settings.json"])
    assert settings["smtp_url"] == "set, smtp"
    assert settings["telegram_token"] == "set"
    assert settings["business"]["daily_limit_start"] == 1000
    assert json.loads(bundle["versions.json"])["postgresql"].startswith("18")
    errors = bundle["recent-errors.txt"]
    assert "warning channel_fault channel=email code=smtp.login_refused again_in_seconds=60" in errors
    assert "at core/services/events.py:41 record" in errors
    assert "worker ValueError\n" in errors
    assert "error job_failed job=drain" in errors


def test_what_is_away_is_said_and_the_rest_still_written(settings: config.Settings, tmp_path: Path) -> None:
    engine = sync_engine("postgresql://nobody@127.0.0.1:1/none")
    from core.database import make_sessions

    redis_url = "redis://127.0.0.1:1"
    door = Opened(settings, Keys(b"a" * 32, b"s" * 32), str(engine.url), redis_url, engine, make_sessions(engine))
    write(tmp_path / "bundle.zip", door)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as parts:
        assert json.loads(parts.read("check.json")) == {"fault": "OperationalError"}
        assert "recent-errors.txt" in parts.namelist()
