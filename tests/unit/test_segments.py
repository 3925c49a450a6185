"""A segment's expression is read from a closed set, written back as it was, and said in words."""

from datetime import date

import pytest

from core.errors import Invalid
from core.rules.segments import parse, to_json
from core.rules.segments.tree import birthdays, named_segments
from core.vocabulary import AttributeType
from texts.problems import sentence
from texts.segments import describe

TYPES = {
    "city": AttributeType.TEXT,
    "points": AttributeType.NUMBER,
    "birthday": AttributeType.DATE,
    "vip": AttributeType.FLAG,
}

TREE = {
    "all": [
        {"field": "country", "op": "one_of", "value": ["DE", "AT"]},
        {"attribute": "points", "op": "between", "type": "number", "value": [10, 20.5]},
        {"any": [{"attribute": "vip", "op": "eq", "type": "flag", "value": True}, {"member_of": 7}]},
        {"not": {"clicked": {"campaign": 3, "days": 30}}},
        {"attribute": "birthday", "op": "birthday_in", "type": "date", "value": 7},
        {"field": "created_at", "op": "ge", "value": "2025-01-31"},
        {"has_channel": "email"},
        {"consent": {"channel": "email", "purpose": "marketing"}},
        {"suppressed": {"channel": "sms", "list": None}},
        {"has_written": {"channel": "telegram", "days": None}},
        {"field": "last_name", "op": "is_set"},
    ]
}


def test_an_expression_is_written_back_as_it_was_read() -> None:
    assert to_json(parse(TREE, TYPES)) == TREE
    assert to_json(parse(TREE)) == TREE
    assert named_segments(parse(TREE)) == {7}


def test_the_type_of_an_attribute_is_the_one_it_has_now() -> None:
    told = to_json(parse({"attribute": "points", "op": "gt", "value": "5", "type": "text"}, TYPES))
    assert told == {"attribute": "points", "op": "gt", "type": "number", "value": 5}


@pytest.mark.parametrize(
    ("document", "code", "where"),
    [
        ("drop table contacts", "segment.not_a_condition", "expression"),
        ({}, "segment.not_a_condition", "expression"),
        ({"all": [], "any": []}, "segment.not_a_condition", "expression"),
        ({"all": {"field": "country"}}, "segment.not_a_list", "all"),
        ({"any": []}, "segment.empty_any", "any"),
        ({"sql": "1=1"}, "segment.unknown_condition", "sql"),
        (
            {"all": [{"not": {"field": "password", "op": "eq", "value": "x"}}]},
            "segment.unknown_field",
            "all.0.not.field",
        ),
        ({"field": "attributes", "op": "is_set"}, "segment.unknown_field", "field"),
        ({"attribute": "salary", "op": "eq", "value": 1}, "segment.unknown_attribute", "attribute"),
        ({"attribute": ["city"], "op": "eq", "value": "x"}, "segment.not_a_text", "name"),
        ({"field": "country", "op": "gt", "value": "A"}, "segment.operator_does_not_fit", "op"),
        ({"field": "country", "op": "= 'x' OR", "value": "A"}, "segment.not_a_choice", "op"),
        ({"field": "country", "op": "eq", "value": "A\0"}, "segment.bad_text", "value"),
        ({"field": "country", "op": "eq", "value": "\ud800"}, "segment.bad_text", "value"),
        ({"field": "country", "op": "eq", "value": "A", "vlaue": "B"}, "segment.unknown_key", "expression"),
        ({"field": "country", "op": "one_of", "value": ["A", 5]}, "segment.not_a_text", "value.1"),
        ({"attribute": "points", "op": "eq", "value": "NaN"}, "segment.not_a_number", "value"),
        ({"attribute": "points", "op": "eq", "value": "1e999999999"}, "segment.not_a_number", "value"),
        ({"attribute": "points", "op": "eq", "value": True}, "segment.not_a_number", "value"),
        ({"attribute": "points", "op": "between", "value": [5, 1]}, "segment.wrong_order", "value"),
        ({"attribute": "birthday", "op": "eq", "value": "2025-02-30"}, "segment.not_a_date", "value"),
        ({"attribute": "birthday", "op": "within_last", "value": -1}, "segment.not_days", "value"),
        ({"attribute": "vip", "op": "eq", "value": "yes"}, "segment.not_a_flag", "value"),
        ({"member_of": "7 OR 1=1"}, "segment.not_an_id", "member_of"),
        ({"member_of": 2**63}, "segment.not_an_id", "member_of"),
        ({"has_channel": "e-mail'; --"}, "segment.not_a_channel", "has_channel"),
        ({"clicked": {"campagne": 3}}, "segment.unknown_key", "clicked"),
    ],
)
def test_what_is_not_in_the_closed_set_is_refused_with_its_place(document: object, code: str, where: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(document, TYPES)
    assert (refusal.value.code, refusal.value.params["where"]) == (code, where)
    assert "Something went wrong" not in sentence(code, refusal.value.params)


def test_a_tree_that_is_too_deep_is_refused() -> None:
    tree: dict[str, object] = {"all": []}
    for _ in range(200):
        tree = {"not": tree}
    with pytest.raises(Invalid, match="too_deep"):
        parse(tree)


def test_an_expression_is_said_in_words() -> None:
    tree = {"all": [TREE["all"][0], TREE["all"][2], TREE["all"][3]]}
    assert describe(tree, segments={7: "Friends"}, campaigns={3: "Spring"}, labels={"vip": "VIP"}) == (
        "Country is one of “DE”, “AT” and (VIP is yes or is on the list “Friends”) "
        "and not: clicked in the campaign “Spring” within the last 30 days"
    )
    assert describe({"all": []}) == "Everyone"
    assert all(word in describe(TREE) for word in ("recurs within 7 days", "is between 10 and 20.5", "is not before"))


def test_birthdays_pass_the_turn_of_the_year_and_leap_days() -> None:
    assert birthdays(date(2025, 12, 30), 3) == ["01-01", "01-02", "12-30", "12-31"]
    assert birthdays(date(2025, 2, 27), 2) == ["02-27", "02-28", "02-29", "03-01"]
    assert "02-29" in birthdays(date(2024, 2, 28), 1)
    assert "02-29" not in birthdays(date(2024, 2, 28), 0)
