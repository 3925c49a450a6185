"""Problems of operators."""

from texts import N_

SENTENCES = {
    "operator.not_found": N_("There is no operator with the number %(id)s. See the list of operators."),
    "operator.name_missing": N_("The operator has no name. Enter the name by which others know them."),
}
