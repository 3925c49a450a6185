"""A form that is saved: what it asks for is done and said, or refused with what was typed still in it."""

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.context import writing
from admin.words import say
from core.errors import Problem
from texts import _


def saved(
    change: Callable[[Session], object], page: Callable[[], str], then: str, said: str | None = None
) -> ResponseReturnValue:
    """Make the change in one transaction, then go to that address; a problem is said on the form's own page."""
    try:
        with writing() as session:
            change(session)
    except Problem as problem:
        say(problem)
        return page()
    flash(said or _("Saved."), "done")
    return redirect(then)
