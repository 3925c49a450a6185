"""`sendbote panel`: serves the panel on this machine, under the name `localhost`."""

import os
from typing import Any

import typer
from flask import Flask
from waitress import create_server

from cli.context import opened
from cli.first_login import FirstLogin, first_login
from config import Settings
from config.checks import BadSetting
from metrics.serving import serve as serve_metrics
from texts import _

app = typer.Typer(add_completion=False)
THREADS = 8


@app.command(help=_("Serve the panel."))
def panel() -> None:
    """Run until it is interrupted; shows the first login, unless that is the business of `sendbote up`."""
    from admin.app import create_app

    with opened() as door:
        serve_metrics(door.settings.data, "panel")
        web = create_app(door.settings, door.keys, door.sessions)
        if "SENDBOTE_SUPERVISED" not in os.environ:
            _show(first_login(door))
        try:
            server = listening(web, door.settings)
        except OSError:
            raise BadSetting("SENDBOTE_PANEL_PORT", "port_taken", port=door.settings.panel_port) from None
        print(f"http://localhost:{server.effective_port}", flush=True)
        server.run()


def listening(app: Flask, settings: Settings) -> Any:
    """The panel's server. Behind TLS a proxy of this machine says who asks and by which scheme; nobody else may."""
    behind: dict[str, object] = {"clear_untrusted_proxy_headers": True}
    if (settings.panel_url or "").startswith("https:"):
        headers = {"x-forwarded-for", "x-forwarded-proto"}
        behind |= {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": headers, "trusted_proxy_count": 1}
    return create_server(app, host="127.0.0.1", port=settings.panel_port, threads=THREADS, ident=None, **behind)


def _show(login: FirstLogin | None) -> None:
    if login is not None:
        print(_("First login: %(name)s", name=login.name))
        print(
            _("Password: %(password)s (shown this once: change it after the login)", password=login.password),
            flush=True,
        )
