"""The panel in a real browser: its own scripts run under the strict policy, and nothing else does."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine
from waitress import create_server

import config
import embedded
from admin.app import create_app, first_login
from config.keys import Keys
from core import database, migrations
from core.services import import_runs, segments
from core.tables.contacts import Contact, Identity
from tests.integration.campaign_factory import NOON

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")
KEYS = Keys(addresses=b"a" * 32, signing=b"s" * 32)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with embedded.running(tmp_path_factory.mktemp("panel"), durable=False) as servers:
        assert servers.database_url
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE panel")
        engine = database.sync_engine(servers.database_url.replace("/sendbote?", "/panel?"))
        migrations.upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def panel(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Address, email and password of a panel that runs, with two contacts in it."""
    sessions = database.make_sessions(engine)
    settings = config.load({"SENDBOTE_DATA": str(tmp_path_factory.mktemp("data"))})
    with sessions.begin() as session:
        for number, name in enumerate(("Ada", "Bea"), 1):
            contact = Contact(first_name=name, country="AT" if number == 1 else "DE", attributes={})
            session.add(contact)
            session.flush()
            session.add(
                Identity(
                    contact_id=contact.id,
                    channel="email",
                    address=f"{name}@example.org",
                    address_key=bytes([number] * 16),
                )
            )
        segments.create_dynamic(session, name="Everybody", expression={"all": []}, by="system")
    app = create_app(settings, KEYS, sessions)
    login = first_login(app)
    assert login
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://localhost:{server.effective_port}", *login
    server.close()
    thread.join(5)


