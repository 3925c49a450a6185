"""What is wrong with a segment; `where` is the place in its expression."""

from texts import N_

SENTENCES = {
    "segment.not_found": N_("There is no segment with the number %(id)s. It may have been deleted."),
    "segment.name_taken": N_("There is already a segment named “%(name)s”. Choose another name."),
    "segment.bad_name": N_("A segment needs a name of 1 to %(most)s characters."),
    "segment.wrong_kind": N_(
        "“%(name)s” is a %(kind)s segment. Only lists have members that are added by hand, "
        "and only dynamic segments have conditions."
    ),
    "segment.not_a_static_one": N_("Segment %(id)s, named in %(where)s, is not a list that exists. Choose another."),
    "segment.not_json": N_("The expression is not JSON: %(problem)s."),
    "segment.too_deep": N_("The conditions are nested too deeply at %(where)s: at most %(most)s levels."),
    "segment.not_a_condition": N_(
        "There is no condition at %(where)s. Each condition is an object with exactly one kind, "
        'such as {"field": "country", "op": "eq", "value": "DE"}.'
    ),
    "segment.unknown_condition": N_("“%(name)s” at %(where)s is no condition that we know. Check how it is spelt."),
    "segment.unknown_key": N_("“%(name)s” means nothing at %(where)s. Remove it, or check how it is spelt."),
    "segment.not_a_list": N_("A list of at most %(most)s conditions is expected at %(where)s."),
    "segment.empty_any": N_("There is nothing to choose from at %(where)s. Add a condition, or remove the group."),
    "segment.unknown_field": N_("Contacts have no field “%(name)s” (%(where)s). Did you mean an attribute?"),
    "segment.unknown_attribute": N_(
        "There is no attribute “%(name)s” (%(where)s). Attributes are made when contacts are imported."
    ),
    "segment.operator_does_not_fit": N_("A %(type)s cannot be asked for “%(operator)s” (%(where)s). Choose another."),
    "segment.value_not_wanted": N_("No value belongs to %(where)s. Remove it."),
    "segment.not_a_text": N_("A text is missing at %(where)s."),
    "segment.bad_text": N_("The text at %(where)s is longer than %(most)s characters or holds unprintable ones."),
    "segment.not_a_choice": N_("The word at %(where)s must be one of: %(choices)s."),
    "segment.not_a_channel": N_("A channel such as “email” or “sms” is missing at %(where)s."),
    "segment.not_an_id": N_("A number of a segment or campaign is missing at %(where)s."),
    "segment.not_days": N_("A whole number of days from 0 to %(most)s is expected at %(where)s."),
    "segment.not_a_flag": N_("Yes or no (true or false) is expected at %(where)s."),
    "segment.not_a_number": N_("A number is expected at %(where)s."),
    "segment.not_a_date": N_("A date such as 2025-12-31 is expected at %(where)s."),
    "segment.not_choices": N_("A list of 1 to %(most)s values is expected at %(where)s."),
    "segment.not_two": N_("Two values, from and to, are expected at %(where)s."),
    "segment.wrong_order": N_("The first value at %(where)s is greater than the second. Swap them."),
}
