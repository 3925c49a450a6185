"""The panel under its own host name, behind nginx with TLS, by the very file that we hand out."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

import config
from admin.app import create_app, first_login
from cli.panel import listening
from core.database import Sessions
from tests.integration.certificates import Authority
from tests.integration.panel.people import KEYS

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NAME = "panel.example.org"
OURS = Path(__file__).parents[3] / "deploy" / "nginx.conf"
FRAME = """daemon off; master_process off; pid {place}/pid; error_log {place}/error.log;
events {{}}
http {{ access_log off; client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;
uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
{servers} }}
"""


@dataclass
class Behind:
    port: int
    direct: int
    login: tuple[str, str]
    trust: ssl.SSLContext
    seen: list[dict[str, Any]]


@pytest.fixture
def behind(settings: config.Settings, sessions: Sessions, tmp_path: Path) -> Iterator[Behind]:
    if NGINX is None:
        pytest.skip("needs nginx")
    app = create_app(replace(settings, panel_url=f"https://{NAME}"), KEYS, sessions)
    login = first_login(app)
    assert login
    seen: list[dict[str, Any]] = []
    inner = app.wsgi_app

    def watched(environ: dict[str, Any], start: Any) -> Any:
        seen.append(environ)
        return inner(environ, start)

    app.wsgi_app = watched  # type: ignore[assignment, method-assign]
    server = listening(app, replace(settings, panel_url=f"https://{NAME}", panel_port=0))
    threading.Thread(target=_run, args=(server,), daemon=True).start()
    authority, port = Authority(tmp_path), _free_port()
    nginx = _nginx(tmp_path, authority, port, server.effective_port)
    try:
        trust = ssl.create_default_context(cafile=str(authority.ca))
        yield Behind(port, server.effective_port, login, trust, seen)
    finally:
        nginx.terminate()
        nginx.wait(10)
        server.close()


def test_people_log_in_by_tls_and_their_cookies_never_leave_it(behind: Behind) -> None:
    status, headers, page = ask(behind, "GET", "/login")
    assert status == 200
    cookies = [value for name, value in headers if name.lower() == "set-cookie"]
    assert cookies
    assert all("; Secure" in cookie and "; HttpOnly" in cookie for cookie in cookies)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    fields = {"csrf_token": token[1], "email": behind.login[0], "password": behind.login[1]}
    sent = {"Cookie": cookies[0].split(";")[0], "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"https://{NAME}", "Referer": f"https://{NAME}/login"}  # fmt: skip
    status, headers, _page = ask(behind, "POST", "/login", urlencode(fields), sent)
    assert status == 302
    location = dict(headers)["Location"]
    assert location.startswith(("/", f"https://{NAME}/"))
    assert behind.seen[-1]["wsgi.url_scheme"] == "https"


def test_the_browsers_address_is_the_proxys_word_and_not_its_own(behind: Behind) -> None:
    ask(behind, "GET", "/login", headers={"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"})
    assert behind.seen[-1]["REMOTE_ADDR"] == "127.0.0.9"
    assert behind.seen[-1]["wsgi.url_scheme"] == "https"


def test_without_tls_such_headers_count_for_nothing(settings: config.Settings, sessions: Sessions) -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.append(environ)
        start("200 OK", [])
        return [b""]

    server = listening(app, replace(settings, panel_port=0))  # type: ignore[arg-type]
    threading.Thread(target=_run, args=(server,), daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=10)
    connection.request("GET", "/", headers={"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"})
    assert connection.getresponse().status == 200
    connection.close()
    server.close()
    assert (seen[0]["REMOTE_ADDR"], seen[0]["wsgi.url_scheme"]) == ("127.0.0.1", "http")
    assert "HTTP_X_FORWARDED_FOR" not in seen[0]


def ask(
    behind: Behind, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, list[tuple[str, str]], str]:
    """By TLS, from an address of its own, to the panel's name."""
    plain = socket.create_connection(("127.0.0.1", behind.port), 20, source_address=("127.0.0.9", 0))
    connection = http.client.HTTPSConnection(NAME, timeout=20)
    connection.sock = behind.trust.wrap_socket(plain, server_hostname=NAME)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    said = answer.status, answer.getheaders(), answer.read().decode()
    connection.close()
    return said


def _nginx(place: Path, authority: Authority, port: int, panel: int) -> "subprocess.Popen[bytes]":
    certificate, key = authority.server(NAME)
    servers = OURS.read_text(encoding="utf-8").split("server {")
    (ours,) = ["server {" + server for server in servers if NAME in server and "listen" in server]
    ours = ours.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace(
        "127.0.0.1:8025", f"127.0.0.1:{panel}"
    )
    ours = ours.replace("127.0.0.1:8025", f"127.0.0.1:{panel}")
    ours = re.sub(r"(ssl_certificate) \S+;", rf"\1 {certificate};", ours)
    ours = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {key};", ours)
    (place / "nginx.conf").write_text(FRAME.format(place=place, servers=ours), encoding="utf-8")
    started = subprocess.Popen([str(NGINX), "-c", place / "nginx.conf", "-e", place / "error.log"])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return started
        assert started.poll() is None, (place / "error.log").read_text()
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


def _run(server: Any) -> None:
    """Until it is closed under its feet."""
    with suppress(OSError):
        server.run()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