@pytest.fixture(scope="module")
def page(panel: tuple[str, str, str]) -> Iterator[Page]:
    """A page that is logged in; whatever the browser complains about fails the test that caused it."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here: on Debian, `apt-get install chromium` brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_context(base_url=panel[0], locale="en-GB").new_page()
        page.set_default_timeout(10_000)
        page.goto("/login")
        page.fill("#email", panel[1])
        page.fill("#password", panel[2])
        page.click("text='Log in' >> nth=-1")
        page.wait_for_url("**/campaigns/")
        yield page
        browser.close()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(message: object) -> None:
        heard.append(str(message))

    page.on("pageerror", hear)
    yield heard
    page.remove_listener("pageerror", hear)
    assert heard == []


def test_rules_are_counted_as_they_are_put_together(page: Page, complaints: list[str]) -> None:
    page.goto("/segments/new")
    page.fill("#name", "Austrians")
    page.fill("[name=value]", "AT")
    page.click("#count")
    page.wait_for_selector("text=1 contacts")
    page.click("#add")
    page.select_option(".rule >> nth=1 >> [name=what]", "has_channel")
    page.click("text=Save segment")
    page.wait_for_selector("h1:has-text('Austrians')")
    page.wait_for_selector("text=Can be reached")


def test_a_letter_is_shown_as_a_contact_gets_it(page: Page, complaints: list[str]) -> None:
    page.goto("/templates/new?kind=html")
    page.fill("#subject", "For {{ first_name }}")
    page.fill("#source", "<p id='hello'>Hello {{ first_name }}</p><script>parent.hacked = 1</script>")
    page.fill("#contact", "Bea")
    page.wait_for_selector("#shown-subject:has-text('For Bea')")
    page.frame_locator("iframe").locator("#hello:has-text('Hello Bea')").wait_for()
    assert page.evaluate("window.hacked") is None


def test_the_preview_is_as_wide_as_a_desktop_or_a_phone_whatever_room_it_has(page: Page, complaints: list[str]) -> None:
    page.goto("/templates/new?kind=html")
    page.fill("#subject", "Hello")
    page.fill("#source", "<p id='hello'>Hello</p>")
    frame, room = page.locator("#device iframe"), page.locator("#device")
    page.frame_locator("#device iframe").locator("#hello").wait_for()
    drawn, given = frame.bounding_box(), room.bounding_box()
    assert drawn is not None
    assert given is not None
    assert frame.evaluate("shown => shown.clientWidth") >= 680 > given["width"] >= drawn["width"]
    page.click("[data-device=phone]")
    assert frame.evaluate("shown => shown.clientWidth") <= 390


def test_a_letter_that_cannot_work_is_marked_at_its_line(page: Page, complaints: list[str]) -> None:
    page.goto("/templates/new?kind=text")
    page.fill("#subject", "Hi")
    page.fill("#source", "one\n{{ nobody }}\nthree")
    page.wait_for_selector("#wrong:has-text('Line 2')")
    assert page.inner_text("#lines b").strip() == "2"


def test_a_short_message_is_counted_while_it_is_typed(page: Page, complaints: list[str]) -> None:
    page.goto("/templates/new?kind=short")
    page.fill("#source", "Spring is here")
    page.wait_for_selector("#parts:has-text('One part')")
    page.fill("#source", "Spring is here \u4f60")
    page.wait_for_selector("#parts:has-text('UCS-2')")
    page.wait_for_selector("#shown-text:has-text('Spring is here')")
    assert page.locator("#device").is_hidden()
    assert page.locator("[data-look]").count() == 0


def test_a_file_that_is_no_picture_is_refused_where_it_was_chosen(
    page: Page, complaints: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "holiday.png"
    path.write_text("no picture")
    page.goto("/templates/new?kind=blocks")
    page.fill("#subject", "Hi")
    page.select_option("#blocks select.insert >> nth=0", "picture")
    page.set_input_files(".block input[type=file] >> nth=0", path)
    page.wait_for_selector(".block .wrong:not(:empty)")
    page.fill("#subject", "Hi again")
    page.wait_for_selector("#shown-subject:has-text('Hi again')")
    assert page.inner_text(".block .wrong >> nth=0").strip()


def test_a_campaign_without_a_letter_says_so_before_the_launch(page: Page, complaints: list[str]) -> None:
    page.goto("/campaigns/new")
    page.fill("#name", "Autumn")
    page.click("text=Next: recipients")
    page.check("[name=include] >> nth=0")
    page.click("text=Next: letter and sender")
    page.wait_for_selector("h2:has-text('Sender')")
    number = page.url.split("/")[-2]
    page.goto(f"/campaigns/{number}/check")
    page.wait_for_selector("text=has no letter yet")


def test_a_file_is_tried_and_imported_while_the_page_tells_how_far(
    page: Page, complaints: list[str], engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("E-Mail;Vorname\ncleo@example.org;Cleo\nnobody;<b>Dora</b>\n")
    page.goto("/imports/new")
    page.set_input_files("#file", path)
    page.click("text='Upload'")
    page.wait_for_selector("text=What each column means")
    page.click("text=Try it without changing anything")
    page.wait_for_selector("text=Waiting for a worker")
    sessions = database.make_sessions(engine)
    for button, told in (("Import", "Import this now?"), (None, "The file is imported.")):
        import_runs.run_asked(
            sessions, 1, key=KEYS.addresses, country="DE", holder="worker", now=NOON, stop=lambda: False
        )
        page.wait_for_selector(f"text={told}")
        if button:
            page.wait_for_selector("text=“nobody” is not an email address.")
            page.click(f"button:has-text('{button}')")
    page.goto("/contacts/?search=cleo")
    page.wait_for_selector("text=cleo@example.org")


def test_whoever_is_logged_out_elsewhere_goes_on_where_they_were(
    page: Page, panel: tuple[str, str, str], complaints: list[str]
) -> None:
    page.goto("/segments/new?kind=static")
    page.fill("#name", "Typed before the logout")
    elsewhere = page.context.new_page()
    elsewhere.goto("/contacts/")
    elsewhere.click("text='Log out'")
    elsewhere.wait_for_url("**/login*")
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_selector("text=You have been logged out.")
    elsewhere.fill("#email", panel[1])
    elsewhere.fill("#password", panel[2])
    elsewhere.click("text='Log in' >> nth=-1")
    elsewhere.wait_for_url("**/campaigns/")
    elsewhere.close()
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_selector("#logged-out", state="hidden")
    page.click("text=Save segment")
    page.wait_for_selector("h1:has-text('Typed before the logout')")


def test_a_second_press_while_the_first_is_on_its_way_does_nothing(page: Page, complaints: list[str]) -> None:
    page.goto("/segments/new?kind=static")
    page.fill("#name", "Pressed twice")
    page.dblclick("text=Save segment")
    page.wait_for_selector("h1:has-text('Pressed twice')")
    page.goto("/segments/?search=Pressed")
    assert page.locator("td:has-text('Pressed twice')").count() == 1


def test_no_page_is_wider_than_a_phone(page: Page, complaints: list[str]) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for path in (
        "/campaigns/",
        "/contacts/",
        "/contacts/1",
        "/segments/1",
        "/segments/new",
        "/settings/",
        "/settings/topics/",
        "/style",
        "/do-not-contact/",
        "/do-not-contact/new",
        "/imports/1",
        "/operators/1",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.set_viewport_size({"width": 1280, "height": 800})
