"""Who is meant: the closed tree of a segment's expression, read from JSON and written back to it."""

from core.rules.segments.parsing import parse
from core.rules.segments.tree import Node, to_json

__all__ = ["Node", "parse", "to_json"]
