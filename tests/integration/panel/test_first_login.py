"""The first login is shown once, by whoever starts the panel."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

import config
from admin.app import first_login
from core.database import Sessions


def said(settings: config.Settings, **environment: str) -> str:
    """What a panel says until it serves."""
    given = {
        "SENDBOTE_DATA": str(settings.data),
        "SENDBOTE_DATABASE_URL": settings.database_url or "",
        "SENDBOTE_PANEL_PORT": "0",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "panel"],
        env=os.environ | given | environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as panel:
        assert panel.stdout
        lines = ""
        while not lines.splitlines()[-1:] or not lines.splitlines()[-1].startswith("http://localhost:"):
            line = panel.stdout.readline()
            assert line, lines
            lines += line
        panel.terminate()
    return lines


def test_a_panel_alone_shows_the_first_login_at_its_first_start_only(
    settings: config.Settings, sessions: Sessions
) -> None:
    first = said(settings)
    assert "First login: admin@sendbote.local" in first
    assert "Password: " in first
    assert "Password" not in said(settings)


def test_under_a_supervisor_the_panel_leaves_it_to_that(
    settings: config.Settings, sessions: Sessions, app: Flask
) -> None:
    assert "Password" not in said(settings, SENDBOTE_SUPERVISED="yes")
    assert first_login(app) is not None


def test_two_that_start_at_once_make_one_login(app: Flask) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: first_login(app), range(4)))
    assert sum(login is not None for login in made) == 1
