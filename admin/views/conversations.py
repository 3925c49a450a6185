"""Conversations with customers in the panel: who wrote, what was said, and a box to answer in."""

import asyncio
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.uploads import PICTURES, picture_or_file
from channels.known import CHANNELS
from channels.twilio.account import account
from channels.twilio.media import fetched
from core.errors import Problem
from core.queries import attachments, campaigns, desk
from core.queries import conversations as queries
from core.rules.attachments import UNKNOWN
from core.services import answers, beside, invitations
from core.vocabulary import Role
from texts import _
from texts.problems import sentence

pages = Blueprint("conversation", __name__)
PAGE = 50


@pages.get("/conversations/")
def index() -> ResponseReturnValue:
    """The latest first; `open=1` shows those that wait for an answer, `campaign` the replies to one."""
    unanswered = request.args.get("open") == "1"
    campaign_id = request.args.get("campaign", type=int)
    before = _moment(request.args.get("before"))
    talks = queries.page(reading(), limit=PAGE + 1, before=before, unanswered=unanswered, campaign_id=campaign_id)
    more = talks[PAGE - 1].last_inbound_at.isoformat() if len(talks) > PAGE else None
    return render_template(
        "panel/conversations.html",
        talks=talks[:PAGE],
        more=more,
        unanswered=unanswered,
        campaign_id=campaign_id,
        campaign=campaigns.get(reading(), campaign_id) if campaign_id else None,
        desk=desk.group(reading()),
        waiting=queries.count_unanswered(reading()),
    )


@pages.get("/conversations/<int:id>")
def detail(id: int, draft: str = "", wrong: str | None = None) -> ResponseReturnValue:  # noqa: A002
    talk = queries.get(reading(), id)
    thread = queries.thread(reading(), id)
    traits = CHANNELS.get(talk.channel)
    return render_template(
        "panel/conversation.html",
        talk=talk,
        thread=thread,
        draft=draft,
        wrong=wrong,
        pictures=PICTURES,
        beside=traits.beside if traits else None,
    )


@pages.post("/conversations/<int:id>")
@needs(Role.EDITOR)
def reply(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    """What cannot be sent stays in the box, with the reason beside it."""
    text = request.form.get("text", "")
    try:
        with writing() as session:
            answers.answer(
                session,
                id,
                text,
                by=by(),
                now=datetime.now(UTC),
                given=_given(session),
                traits=CHANNELS.get(queries.get(session, id).channel),
            )
    except Problem as problem:
        return detail(id, draft=text, wrong=sentence(problem.code, problem.params))
    flash(_("Your answer is on its way."), "success")
    return redirect(url_for("conversation.detail", id=id))


@pages.get("/conversations/<int:id>/media/<int:message>/<int:place>")
def media(id: int, message: int, place: int) -> ResponseReturnValue:  # noqa: A002
    """What a customer or an operator sent, shown if it is a picture and else to be saved; it never runs here."""
    one = queries.media(reading(), id, message, place)
    if one is None:
        abort(404)
    shown = one["kind"] in PICTURES
    headers = {
        "Content-Disposition": "inline" if shown else "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=3600",
    }
    return Response(_bytes(one["at"]), mimetype=one["kind"] if shown else UNKNOWN, headers=headers)


def _bytes(at: str) -> bytes:
    """Our own from the database, a customer's from where the provider keeps it."""
    if at.startswith("/"):
        kept = attachments.body(reading(), at)
        return kept if kept is not None else abort(404)
    door = panel()
    return asyncio.run(fetched(account(door.settings, door.keys), at))


def _given(session: Session) -> answers.With | None:
    """The picture or file beside an answer."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return None
    ready = picture_or_file(file, beside.MOST_FILE)
    if isinstance(ready, bytes):
        return answers.with_file(session, file.filename, ready, by=by())
    return answers.with_picture(session, ready.body, ready.kind, width=ready.width, height=ready.height, by=by())


@pages.post("/contacts/<int:id>/invite")
@needs(Role.EDITOR)
def invite(id: int) -> ResponseReturnValue:  # noqa: A002
    """The words with which this contact ties their chat to themselves; shown once, since only the hash is kept."""
    with writing() as session:
        token = invitations.invite(session, id, "telegram", datetime.now(UTC))
    flash(_("To begin in Telegram, this contact sends the bot: /start %(token)s (once, within 7 days)", token=token))
    return redirect(url_for("contact.detail", id=id))


def _moment(given: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(given) if given else None
    except ValueError:
        return None
