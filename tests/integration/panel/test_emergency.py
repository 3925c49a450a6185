"""Stopping everything from the panel."""

import pytest
from flask import Flask

from core.database import Sessions
from core.queries import gates
from core.services import emergency
from core.vocabulary import GateScope, Role
from tests.integration.panel.people import somebody


def stopped(sessions: Sessions) -> bool:
    with sessions() as session:
        return gates.standing(session, GateScope.ACCOUNT, emergency.KEY) is not None


def test_one_press_stops_everything_and_another_lets_it_go_on(app: Flask, sessions: Sessions) -> None:
    launcher = somebody(app, Role.LAUNCHER)
    assert "Stop everything" in launcher.get("/campaigns/").text
    assert launcher.post("/emergency/stop").status_code == 302
    assert launcher.post("/emergency/stop").status_code == 302
    assert stopped(sessions)
    assert "Everything is stopped" in launcher.get("/campaigns/").text
    launcher.post("/emergency/go-on")
    assert not stopped(sessions)


@pytest.mark.parametrize("move", ["stop", "go-on"])
def test_it_takes_the_right_to_launch(app: Flask, sessions: Sessions, move: str) -> None:
    editor = somebody(app, Role.EDITOR)
    assert "Stop everything" not in editor.get("/campaigns/").text
    assert editor.post(f"/emergency/{move}").status_code == 403
    assert not stopped(sessions)
