"""Conversations with customers in the panel: who wrote, what was said, and a box to answer in."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import reading, writing
from core.errors import Problem
from core.queries import campaigns, desk
from core.queries import conversations as queries
from core.services import answers, invitations
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
    return render_template("panel/conversation.html", talk=talk, thread=thread, draft=draft, wrong=wrong)


@pages.post("/conversations/<int:id>")
@needs(Role.EDITOR)
def reply(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    """What cannot be sent stays in the box, with the reason beside it."""
    text = request.form.get("text", "")
    try:
        with writing() as session:
            answers.answer(session, id, text, by=by(), now=datetime.now(UTC))
    except Problem as problem:
        return detail(id, draft=text, wrong=sentence(problem.code, problem.params))
    flash(_("Your answer is on its way."), "success")
    return redirect(url_for("conversation.detail", id=id))


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
