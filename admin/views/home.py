"""The front door: leads to the campaigns."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, expose


class Home(AdminIndexView):
    @expose("/")
    def index(self) -> ResponseReturnValue:
        return redirect(url_for("campaigns.index_view"))
