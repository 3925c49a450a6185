"""Reading and writing tables as people have them: CSV in many dialects, and spreadsheets."""

from files.problems import FileProblem
from files.table import Table, open_table

__all__ = ["FileProblem", "Table", "open_table"]
