"""Problems of conversations with customers."""

from texts import N_

SENTENCES = {
    "conversation.not_found": N_("There is no conversation with the number %(id)s."),
    "invitation.unknown": N_("This link is not known here. Please ask for a new one."),
    "invitation.used": N_("This link was used already, and it works only once. Please ask for a new one."),
    "invitation.expired": N_("This link is too old: it holds for %(days)s days. Please ask for a new one."),
    "invitation.belongs_to_other": N_(
        "This chat belongs to another customer already, so the link was not used. You can simply write to us here."
    ),
    "answer.empty": N_("There is nothing in the answer. Write what the customer is to read."),
    "answer.too_long": N_("The answer is too long: a message holds %(most)s characters. Split it in two."),
    "answer.no_sender": N_(
        "There is no sender for %(channel)s yet, so nothing can be answered there. Add one in the settings."
    ),
    "answer.blocked": N_(
        "%(name)s has blocked the bot, so nothing can be sent. It works again once they unblock it or write."
    ),
}
