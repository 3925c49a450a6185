"""Which ports are chosen, and what the processes are told about them."""

import os
import socket
from pathlib import Path

import config
from cli.addresses import choose, hold_metrics
from cli.board import moved
from cli.child import pause_after
from cli.environment import environment


def settings(data: Path, **given: str) -> config.Settings:
    ports = dict.fromkeys(("PANEL", "PUBLIC", "SANDBOX", "SANDBOX_SMTP", "METRICS"), "0")
    named = {f"SENDBOTE_{name}_PORT": port for name, port in ports.items()}
    return config.load(
        {"SENDBOTE_DATA": str(data)} | named | {f"SENDBOTE_{name}": text for name, text in given.items()}
    )


def test_a_taken_port_is_named_with_its_holder_and_another_one_chosen(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        addresses, moves = choose(settings(tmp_path, PANEL_PORT=str(port)))
    assert addresses.panel_port != port
    assert addresses.panel == f"http://localhost:{addresses.panel_port}"
    (move,) = moves
    assert move.holder is not None
    assert str(os.getpid()) in move.holder
    assert f"Port {port} is taken" in moved(move)


def test_the_port_of_the_metrics_is_nobody_elses_from_the_moment_it_is_chosen(tmp_path: Path) -> None:
    with hold_metrics(settings(tmp_path)) as held:
        port = held.getsockname()[1]
        asked = settings(tmp_path, METRICS_PORT=str(port))
        with hold_metrics(asked) as next_one:
            moved_to = next_one.getsockname()[1]
            assert moved_to != port
            addresses, moves = choose(asked, moved_to)
    assert addresses.metrics_port == moved_to
    assert [(move.name, move.wanted, move.chosen) for move in moves] == [("metrics", port, moved_to)]


def test_the_sandbox_stands_in_for_a_mail_server_and_a_bot_that_nobody_named(tmp_path: Path) -> None:
    plain = settings(tmp_path)
    addresses, _moves = choose(plain)
    told = environment(plain, addresses, "postgresql://x", "unix:///y", "de")
    assert told["SENDBOTE_SMTP_URL"] == f"smtp://127.0.0.1:{addresses.sandbox_smtp_port}"
    assert told["SENDBOTE_TELEGRAM_API"] == f"http://127.0.0.1:{addresses.sandbox_port}"
    assert told["SENDBOTE_TELEGRAM_TOKEN"] == environment(plain, addresses, "", "", "de")["SENDBOTE_TELEGRAM_TOKEN"]
    assert told["SENDBOTE_LANGUAGE"] == "de"


def test_what_the_user_named_is_left_alone(tmp_path: Path) -> None:
    named = settings(tmp_path, SMTP_URL="smtp://mail.example.org:587", PUBLIC_URL="https://news.example.org")
    addresses, _moves = choose(named)
    told = environment(named, addresses, "postgresql://x", "unix:///y", "en")
    assert "SENDBOTE_SMTP_URL" not in told
    assert told["SENDBOTE_PUBLIC_URL"] == "https://news.example.org"
    assert "SENDBOTE_TELEGRAM_TOKEN" in told


def test_a_process_that_keeps_dying_rests_longer_each_time() -> None:
    assert [pause_after(deaths) for deaths in (1, 2, 3, 4, 5, 6, 60)] == [1, 2, 4, 8, 16, 30, 30]
