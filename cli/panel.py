"""`sendbote panel`: serves the panel on this machine, under the name `localhost`."""

import typer
from waitress import create_server

from cli.context import opened
from config.checks import BadSetting
from texts import _

app = typer.Typer(add_completion=False)
THREADS = 8


@app.command(help=_("Serve the panel."))
def panel() -> None:
    """Run until it is interrupted; prints the first login once, when there was none."""
    from admin.app import create_app, first_login

    with opened() as door:
        web = create_app(door.settings, door.keys, door.sessions)
        login = first_login(web)
        if login is not None:
            print(_("First login: %(email)s, password: %(password)s", email=login[0], password=login[1]), flush=True)
        try:
            server = create_server(web, host="127.0.0.1", port=door.settings.panel_port, threads=THREADS, ident=None)
        except OSError:
            raise BadSetting("SENDBOTE_PANEL_PORT", "port_taken", port=door.settings.panel_port) from None
        print(f"http://localhost:{server.effective_port}", flush=True)
        server.run()
