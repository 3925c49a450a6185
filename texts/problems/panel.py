"""Problems that the panel itself has to tell."""

from texts import N_

SENTENCES = {
    "panel.job_failed": N_(
        "That could not be finished because of a fault in the program. The log says more. Try again."
    ),
    "panel.bad_rule": N_("Rule %(row)s cannot be used: its value is missing or does not fit."),
    "panel.no_rule": N_("There is no rule yet. Add at least one."),
    "panel.no_file": N_("No file was chosen. Choose a CSV or Excel file."),
    "panel.email_taken": N_("Somebody already logs in as “%(email)s”. Choose another address."),
    "panel.bad_email": N_("“%(email)s” is no email address."),
    "panel.bad_setting": N_("“%(value)s” cannot be used for “%(name)s”. It stays as it was."),
    "setting.bad_timezone": N_("There is no time zone “%(name)s”. Choose one from the list, such as Europe/Berlin."),
    "contact.erased": N_("The contact #%(id)s is erased already."),
    "contact.not_confirmed": N_(
        "Nobody was erased: confirm first that it is contact #%(id)s who wants it. It cannot be undone."
    ),
    "contact.several": N_("Several contacts have this address: %(ids)s. Name one of them by its number."),
    "contact.not_found": N_("There is no contact with the number %(id)s. It may have been erased."),
}
