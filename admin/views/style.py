"""The style page: every part of the look on one page, to be seen before it is used."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

pages = Blueprint("style", __name__)


@pages.get("/style")
def show() -> ResponseReturnValue:
    return render_template("panel/style.html")
