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
    "answer.nothing_beside": N_("By %(channel)s goes nothing but text. Take the file away."),
    "answer.no_caption": N_("By %(channel)s a file has no text beside it. Send the text and the file one by one."),
    "answer.wrong_file": N_("%(channel)s takes no files of the kind %(kind)s. A PDF or a picture will do."),
    "media.not_found": N_("The picture or file is not there any more."),
    "media.unavailable": N_("%(what)s, where the picture or file is kept, does not answer. Try again in a minute."),
    "answer.blocked": N_(
        "%(name)s has blocked the bot, so nothing can be sent. It works again once they unblock it or write."
    ),
}
