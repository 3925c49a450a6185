"""What is wrong with files that are to go with a letter."""

from texts import N_

SENTENCES = {
    "attachment.no_name": N_("“%(name)s” has no name with an ending that says what it is, such as “Prices.pdf”."),
    "attachment.refused_kind": N_(
        "“%(name)s” cannot go with a letter: many mail servers refuse files that end in "
        ".%(ending)s. Send a PDF, or a link."
    ),
    "attachment.empty": N_("The file is empty."),
    "attachment.too_many": N_("At most %(most)s files go with a letter."),
    "attachment.too_large": N_(
        "With this file the letter would carry %(has)s MB; at most %(most)s MB go with one. "
        "Put it on your website and link it."
    ),
    "attachment.short": N_("Files go with letters by email only."),
}
