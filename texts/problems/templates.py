"""What is wrong with a letter, and where."""

from texts import N_

SENTENCES = {
    "template.syntax": N_("Line %(line)s of the letter cannot be read: %(what)s"),
    "template.source_too_long": N_("The letter is longer than %(most)s characters. Shorten it."),
    "template.too_long": N_("The letter would become longer than %(most)s characters. Shorten it or its loop."),
    "template.too_deep": N_("The letter nests its conditions too deeply. Use fewer levels."),
    "template.unknown_filter": N_(
        "Line %(line)s: there is no filter “%(what)s” in this form. "
        "Known are fallback, upper, lower, title, capitalize, trim, date and number."
    ),
    "template.unknown_variable": N_(
        "Line %(line)s: there is no variable “%(what)s”. Choose one from the list, or add the attribute to contacts."
    ),
    "template.unknown_variable_near": N_("Line %(line)s: there is no variable “%(what)s”. Did you mean “%(near)s”?"),
    "template.not_in_language": N_(
        "Line %(line)s: “%(what)s” is not part of the language of letters, "
        "which has variables, filters, if, and for over a contact's own list."
    ),
    "template.missing_value": N_("The contact has no value for “%(name)s”, and the letter gives no fallback."),
    "letter.bad_colour": N_("“%(what)s” is no colour. Write it as #0b6566."),
    "letter.too_many_blocks": N_("A letter may have %(most)s blocks. Remove some."),
    "letter.unknown_block": N_("Block %(number)s is of a kind that there is not: “%(what)s”."),
    "letter.mjml": N_("The MJML of the letter cannot be read: %(what)s"),
    "letter.too_slow": N_("The letter took longer than %(seconds)s seconds to make and was stopped. Simplify it."),
    "letter.too_large": N_("The letter needed more memory than is allowed and was stopped. Simplify it."),
    "letter.empty": N_("The letter has no text. Write something before you save it."),
    "letter.no_subject": N_("The letter has no subject. Write one: many servers refuse letters without it."),
}
