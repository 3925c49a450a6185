"""The panel, asked by a browser without eyes: who gets in, who may do what, and whether each page shows its rows."""

import re
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, update

from admin.app import first_login
from channels.email.press import press
from core.database import Sessions
from core.services import templates
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Delivery
from core.vocabulary import CampaignState, Role
from tests.integration.panel.people import HOME, ORIGIN, Person, somebody


def test_every_page_but_the_login_needs_one(app: Flask) -> None:
    stranger, moves = Person(app), {"campaign.move": "pause", "series.move": "pause", "operator.move": "enable"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("static", "security.login") or "static" in rule.endpoint:
            continue
        words = {"move": moves.get(rule.endpoint), "decision": "retry"}
        values = {name: words.get(name, 1) for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))
        answer = stranger.get(path) if "GET" in (rule.methods or ()) else stranger.post(path, token_from="/login")
        assert answer.status_code in (302, 401), (rule.endpoint, answer.status_code)
        if answer.status_code == 302:
            assert answer.location.startswith("/login")


def test_a_script_of_a_page_is_told_that_its_login_has_ended(app: Flask) -> None:
    answer = Person(app).client.post(
        "/templates/check", base_url=HOME, headers={**ORIGIN, "Accept": "application/json"}
    )
    assert answer.status_code == 401
    assert answer.json == {
        "problem": "Nothing was changed. Log in again, and go back: most of what you typed is still there."
    }


def test_the_first_administrator_is_made_once(app: Flask) -> None:
    assert first_login(app) is not None
    assert first_login(app) is None


def test_a_wrong_password_lets_nobody_in_and_guessing_is_slowed_down(app: Flask) -> None:
    login = first_login(app)
    assert login
    guesser = Person(app)
    answers = [guesser.log_in(login[0], f"wrong password {number}").status_code for number in range(11)]
    assert answers == [200] * 10 + [429]
    assert guesser.log_in(*login).status_code == 429


def test_a_new_password_ends_other_sessions(app: Flask) -> None:
    login = first_login(app)
    assert login
    here, elsewhere = Person(app), Person(app)
    here.log_in(*login)
    elsewhere.log_in(*login)
    new = "an entirely new password"
    changed = here.post("/password", password=login[1], new_password=new, new_password_confirm=new)
    assert changed.status_code == 302
    assert here.get("/contacts/").status_code == 200
    assert elsewhere.get("/contacts/").status_code == 302


def test_a_form_without_its_token_changes_nothing(administrator: Person, draft: int, sessions: Sessions) -> None:
    path = f"/campaigns/{draft}/cancel"
    assert administrator.client.post(path, base_url=HOME, headers=ORIGIN).status_code == 400
    with sessions() as session:
        assert session.get_one(Campaign, draft).state == CampaignState.DRAFT


@pytest.mark.parametrize(
    "path",
    [
        "/style",
        "/contacts/",
        "/contacts/?search=ada@example.org",
        "/contacts/?search=Love",
        "/contacts/1",
        "/segments/",
        "/segments/new",
        "/segments/new?kind=static",
        "/segments/1",
        "/segments/1/edit",
        "/templates/",
        "/templates/new?kind=mjml",
        "/templates/1",
        "/campaigns/",
        "/campaigns/new",
        "/campaigns/1/name",
        "/campaigns/1/audience",
        "/campaigns/1/letter",
        "/campaigns/1/check",
        "/campaigns/1/recipients",
        "/imports/",
        "/imports/new",
        "/do-not-contact/",
        "/do-not-contact/?only=complaints",
        "/do-not-contact/new",
        "/operators/1",
        "/operators/",
        "/operators/new",
        "/settings/",
        "/password",
    ],
)
def test_each_page_shows_itself(administrator: Person, draft: int, path: str) -> None:
    answer = administrator.get(path)
    assert answer.status_code == 200
    assert "<b>Lovelace" not in answer.text
    assert "style=" not in re.sub(r"<textarea.*?</textarea>", "", answer.text, flags=re.S)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "bootstrap" not in answer.text


def test_a_launch_is_bound_to_what_was_confirmed(administrator: Person, draft: int, sessions: Sessions) -> None:
    page = administrator.get(f"/campaigns/{draft}/check").text
    found = re.search(r'name="confirmation" value="([^"]+)"', page)
    assert found
    with sessions.begin() as session:
        session.execute(update(Campaign).values(version=Campaign.version + 1))
    administrator.post(f"/campaigns/{draft}/launch", confirmation=found[1])
    with sessions() as session:
        assert session.get_one(Campaign, draft).state == CampaignState.DRAFT
    assert "confirm again" in administrator.get(f"/campaigns/{draft}/check").text


