"""`sendbote operator`: who may do what, and codes that tie a Telegram chat to one of them."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import select

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.services import operators
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _
from texts.roles import role as role_name

app = typer.Typer(no_args_is_help=True, help=_("Say who may do what."))

Number = Annotated[int, typer.Argument(metavar="NUMBER", help=_("The operator's number."))]


@app.command("list", help=_("All operators."))
def list_(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "role": one.role,
                "state": one.state,
                "telegram": one.telegram_id is not None,
            }
            for one in session.scalars(select(Operator).order_by(Operator.id))
        ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>6}  {row['name']}  –  {role_name(str(row['role']))}")


@app.command(help=_("Make an operator."))
def create(name: str, role: Annotated[Role, typer.Option()] = Role.VIEWER, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        made = operators.create(session, name, role, BY)
        told = {"id": made.id, "name": made.name, "role": made.role}
    print_json(told) if as_json else print(_("Operator %(id)s, “%(name)s”, is there.", **told))


@app.command(help=_("A code for the bot: within ten minutes, once, as “/start CODE”."))
def code(number: Number, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        made = operators.new_link_code(session, number, BY, datetime.now(UTC))
    print_json({"code": made}) if as_json else print(f"/start {made}")


@app.command(help=_("Take all rights away, at once."))
def disable(number: Number) -> None:
    with opened() as door, door.sessions.begin() as session:
        disabled = operators.disable(session, number, BY)
        print(_("“%(name)s” may do nothing any more.", name=disabled.name))


@app.command(help=_("Give the rights back."))
def enable(number: Number) -> None:
    with opened() as door, door.sessions.begin() as session:
        enabled = operators.enable(session, number, BY)
        print(_("“%(name)s” may work again.", name=enabled.name))
