"""`sendbote consent`: bring in consents that were given elsewhere, and ask one person once more."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from channels.consent import ConsentWording
from cli.contacts import Who, contact_named
from cli.context import opened
from cli.finding import found
from cli.importing import Order, bring_in, chosen
from cli.output import BY, AsJson
from core.rules.consent_rows import FIELDS
from core.services import asking, imports
from core.tables.campaigns import SenderRow
from core.vocabulary import CHANNEL_EMAIL, ImportKind
from texts import _

app = typer.Typer(no_args_is_help=True, help=_("Consents given elsewhere, and asking for consent once more."))


@app.command("import", help=_("Record consents given elsewhere, with their date, source and text. Tried first."))
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    columns: Annotated[
        list[str],
        typer.Option(
            "--column",
            "-c",
            metavar="COLUMN=MEANING",
            help=_("What a column means: address, date, source, text, channel, language, or nothing to leave it out."),
        ),
    ] = [],  # noqa: B006 - Typer reads it and changes nothing
    source: Annotated[str, typer.Option(help=_("Where they were given, for rows that do not say it."))] = "",
    text: Annotated[str, typer.Option(help=_("What was agreed to, for rows that do not say it."))] = "",
    channel: Annotated[str, typer.Option(help=_("For which channel, for rows that do not say it."))] = CHANNEL_EMAIL,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Record them; else it is only tried."))] = False,
    refused: Annotated[Path | None, typer.Option(help=_("Write the refused rows here, each with the reason."))] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        proposal = imports.proposal(path, ImportKind.CONSENTS)
        mapping = chosen(proposal.columns, proposal.mapping, columns, FIELDS)
        usual = {"source": source, "text": text, "channel": channel}
        order = Order(path, ImportKind.CONSENTS, proposal.columns, mapping, usual)
        bring_in(door, order, refused=refused, yes=yes, as_json=as_json)


@app.command(help=_("Ask one person for consent, whether they were asked before or not."))
def ask(
    who: Who,
    sender: Annotated[str, typer.Option(help=_("The sender's number or name."))],
    channel: Annotated[str, typer.Option(help=_("The channel: email, sms, telegram, whatsapp …"))] = CHANNEL_EMAIL,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        asking.ask_again(
            session,
            contact_named(session, door, who),
            channel=channel,
            sender_id=found(session, SenderRow, sender).id,
            press=ConsentWording(door.settings.language),
            by=BY,
            now=datetime.now(UTC),
        )
    print(_("The request is on its way. What waits for the answer goes as soon as it is yes."))
