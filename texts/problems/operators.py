"""Problems of operators."""

from texts import N_

SENTENCES = {
    "operator.not_found": N_("There is no operator with the number %(id)s. See the list of operators."),
    "operator.no_login": N_("This operator has no login to the panel."),
    "operator.name_missing": N_("The operator has no name. Enter the name by which others know them."),
    "operator.last_administrator": N_(
        "This is the last administrator, and somebody must be able to change the settings. "
        "Make another operator an administrator first."
    ),
    "operator.code_unknown": N_(
        "This code is not known here. Copy the whole line from the operator's page in the panel, "
        "or have a new code made there."
    ),
    "operator.code_used": N_(
        "This code was used already, and a code works only once. "
        "Have a new one made on the operator's page in the panel."
    ),
    "operator.code_expired": N_(
        "This code is too old: it holds for %(minutes)s minutes. "
        "Have a new one made on the operator's page in the panel."
    ),
    "operator.disabled": N_(
        "“%(name)s” is disabled and cannot do anything at the moment. Ask an administrator to enable them."
    ),
    "operator.account_taken": N_(
        "This Telegram account is linked to “%(name)s” already. "
        "Send /unlink first if it should belong to somebody else; the code is still good."
    ),
}
