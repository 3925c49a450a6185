"""Those who may not be contacted: the lists, one entry's page with its release, and adding by hand."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from admin.access import by, may, needs
from admin.context import panel, reading, writing
from admin.views.lists import ListView
from admin.words import Formatter, ago, channel, held_on, say
from channels.known import KNOWN
from core.errors import Problem
from core.queries import suppressions as queries
from core.rules.suppression import BY_HAND, by_hand, releaser
from core.services import suppressions
from core.tables.suppression import Suppression
from core.vocabulary import Role, SuppressionList
from texts import N_, _, ngettext
from texts.suppression import LISTS, listed, meaning, releasing, source

pages = Blueprint("suppression", __name__, url_prefix="/do-not-contact")
WRONG_SHOWN = 20


class SuppressionListView(ListView):
    title = N_("Do not contact")
    intro = N_("Addresses and people whom no campaign reaches, and why.")
    searched = N_("Email address or number")
    list_template = "panel/suppression_list.html"
    row_page = "suppression.detail"
    new_page = "suppression.new"
    new_words = N_("Add addresses")
    empty_words = N_("Nobody is on this list.")
    column_list = ("who", "list", "channel", "source", "added_at")
    column_labels: ClassVar[dict[str, str]] = {
        "who": N_("Who"),
        "list": N_("List"),
        "channel": N_("Channel"),
        "source": N_("By"),
        "added_at": N_("Since"),
    }
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "who": lambda _v, _c, row, _n: who(g.named[row.id]),
        "list": lambda _v, _c, row, _n: listed(row.list),
        "channel": lambda _v, _c, row, _n: held_on(row),
        "source": lambda _v, _c, row, _n: source(row.source),
        "added_at": lambda _v, _c, row, _n: ago(row.added_at),
    }

    def tabs(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((name, _(words)) for name, words in LISTS.items()), ("released", _("Released"))]

    def rows(self, search: str | None) -> Select[Any]:
        only = self.only()
        released = Suppression.released_at.is_not(None)
        statement = select(Suppression).where(
            released if only == "released" else ~released, ~queries.beside_an_address()
        )
        if only in LISTS:
            statement = statement.where(Suppression.list == only)
        return statement.where(queries.matches(panel().address_keys(search))) if search else statement

    def get_list(self, *_: object, **__: object) -> tuple[None, list[Any]]:
        """The page's names and addresses come in two queries."""
        none, found = super().get_list()
        g.named = queries.named(reading(), found)
        return none, found


@pages.get("/<int:id>")
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    row = queries.get(reading(), id)
    named = queries.named(reading(), [row])[id]
    return render_template(
        "panel/suppression.html",
        row=row,
        named=named,
        who=who(named),
        list=listed(row.list),
        meaning=meaning(row.list, topic=row.topic),
        releasing=releasing(row.list),
        source=source(row.source),
        releasable=row.released_at is None and by_hand(row.list) and may(releaser(row.list)),
        history=queries.history(reading(), id),
    )


@pages.post("/<int:id>/release")
@needs(Role.EDITOR)
def release(id: int) -> ResponseReturnValue:  # noqa: A002
    row = queries.get(reading(), id)
    if not may(releaser(row.list)):
        abort(403)
    try:
        with writing() as session:
            suppressions.release(session, id, reason=request.form.get("reason", ""), by=by(), now=datetime.now(UTC))
    except Problem as problem:
        say(problem)
    else:
        flash(_("Released: campaigns that are launched from now on reach them again."), "done")
    return redirect(url_for("suppression.detail", id=id))


@pages.route("/new", methods=["GET", "POST"])
@needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """Put pasted addresses on a list; what is no address is named and stays in the form."""
    name, on = request.form.get("list", SuppressionList.GENERAL), request.form.get("channel", KNOWN[0].channel)
    entries = request.form.get("entries", "")
    if request.method == "POST":
        try:
            done = _add(name, on, entries)
        except Problem as problem:
            say(problem)
        else:
            _tell(done)
            if not done.wrong:
                return redirect(url_for("suppressions.index_view", only=name))
            entries = "\n".join(done.wrong)
    return render_template(
        "panel/suppression_form.html",
        lists=[(one.value, listed(one), meaning(one)) for one in SuppressionList if one in BY_HAND],
        channels=[(traits.channel, channel(traits.channel)) for traits in KNOWN],
        name=name,
        on=on,
        entries=entries,
    )


def who(named: queries.Named) -> str:
    """The address, or the name; where only a hash is left, that nobody knows it any more."""
    return named.address or named.name or (f"#{named.contact_id}" if named.contact_id else _("An address not kept"))


def _add(name: str, on: str, entries: str) -> suppressions.Listed:
    if name not in BY_HAND or on not in {traits.channel for traits in KNOWN}:
        abort(400)
    with writing() as session:
        return suppressions.add(
            session,
            SuppressionList(name),
            on,
            entries.replace(",", "\n").replace(";", "\n").splitlines(),
            key=panel().keys.addresses,
            country=panel().settings.default_country,
            by=by(),
        )


def _tell(done: suppressions.Listed) -> None:
    said = ngettext("%(added)s address was added.", "%(added)s addresses were added.", done.added, added=done.added)
    if done.already:
        said += " " + _("%(already)s were on the list already.", already=done.already)
    flash(said, "done")
    if done.wrong:
        shown = ", ".join(done.wrong[:WRONG_SHOWN]) + (" …" if len(done.wrong) > WRONG_SHOWN else "")
        flash(_("This is no address of the channel, and was left out: %(wrong)s", wrong=shown), "problem")
