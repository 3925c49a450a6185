"""The one base of all plain lists: reading only, paged by key, counted without walking a million rows."""

from typing import Any, ClassVar

from flask import abort, g, request
from flask.typing import ResponseReturnValue
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import SecureForm
from sqlalchemy import ColumnElement, Select, func, select, text

from admin.access import may
from admin.context import reading
from core.vocabulary import Role

EXACT_UP_TO = 10_000
ESTIMATE = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(:name)")


class ListView(ModelView):
    """A list of rows by falling id. `before` and `after` in the address are ids: each page costs the same.

    Nothing is written through Flask-Admin: its create, edit, delete, in-place and bulk changes are off, and
    `admin.access` refuses them besides.
    """

    can_create = can_edit = can_delete = can_export = can_view_details = can_set_page_size = False
    column_editable_list: ClassVar[list[str]] = []
    column_display_actions = False
    simple_list_pager = True
    page_size = 50
    form = SecureForm
    form_base_class = SecureForm
    list_template = "panel/list.html"
    action_disallowed_list: ClassVar[list[str]] = ["delete"]
    column_sortable_list: ClassVar[list[str]] = []

    title: str
    intro: str = ""
    searched: str = ""
    """What the search field looks for, in words; empty: no search."""
    row_page: str = ""
    """The endpoint of a row's own page."""
    new_page: str = ""
    new_words: str = ""
    new_role: Role = Role.EDITOR
    role: Role = Role.VIEWER
    """The least role that may look at the list."""
    numbers: tuple[str, ...] = ()
    """Columns that are set flush right."""
    empty_words: str = ""

    def tabs(self) -> list[tuple[str, str]]:
        """Parts of the list, by the value of `only` in the address, with their words; empty: the list has none."""
        return []

    def only(self) -> str:
        """The part that is looked at."""
        return request.args.get("only", "")

    def rows(self, search: str | None) -> Select[Any]:  # noqa: ARG002 - for those that search
        """The rows of the list, unordered; a list with a search narrows them."""
        return select(self.model)

    @property
    def key(self) -> ColumnElement[int]:
        found: ColumnElement[int] = self.model.id
        return found

    def get_list(self, *_: object, **__: object) -> tuple[None, list[Any]]:
        """One row more than a page, so that it is known whether there is another."""
        session, size = reading(), self.page_size
        statement = self.rows(self.search())
        before, after = request.args.get("before", type=int), request.args.get("after", type=int)
        if after is not None:
            found = list(session.scalars(statement.where(self.key > after).order_by(self.key).limit(size + 1)))
            more, rows = len(found) > size, found[:size][::-1]
            self._remember(newer=rows[0].id if more else None, older=rows[-1].id if rows else None)
            return None, rows
        if before is not None:
            statement = statement.where(self.key < before)
        found = list(session.scalars(statement.order_by(self.key.desc()).limit(size + 1)))
        more, rows = len(found) > size, found[:size]
        self._remember(newer=rows[0].id if rows and before else None, older=rows[-1].id if more else None)
        return None, rows

    def is_accessible(self) -> bool:
        return may(self.role)

    def inaccessible_callback(self, name: str, **values: object) -> ResponseReturnValue:  # noqa: ARG002
        return abort(403)

    def search(self) -> str | None:
        return request.args.get("search", "").strip() or None

    def render(self, template: str, **values: Any) -> str:
        shown: str = super().render(template, view=self, total=self.total(), pager=g.pager, **values)
        return shown

    def total(self) -> tuple[int, bool]:
        """How many rows there are, and whether that is exact: past ten thousand PostgreSQL's estimate will do."""
        session, search = reading(), self.search()
        some = self.rows(search).with_only_columns(self.key).limit(EXACT_UP_TO + 1).subquery()
        counted = session.scalar(select(func.count()).select_from(some)) or 0
        if counted <= EXACT_UP_TO:
            return counted, True
        if search:
            return EXACT_UP_TO, False
        name = self.model.__tablename__
        estimate = session.scalar(ESTIMATE, {"name": name})
        return max(int(estimate or 0), EXACT_UP_TO), False

    def _remember(self, *, newer: int | None, older: int | None) -> None:
        g.pager = {"newer": newer, "older": older}
