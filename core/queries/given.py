"""Rows that a statement is handed as arrays, one for each column."""

from typing import Any

from sqlalchemy import ARRAY, TableValuedAlias, bindparam, func


def given(name: str, **columns: Any) -> TableValuedAlias:
    """Rows that are handed in as one array a column; an array's bind parameter is called as its column, with an `s`."""
    arrays = [bindparam(f"{column}s", type_=ARRAY(kind)) for column, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name=name)
