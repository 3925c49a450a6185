"""Real people never get letters whose links lead nowhere."""

import pytest

from channels.outside import outside
from config import load
from core.rules.outside import links_are_dead

REAL = "smtp://relay.example.org:587"
DATA = {"SENDBOTE_DATA": "/nowhere"}


@pytest.mark.parametrize(
    "public",
    [
        "",
        "http://127.0.0.1:8026",
        "https://localhost",
        "https://127.0.0.9",
        "https://[::1]:1",
        "http://news.example.org",
    ],
)
def test_over_a_real_relay_the_public_address_must_be_https_and_not_this_machine(public: str) -> None:
    settings = load(DATA | {"SENDBOTE_SMTP_URL": REAL, "SENDBOTE_PUBLIC_URL": public})
    assert links_are_dead(outside(settings))


def test_a_public_address_will_do() -> None:
    settings = load(DATA | {"SENDBOTE_SMTP_URL": REAL, "SENDBOTE_PUBLIC_URL": "https://news.example.org"})
    assert not links_are_dead(outside(settings))


@pytest.mark.parametrize("url", ["", "smtp://127.0.0.1:8028"])
def test_for_the_sandbox_any_address_will_do(url: str) -> None:
    assert not links_are_dead(outside(load(DATA | {"SENDBOTE_SMTP_URL": url})))


def test_a_server_on_this_machine_that_is_not_the_sandbox_is_real() -> None:
    assert links_are_dead(outside(load(DATA | {"SENDBOTE_SMTP_URL": "smtp://127.0.0.1:25"})))


def test_one_real_relay_among_several_is_enough() -> None:
    assert links_are_dead(outside(load(DATA | {"SENDBOTE_SMTP_URL": f"smtp://127.0.0.1:8028 {REAL}"})))
