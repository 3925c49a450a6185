"""What stands beside a message's text, put there in the panel's editor."""

from io import BytesIO

from flask import Flask

from channels.email.press import press
from core.database import Sessions
from core.queries import templates as queries
from core.services import templates
from core.vocabulary import Role
from tests.integration.panel.people import Person, somebody
from tests.integration.test_beside import PDF, jpeg


def made(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return templates.create(session, press, name="Spring", kind="short", subject="", source="Hi", by="t").id


def test_a_picture_buttons_and_an_approved_template_are_put_and_taken_away(
    administrator: Person, sessions: Sessions
) -> None:
    letter = made(sessions)
    assert "No picture and no file." in administrator.get(f"/templates/{letter}").text
    lines = {"buttons": "Shop = https://shop.example/\r\nMore", "approved": f"HX{'a' * 32}", "variables": "1 = Ada"}
    administrator.post(f"/templates/{letter}/beside", file=(BytesIO(jpeg()), "spring.jpg"), **lines)
    page = administrator.get(f"/templates/{letter}").text
    with sessions() as session:
        extras = queries.get(session, letter).extras
    name = extras["picture"].removeprefix("/i/")
    assert f'src="/pictures/{name}"' in page
    assert administrator.get(f"/pictures/{name}").mimetype == "image/jpeg"
    assert administrator.get("/pictures/another.jpg").status_code == 404
    assert [button["text"] for button in extras["buttons"]] == ["Shop", "More"]
    assert extras["content_variables"] == {"1": "Ada"}
    administrator.post(f"/templates/{letter}/beside", nothing="yes")
    with sessions() as session:
        assert queries.get(session, letter).extras == {}


def test_a_file_goes_as_it_is_and_what_cannot_go_changes_nothing(administrator: Person, sessions: Sessions) -> None:
    letter = made(sessions)
    administrator.post(f"/templates/{letter}/beside", file=(BytesIO(PDF), "Prices.pdf"))
    assert "Prices.pdf" in administrator.get(f"/templates/{letter}").text
    administrator.post(f"/templates/{letter}/beside", file=(BytesIO(b"GIF?"), "broken.png"))
    administrator.post(f"/templates/{letter}/beside", buttons="Shop = javascript:alert(1)")
    page = administrator.get(f"/templates/{letter}").text
    assert "is no button" in page
    assert "Prices.pdf" in page


def test_whoever_may_only_look_puts_nothing(app: Flask, administrator: Person, sessions: Sessions) -> None:
    letter = made(sessions)
    viewer = somebody(app, Role.VIEWER)
    assert viewer.post(f"/templates/{letter}/beside", buttons="Shop").status_code == 403
    assert "Picture or file" not in viewer.get(f"/templates/{letter}").text
