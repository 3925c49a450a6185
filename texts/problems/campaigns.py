"""Problems of campaigns."""

from texts import N_

SENTENCES = {
    "recipient.not_found": N_("This campaign has no recipient with the number %(id)s."),
    "campaign.not_found": N_("There is no campaign with the number %(id)s. See the list of campaigns."),
    "campaign.illegal_transition": N_("This is not possible now (%(action)s): the campaign is already “%(state)s”."),
    "campaign.frozen": N_("“%(name)s” is launched, and its letter and audience are fixed. Make a copy to change it."),
    "campaign.changed_meanwhile": N_("“%(name)s” was changed by somebody else. Look at it again before you save."),
    "campaign.unknown_field": N_("A campaign has no field “%(where)s”."),
    "campaign.name_missing": N_("The campaign has no name. Give it one that you will recognise in a list."),
    "campaign.no_segment": N_("“%(name)s” is for nobody yet. Choose at least one segment."),
    "campaign.no_template": N_("“%(name)s” has no letter yet. Choose a template."),
    "campaign.no_sender": N_("“%(name)s” has no sender yet. Choose one, or add one in the settings."),
    "campaign.unconfirmed": N_(
        "“%(name)s” was changed after it was confirmed, so nothing was sent. Look at the preview and confirm again."
    ),
    "campaign.audience_moved": N_(
        "“%(name)s” was confirmed for a number of %(confirmed)s recipients, but now it is %(now)s. "
        "Nothing was sent. Look at the preview and confirm again."
    ),
    "campaign.nobody": N_("“%(name)s” would reach nobody: its segments are empty. Nothing was sent."),
    "campaign.no_newcomers": N_("Nobody has joined the segments of “%(name)s” since it was sent. Nothing was sent."),
    "campaign.newcomers_take_two": N_(
        "%(count)s people have joined since, and so many take a second person. Nothing was sent. "
        "Make a campaign of its own for them, which two people launch."
    ),
    "campaign.no_doubts": N_("Nobody of “%(name)s” is in doubt: there is nothing to decide."),
    "campaign.doubts_held": N_(
        "A worker that does not answer still holds %(held)s of the recipients of “%(name)s” and may yet bring the "
        "result. End that process, or wait for it; nothing was changed."
    ),
    "campaign.dead_links": N_(
        "Letters would go to real people, but their links and pictures would lead nowhere (%(address)s). "
        "Set SENDBOTE_PUBLIC_URL to the https address under which customers reach this installation."
    ),
    "campaign.balance_too_low": N_(
        "“%(name)s” would cost about %(cost)s, but the balance is %(balance)s. Nothing was sent. "
        "Top up the account, or launch what the balance lasts for: the rest waits until you do."
    ),
    "step.unreadable": N_(
        "“%(written)s” is no further channel. Write CHANNEL:TEMPLATE:SENDER or CHANNEL:TEMPLATE:SENDER:HOURS."
    ),
    "step.too_many": N_("A campaign has %(most)s further channels at most."),
    "step.same_channel": N_("“%(name)s” names %(channel)s twice. Choose another channel for the later step."),
    "step.bad_wait": N_("A later channel waits between no time and %(days)s days."),
    "step.sees_no_clicks": N_(
        "In this privacy mode %(channel)s does not tell whom it reached, so everybody would be written to again. "
        "Let the next channel go only to those with whom it failed, or track individually."
    ),
    "step.sees_no_reads": N_(
        "%(channel)s cannot tell here who has not read the message, by its nature or by the privacy mode. "
        "Leave out “not read”."
    ),
    "price.bad_prefix": N_("“%(prefix)s” is not the beginning of a number. Write it like +49, or leave it empty."),
    "price.bad_amount": N_("“%(amount)s” is not a price."),
    "price.bad_currency": N_("“%(currency)s” is not a currency. Write three letters, like EUR."),
    "campaign.wrong_kind": N_("The letter of “%(name)s” cannot be sent by %(channel)s. Choose a template made for it."),
    "campaign.too_long": N_(
        "The text of “%(name)s” has %(length)s characters, and the channel takes %(longest)s. Shorten the template."
    ),
    "campaign.nothing_beside": N_(
        "“%(name)s” has a picture or a file, and by %(channel)s goes nothing but text. Take it away from the template."
    ),
    "campaign.no_buttons": N_(
        "%(channel)s shows no buttons of ours, and “%(name)s” has some. Take them away, or name a template that the "
        "provider has approved with them."
    ),
    "beside.bad_buttons": N_("“%(line)s” is no button. Write its words, and behind a = the https address it leads to."),
    "beside.too_many_buttons": N_("A message has %(most)s buttons at most."),
    "beside.bad_approved": N_("“%(sid)s” is no approved template: Twilio names one HX and 32 digits of 0–9 and a–f."),
    "beside.bad_variables": N_("“%(line)s” is no variable. Write its number, a = and what stands for it."),
    "beside.letter": N_(
        "Only a message for telephones has a picture, buttons or an approved template beside its text."
    ),
    "campaign.no_caption": N_(
        "By %(channel)s a file has no text beside it, and the text of “%(name)s” would be lost. Leave the text empty, "
        "or send a picture."
    ),
    "campaign.wrong_file": N_(
        "%(channel)s takes no files of the kind %(kind)s. Put another into the template of “%(name)s”, "
        "a PDF for example."
    ),
    "campaign.file_too_large": N_(
        "The file of “%(name)s” has %(has)s MB, and %(channel)s takes %(most)s MB. Put a smaller one into the template."
    ),
    "campaign.named_sender": N_(
        "Numbers that begin with %(beginning)s get no SMS from a name like “%(sender)s”, and “%(name)s” has some. "
        "Choose a sender with a number, or one for that country in the settings of messages to telephones."
    ),
    "country.bad_holiday": N_(
        "“%(day)s” is no holiday. Write month and day like 12-25, or easter+1 for Easter Monday."
    ),
    "campaign.unreachable_file": N_(
        "The provider fetches the picture or file of “%(name)s” from this installation, and cannot reach %(address)s. "
        "Set SENDBOTE_PUBLIC_URL to the https address at which the world finds it."
    ),
    "markup.unknown_tag": N_(
        "Line %(line)s of the template holds <%(what)s>, which the messenger does not show. "
        "Bold, italics, underlining, links, code and quotations are possible."
    ),
    "markup.not_closed": N_("<%(what)s> in the template is opened and never closed."),
    "markup.not_open": N_("Line %(line)s of the template closes <%(what)s>, which is not what was opened last."),
    "campaign.wrong_sender": N_("“%(sender)s” does not send by %(channel)s. Choose another sender for “%(name)s”."),
    "template.has_no_content": N_("The template has not been saved in a form that can be sent. Open it and save it."),
    "sender.not_found": N_("There is no sender with the number %(id)s."),
    "sender.exists": N_("“%(address)s” is a sender already: %(name)s."),
    "sender.bad_rate": N_("A number sends between %(least)s and %(most)s messages a second."),
    "sender.by_number": N_(
        "A number of “%(name)s” writes to numbers that begin with %(beginnings)s. "
        "Name another sender for them first: Settings, messages to telephones."
    ),
    "sender.in_use": N_("“%(name)s” cannot be archived: the campaign “%(campaign)s” sends from it."),
    "sender.bad_address": N_("“%(address)s” cannot be a sender: it is not a valid email address."),
    "sender.bad_number": N_(
        "Nothing can be sent from “%(address)s”. Give a number with its country code (+49 …), a short code, a "
        "Messaging Service (MG…), or a name of up to eleven letters and digits."
    ),
    "sender.no_name": N_("The sender has no name. Recipients see it beside the address."),
    "sender.bad_reply_to": N_("“%(address)s” is not a valid email address: answers could not go there."),
    "sender.empty": N_("The sender has no address. Say where its messages come from."),
    "sender.freemail": N_(
        "“%(address)s” is at a free mail provider, whose rules make other servers refuse such letters. "
        "Use an address of your own domain."
    ),
    "database.unavailable": N_("%(what)s does not answer. It is tried again; check that the server runs."),
    "database.fault": N_("The database refused a statement (%(sqlstate)s, %(constraint)s). Nothing was changed."),
    "database.newer": N_(
        "The database was made by a newer version of Sendbote (%(version)s). Install that version, or restore a backup."
    ),
}
