"""Why a row, or a whole file, was not imported."""

from texts import N_

SENTENCES = {
    "import.not_found": N_("There is no import with the number %(id)s."),
    "import.no_address": N_(
        "None of the columns is an email address, a phone number or a customer number. Say which column is."
    ),
    "import.running": N_("This import is already running. Wait for it, or cancel it."),
    "import.applied": N_("“%(name)s” is imported already. To import it again, upload it again."),
    "import.not_checked": N_("Try the import first: you see what would happen, and nothing is changed."),
    "import.file_gone": N_("“%(name)s” was deleted some time after it was last used. Upload it again."),
    "import.interrupted": N_("The import was interrupted. It begins again by itself; nothing is lost."),
    "import.fault": N_(
        "The import ended because of a fault in the program, and nothing was changed. The log says more."
    ),
    "import.cancelled": N_("The import was cancelled. Nothing was changed."),
    "import.no_such_column": N_("The file has no column “%(name)s”. Its columns: %(columns)s."),
    "import.unknown_meaning": N_("“%(name)s” is no field. Fields: %(known)s; anything else is attribute:<key>:<type>."),
    "import.bad_email": N_("“%(value)s” is not an email address."),
    "import.bad_phone": N_("“%(value)s” is not a phone number. Write it with the country code, such as +49 …"),
    "import.bad_value": N_("“%(value)s” in “%(field)s” is not a %(type)s, as the rest of the column is."),
    "import.bad_character": N_("The row holds a character that no text may hold (NUL)."),
    "import.too_long": N_("“%(value)s…” is too long for %(field)s."),
    "import.nobody": N_("The row has neither an address, nor a number, nor a customer number."),
    "import.erased": N_("This person asked to be erased, and is not brought back by an import."),
    "import.fits_two": N_(
        "The row fits two contacts, number %(one)s and number %(other)s. Correct the row, or merge them."
    ),
    "import.twice": N_("The same person stands in row %(first)s already; that row counts."),
}
