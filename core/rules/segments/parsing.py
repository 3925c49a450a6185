"""Reading a segment's expression from JSON: whatever is not in the closed set is refused with its place."""

from collections.abc import Callable, Mapping
from typing import Any as Anything

from core.errors import Invalid
from core.rules.segments import values
from core.rules.segments.tree import (
    FIELDS,
    OPERATORS,
    All,
    Any,
    Compare,
    Engaged,
    Engagement,
    HasChannel,
    HasConsent,
    HasWritten,
    MemberOf,
    Node,
    Not,
    OnList,
    Operator,
)
from core.vocabulary import AttributeType, Purpose, SuppressionList

DEEPEST = 12
MOST_PARTS = 200

Types = Mapping[str, AttributeType] | None


def parse(document: object, attributes: Types = None) -> Node:
    """The tree of a JSON document; raise Invalid (`segment.…`) with the place, such as `all.1.value`.

    With `attributes`, keys must be among them and have their types; without, the tree is one that was frozen
    and says the types itself.
    """
    return _node(document, "", attributes, 0)


def _node(document: object, where: str, attributes: Types, depth: int) -> Node:
    if depth > DEEPEST:
        raise Invalid("segment.too_deep", where=where, most=DEEPEST)
    if not isinstance(document, dict):
        raise Invalid("segment.not_a_condition", where=where or "expression")
    keys = set(document)
    if "field" in keys or "attribute" in keys:
        return _compare(document, where, attributes)
    if len(keys) != 1:
        raise Invalid("segment.not_a_condition", where=where or "expression")
    (key,) = document
    here = _below(where, key)
    if key in ("all", "any"):
        return _parts(key, document[key], here, attributes, depth)
    if key == "not":
        return Not(_node(document[key], here, attributes, depth + 1))
    if key not in LEAVES:
        raise Invalid("segment.unknown_condition", where=here, name=str(key)[:50])
    return LEAVES[key](document[key], here)


def _parts(key: str, document: object, where: str, attributes: Types, depth: int) -> Node:
    if not isinstance(document, list) or len(document) > MOST_PARTS:
        raise Invalid("segment.not_a_list", where=where, most=MOST_PARTS)
    parts = tuple(_node(part, _below(where, place), attributes, depth + 1) for place, part in enumerate(document))
    if key == "all":
        return All(parts)
    if not parts:
        raise Invalid("segment.empty_any", where=where)
    return Any(parts)


def _compare(document: dict[str, Anything], where: str, attributes: Types) -> Compare:
    of_attribute = "attribute" in document
    known = {"attribute", "type", "op", "value"} if of_attribute else {"field", "op", "value"}
    values.only(document, known, where)
    name = values.text(document["attribute" if of_attribute else "field"], _below(where, "name"))
    kind = _type_of(document, name, where, attributes) if of_attribute else FIELDS.get(name)
    if kind is None:
        raise Invalid("segment.unknown_field", where=_below(where, "field"), name=name[:50])
    operator = values.word(document.get("op"), Operator, _below(where, "op"))
    if operator not in OPERATORS[kind]:
        raise Invalid("segment.operator_does_not_fit", where=_below(where, "op"), operator=operator.value, type=kind)
    value = values.value(kind, operator, document.get("value"), _below(where, "value"))
    return Compare(name, of_attribute, kind, operator, value)


def _type_of(document: dict[str, Anything], name: str, where: str, attributes: Types) -> AttributeType:
    if attributes is None:
        return values.word(document.get("type"), AttributeType, _below(where, "type"))
    if name not in attributes:
        raise Invalid("segment.unknown_attribute", where=_below(where, "attribute"), name=name[:50])
    return AttributeType(attributes[name])


def _has_channel(document: object, where: str) -> Node:
    return HasChannel(values.channel(document, where))


def _consent(document: object, where: str) -> Node:
    fields = values.mapping(document, {"channel", "purpose"}, where)
    purpose = values.word(fields.get("purpose", Purpose.MARKETING), Purpose, _below(where, "purpose"))
    return HasConsent(values.channel(fields.get("channel"), _below(where, "channel")), purpose.value)


def _suppressed(document: object, where: str) -> Node:
    fields = values.mapping(document, {"channel", "list"}, where)
    listed = fields.get("list")
    return OnList(
        values.channel(fields.get("channel"), _below(where, "channel")),
        None if listed is None else values.word(listed, SuppressionList, _below(where, "list")),
    )


def _member_of(document: object, where: str) -> Node:
    return MemberOf(values.identifier(document, where))


def _engaged(how: Engagement) -> Callable[[object, str], Node]:
    def read(document: object, where: str) -> Node:
        fields = values.mapping(document, {"campaign", "days"}, where)
        campaign = fields.get("campaign")
        return Engaged(
            how,
            None if campaign is None else values.identifier(campaign, _below(where, "campaign")),
            _days(fields, where),
        )

    return read


def _has_written(document: object, where: str) -> Node:
    fields = values.mapping(document, {"channel", "days"}, where)
    channel = fields.get("channel")
    return HasWritten(
        None if channel is None else values.channel(channel, _below(where, "channel")), _days(fields, where)
    )


def _days(fields: dict[str, Anything], where: str) -> int | None:
    days = fields.get("days")
    return None if days is None else values.days(days, _below(where, "days"))


def _below(where: str, key: object) -> str:
    return f"{where}.{str(key)[:50]}" if where else str(key)[:50]


LEAVES: dict[str, Callable[[object, str], Node]] = {
    "has_channel": _has_channel,
    "consent": _consent,
    "suppressed": _suppressed,
    "member_of": _member_of,
    "has_written": _has_written,
    **{how.value: _engaged(how) for how in Engagement},
}
