"""`sendbote returns`: what has come back, by which way, and whether the mailbox for it can be read."""

from dataclasses import asdict
from datetime import UTC, datetime

import typer

from channels.email.place import parse_place
from channels.hooks import HOOKS
from cli.context import opened
from cli.output import AsJson, print_json
from core.errors import Invalid
from core.queries import mailboxes
from texts import _, ngettext
from texts.problems import sentence
from texts.returns import bounce_class, kind, way

app = typer.Typer(no_args_is_help=True, help=_("Show what has come back, and try the mailbox that it comes to."))


@app.command(help=_("What came back in the last 30 days, and how the mailbox is."))
def show(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        url = door.settings.returns_url
        row = mailboxes.get(session, parse_place(url).name) if url else None
        found = mailboxes.came_back(session, HOOKS, datetime.now(UTC))
        health = {"named": url is not None, "read_at": row and row.read_at, "problem": row and row.problem}
        problem = sentence(row.problem, row.params) if row and row.problem else None
    if as_json:
        print_json({"mailbox": health, "came_back": [asdict(one) for one in found]})
        return
    if url is None:
        print(_("No mailbox is named (SENDBOTE_RETURNS_URL): what comes back by mail is not read."))
    else:
        print(problem or _("The mailbox was last read at %(at)s.", at=health["read_at"] or "–"))
    for one in found:
        print(f"{one.count:>8}  {way(one.way)}  {kind(one.kind)}  {bounce_class(one.bounce)}".rstrip())
        if one.known < one.count:
            print(" " * 10 + _("%(count)s of them name no letter of ours", count=one.count - one.known))


@app.command(help=_("Log in to the mailbox and count what is in it; nothing is changed."))
def check() -> None:
    # Loaded here alone: the other commands need no IMAP.
    from channels.email.mailbox import Mailbox

    with opened() as door:
        if door.settings.returns_url is None:
            raise Invalid("imap.bad_url")
        with Mailbox(parse_place(door.settings.returns_url)) as mailbox:
            print(
                ngettext(
                    "The mailbox can be read; %(n)s message is in it.",
                    "The mailbox can be read; %(n)s messages are in it.",
                    len(mailbox.after(0)),
                )
            )