def test_a_launched_campaign_shows_figures_and_can_be_paused(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    page = administrator.get(f"/campaigns/{draft}/check").text
    found = re.search(r'name="confirmation" value="([^"]+)"', page)
    assert found
    assert administrator.post(f"/campaigns/{draft}/launch", confirmation=found[1]).location == f"/campaigns/{draft}"
    assert administrator.get(f"/campaigns/{draft}").status_code == 200
    live = administrator.get(f"/campaigns/{draft}/live", Accept="application/json").get_json()
    assert live["live"]
    administrator.post(f"/campaigns/{draft}/pause")
    with sessions() as session:
        assert session.get_one(Campaign, draft).state == CampaignState.PAUSED


def test_those_in_doubt_are_decided_about(administrator: Person, draft: int, sessions: Sessions) -> None:
    page = f"/campaigns/{draft}"
    with sessions.begin() as session:
        origin = Origin(kind="campaign", channel="email", purpose="marketing", campaign_id=draft, open=False)
        session.add(origin)
        session.flush()
        session.execute(update(Campaign).values(state=CampaignState.SENT, origin_id=origin.id))
        session.add(Delivery(origin_id=origin.id, contact_id=1, channel="email", state="in_doubt", reason="in_doubt"))
    shown = administrator.get(page).text
    assert "may or may not have got it" in shown
    assert "Some of them may get it twice" in shown
    assert administrator.post(f"{page}/doubts/failed", token_from=page).status_code == 302
    assert "1 recipient counts as failed." in administrator.get(page).text
    with sessions() as session:
        assert session.scalar(select(Delivery.state)) == "failed"


def test_roles_hold(app: Flask, draft: int, sessions: Sessions) -> None:
    viewer, editor = somebody(app, Role.VIEWER), somebody(app, Role.EDITOR)
    assert viewer.get("/campaigns/").status_code == 200
    assert viewer.get("/campaigns/new").status_code == 403
    assert viewer.get("/settings/").status_code == 403
    assert viewer.get("/operators/").status_code == 403
    assert viewer.post(f"/campaigns/{draft}/launch", confirmation="x").status_code == 403
    assert editor.get(f"/campaigns/{draft}/check").status_code == 200
    assert editor.post(f"/campaigns/{draft}/launch", confirmation="x").status_code == 403
    assert editor.post("/operators/new", name="x", email="x@sendbote.test", role="administrator").status_code == 403
    with sessions() as session:
        assert session.scalars(select(Campaign.state)).all() == [CampaignState.DRAFT]


def test_flask_admins_own_ways_of_writing_are_shut(administrator: Person, draft: int) -> None:
    for path in ("/contacts/new/", "/contacts/edit/?id=1", "/contacts/details/?id=1", "/contacts/export/csv/"):
        assert administrator.get(path).status_code in (302, 403, 404)
    for path in ("/contacts/delete/", "/contacts/ajax/update/", "/contacts/action/", "/contacts/new/"):
        assert administrator.post(path, id="1", action="delete", rowid="1").status_code == 403


def test_a_segment_is_made_from_rules_and_told_in_words(administrator: Person, draft: int) -> None:
    answer = administrator.post(
        "/segments/new", name="Austrians", kind="dynamic", joined="all", what="field:country", how="eq", value="AT"
    )
    assert answer.status_code == 302
    assert "“AT”" in administrator.get(answer.location).text


def test_a_rule_without_a_value_is_refused_and_kept(administrator: Person) -> None:
    answer = administrator.post(
        "/segments/new", name="Austrians", kind="dynamic", joined="all", what="field:country", how="eq", value=""
    )
    assert answer.status_code == 200
    assert "Rule 1 cannot be used" in answer.text
    assert "Austrians" in answer.text


def test_a_letter_that_cannot_work_is_refused_with_its_line_and_kept(administrator: Person) -> None:
    source = "Hello\n{{ nosuchthing }}"
    answer = administrator.post("/templates/new", name="Bad", kind="text", subject="Hi", language="en", source=source)
    assert answer.status_code == 200
    assert "Line 2" in answer.text
    assert 'data-line="2"' in answer.text
    assert "nosuchthing" in answer.text


def test_a_preview_runs_nothing(administrator: Person, draft: int) -> None:
    answer = administrator.post(
        "/templates/preview",
        kind="html",
        subject="Hi",
        language="en",
        source="<p>Hi {{ first_name }}</p>",
        contact="C-1",
    )
    assert "Hi Ada" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_strange_host_is_refused(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/login", base_url="http://evil.example").status_code == 400
    assert client.get("/login", base_url="http://127.0.0.1:8025").location == "http://localhost:8025/login"


def test_german_speakers_are_asked_in_the_language_of_their_choice(administrator: Person) -> None:
    administrator.post("/language", language="de")
    assert '<html lang="de">' in administrator.get("/style").text


def test_a_file_goes_with_a_letter_until_it_is_taken_away(administrator: Person, sessions: Sessions) -> None:
    with sessions.begin() as session:
        made = templates.create(session, press, name="Offer", kind="text", subject="Hi", source="Hi", by="t").id
    administrator.post(f"/templates/{made}/attachments", file=(BytesIO(b"%PDF-1.7"), "Prices.pdf"))
    page = administrator.get(f"/templates/{made}").text
    assert "Prices.pdf" in page
    refused = administrator.post(f"/templates/{made}/attachments", file=(BytesIO(b"MZ"), "run.exe"))
    assert "cannot go with a letter" in administrator.get(refused.location).text
    administrator.post(f"/templates/{made}/attachments/1/remove")
    assert "Prices.pdf" not in administrator.get(f"/templates/{made}").text
