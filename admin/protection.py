"""What every answer carries and every request must bring: headers, a known host, a token on each form."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from config import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def protect(app: Flask, settings: Settings) -> None:
    CSRFProtect(app)
    names = _names(settings)

    def check_host() -> ResponseReturnValue | None:
        name = (urlsplit(f"//{request.host}").hostname or "").lower()
        if name in names:
            return None
        if name == "127.0.0.1" and request.method == "GET":
            return redirect(request.url.replace("127.0.0.1", "localhost", 1))
        return abort(400)

    app.before_request(check_host)
    app.after_request(_headers)


def _names(settings: Settings) -> frozenset[str]:
    """The hosts by which the panel may be called; 127.0.0.1 is the public pages' and leads to localhost."""
    own = urlsplit(settings.panel_url).hostname if settings.panel_url else None
    return frozenset({"localhost", own.lower()} if own else {"localhost"})


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
