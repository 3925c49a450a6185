"""Problems of saving templates."""

from texts import N_

SENTENCES = {
    "template.not_found": N_("There is no template with the number %(id)s. It may have been archived."),
    "template.name_missing": N_("The template has no name. Give it one that you will recognise in a list."),
    "template.changed_meanwhile": N_(
        "“%(name)s” was changed by somebody else while you were editing. "
        "Nothing of yours is lost: compare it with the current version and save again."
    ),
}
