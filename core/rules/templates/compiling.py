"""From source to program: Jinja2's parser makes the tree, and what is outside the small language is refused on it."""

import difflib
import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from core.errors import Invalid
from core.rules.templates.filters import FILTERS, fits
from core.rules.templates.program import Choice, Loop, Piece, Pieces, Program, Slot, Test

MAX_SOURCE = 512_000
COMPARISONS: dict[str, Callable[[Any, Any], object]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "lt": lambda left, right: _comparable(left, right) and left < right,
    "lteq": lambda left, right: _comparable(left, right) and left <= right,
    "gt": lambda left, right: _comparable(left, right) and left > right,
    "gteq": lambda left, right: _comparable(left, right) and left >= right,
    "in": lambda left, right: isinstance(right, str | list) and left is not None and left in right,
}
CLICK = re.compile(r"click_\d+")
_parser = Environment(autoescape=False)  # noqa: S701 - only its parser is used; escaping is ours


def compile_template(source: str, known: Collection[str], *, escape: bool) -> Program:
    """Compile; raise Invalid with `where`, `line` and `what` for whatever the language does not have.

    `known` are the variables that may be used. Slots of an HTML part (`escape`) are escaped for text and attributes.
    """
    if len(source) > MAX_SOURCE:
        raise Invalid("template.source_too_long", most=MAX_SOURCE, line=1)
    try:
        tree = _parser.parse(source)
        compiler = _Compiler(known, escape)
        pieces = compiler.pieces(tree.body)
    except TemplateSyntaxError as problem:
        raise Invalid("template.syntax", line=problem.lineno, what=problem.message or "") from None
    except RecursionError:
        raise Invalid("template.too_deep", line=1) from None
    return Program(pieces, frozenset(compiler.names), frozenset(compiler.required))


class _Compiler:
    """Walks the tree once; remembers the names that it met and how deep inside conditions it stands."""

    def __init__(self, known: Collection[str], escape: bool) -> None:
        self._known, self._escape = known, escape
        self._depth = 0
        self._local: str | None = None
        self.names: set[str] = set()
        self.required: set[str] = set()

    def pieces(self, body: Sequence[nodes.Node]) -> Pieces:
        found: list[Piece] = []
        for node in body:
            match node:
                case nodes.Output():
                    found += [self._output(part) for part in node.nodes]
                case nodes.If():
                    found.append(self._choice(node))
                case nodes.For():
                    found.append(self._loop(node))
                case _:
                    raise _refused(node)
        return tuple(found)

    def _output(self, node: nodes.Expr) -> Piece:
        if isinstance(node, nodes.TemplateData):
            return node.data
        filters: list[Any] = []
        fallback: str | None = None
        while isinstance(node, nodes.Filter):
            arguments = _constants(node)
            if node.name == "fallback" and len(arguments) == 1 and isinstance(arguments[0], str):
                fallback = arguments[0]
            elif fits(node.name, arguments):
                filters.insert(0, partial(_apply, FILTERS[node.name], arguments))
            else:
                raise Invalid("template.unknown_filter", line=node.lineno, what=node.name)
            if node.node is None:
                raise _refused(node)
            node = node.node
        name = self._name(node)
        if fallback is None and not self._depth and name != self._local:
            self.required.add(name)
        return Slot(name, tuple(filters), fallback, self._escape)

    def _choice(self, node: nodes.If) -> Choice:
        self._depth += 1
        branches = [(self._test(branch.test), self.pieces(branch.body)) for branch in (node, *node.elif_)]
        otherwise = self.pieces(node.else_)
        self._depth -= 1
        return Choice(tuple(branches), otherwise)

    def _loop(self, node: nodes.For) -> Loop:
        plain = isinstance(node.target, nodes.Name) and not node.recursive and node.test is None and not node.else_
        if not plain or self._local is not None or not isinstance(node.target, nodes.Name):
            raise _refused(node)
        over = self._name(node.iter)
        self._local = node.target.name
        self._depth += 1
        body = self.pieces(node.body)
        self._depth -= 1
        self._local = None
        return Loop(node.target.name, over, body)

    def _test(self, node: nodes.Node) -> Test:
        match node:
            case nodes.And():
                left, right = self._test(node.left), self._test(node.right)
                return lambda values: left(values) and right(values)
            case nodes.Or():
                left, right = self._test(node.left), self._test(node.right)
                return lambda values: left(values) or right(values)
            case nodes.Not():
                inner = self._test(node.node)
                return lambda values: not inner(values)
            case nodes.Compare(ops=[operand]):
                left, right = self._operand(node.expr), self._operand(operand.expr)
                compare = COMPARISONS.get(operand.op)
                if compare is None:
                    raise _refused(node)
                return lambda values: compare(left(values), right(values))
        return self._operand(node)

    def _operand(self, node: nodes.Node) -> Test:
        if isinstance(node, nodes.Const):
            constant = node.value
            return lambda _: constant
        name = self._name(node)
        return lambda values: values.get(name)

    def _name(self, node: nodes.Node) -> str:
        if not isinstance(node, nodes.Name):
            raise _refused(node)
        if node.name != self._local and node.name not in self._known and not CLICK.fullmatch(node.name):
            near = difflib.get_close_matches(node.name, list(self._known), 1)
            code = "template.unknown_variable_near" if near else "template.unknown_variable"
            raise Invalid(code, line=node.lineno, what=node.name, near=near[0] if near else "")
        if node.name != self._local:
            self.names.add(node.name)
        return node.name


def _constants(node: nodes.Filter) -> list[Any]:
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not all(isinstance(arg, nodes.Const) for arg in node.args):
        raise _refused(node)
    return [argument.value for argument in node.args if isinstance(argument, nodes.Const)]


def _apply(function: Any, arguments: list[Any], value: object) -> str:
    return str(function(value, *arguments))


def _comparable(left: object, right: object) -> bool:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return numbers or (isinstance(left, str) and isinstance(right, str))


def _refused(node: nodes.Node) -> Invalid:
    return Invalid("template.not_in_language", line=node.lineno, what=type(node).__name__.lower())
