"""Problems of topics of interest."""

from texts import N_

SENTENCES = {
    "topic.not_found": N_("There is no topic “%(key)s”. `sendbote topic list` shows what there is."),
    "topic.taken": N_("There is a topic “%(key)s” already. Rename it, or take another key."),
    "topic.bad_key": N_(
        "“%(given)s” cannot be a key. Write up to 40 small letters, digits and hyphens, beginning with a letter."
    ),
    "topic.bad_name": N_("A topic needs a name in each language, of at most %(most)s characters."),
}
