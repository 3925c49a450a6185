"""`sendbote topic`: what campaigns are about, so that customers can leave one topic and keep the others."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.queries import topics as queries
from core.services import topics
from core.tables.topics import Topic
from texts import _

app = typer.Typer(no_args_is_help=True, help=_("Topics that customers may leave one by one."))
Key = Annotated[str, typer.Argument(help=_("The topic's key, such as offers; it stays for ever."))]
English = Annotated[str, typer.Option("--en", help=_("Its name in English."))]
German = Annotated[str, typer.Option("--de", help=_("Its name in German."))]


@app.command(help=_("Make a topic."))
def create(key: Key, en: English, de: German, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        said = _told(topics.create(session, key, name_en=en, name_de=de, by=BY))
    print_json(said) if as_json else print(_("Topic “%(key)s” is there.", key=said["key"]))


@app.command("list", help=_("All topics."))
def list_(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rows = [_told(one) for one in queries.every(session)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['key']:<20}  {row['en']} / {row['de']}" + ("  " + _("(archived)") if row["archived"] else ""))
    if not rows:
        print(_("There are none: whoever unsubscribes leaves all."))


@app.command(help=_("Change a topic's names; its key stays."))
def rename(key: Key, en: English, de: German, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        said = _told(topics.rename(session, key, name_en=en, name_de=de, by=BY))
    print_json(said) if as_json else print(_("Renamed."))


@app.command(help=_("Offer a topic no more; what customers have said of it still holds."))
def archive(
    key: Key,
    back: Annotated[bool, typer.Option("--back", help=_("Offer it again."))] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        said = _told(topics.archive(session, key, by=BY, now=datetime.now(UTC), back=back))
    print_json(said) if as_json else print(_("Offered again.") if back else _("Archived."))


def _told(topic: Topic) -> dict[str, object]:
    return {"key": topic.key, "en": topic.name_en, "de": topic.name_de, "archived": topic.archived_at is not None}
