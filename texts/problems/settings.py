"""What is wrong with a setting."""

from texts import N_

SENTENCES = {
    "setting.bad_number": N_("“%(where)s” must be a number above zero, or empty."),
    "cap.bad_messages": N_("The frequency cap is between 1 and %(most)s messages."),
    "cap.bad_days": N_("The frequency cap looks back between 1 and %(most)s days."),
    "cap.bad_purpose": N_("“%(purpose)s” is no purpose of messages."),
    "setting.bad_manner": N_("“%(manner)s”: choose a number from %(least)s to %(most)s."),
    "hours.whole_day": N_(
        "Quiet hours that begin when they end would never let anything go. Leave them empty for none."
    ),
    "setting.bad_retention": N_("“%(kept)s” can be kept for %(least)s to %(most)s days, or for ever with 0."),
    "setting.bad_tracking": N_("Opens and clicks can be kept of each recipient, counted, or not at all."),
    "setting.bad_language": N_("“%(language)s” names no language. Write two letters, such as en or de."),
    "setting.answer_too_long": N_("The text is too long: %(most)s characters at most, each part costs money."),
    "keyword.empty": N_("Write a word that holds at least one letter or digit."),
    "keyword.long": N_("A keyword has at most %(most)s characters: whoever writes more writes a message."),
    "keyword.taken": N_("“%(word)s” means %(meant)s already."),
    "setting.bad_role": N_("A part may be launched by those who may launch, or by administrators alone."),
    "setting.bad_days": N_("Choose between 1 and %(most)s days."),
    "setting.unknown_sender": N_(
        "No sender of this channel has “%(address)s”. Make it a sender, or one of a sender's pool."
    ),
    "setting.bad_soft_bounces": N_("Choose a number between 1 and %(most)s."),
    "setting.bad_hours": N_("Choose between 0 and %(most)s hours."),
    "setting.both": N_("%(name)s and %(other)s are both set. Keep one of them."),
    "setting.unreadable": N_("The file that %(name)s names cannot be read: %(problem)s. Check its path and its owner."),
    "setting.not_a_url": N_("%(name)s is not an address that begins with one of: %(schemes)s"),
    "setting.not_a_number": N_("%(name)s must be a whole number from %(least)s to %(most)s."),
    "setting.half_an_account": N_("%(name)s is missing: an account needs both its SID and its token."),
    "setting.not_return_addresses": N_(
        "%(name)s must hold addresses such as returns@example.org (at most %(longest)s characters before the @) or "
        "whole domains such as bounces.example.org."
    ),
    "setting.not_a_mailbox": N_("%(name)s must name a mailbox: imaps://user:password@host/INBOX"),
    "setting.no_mailbox": N_("%(name)s needs SENDBOTE_RETURNS_URL: nobody would read what comes back there."),
    "setting.not_pairs": N_("%(name)s must hold pairs such as sms:gateway, separated by commas."),
    "setting.not_a_choice": N_("%(name)s must be one of: %(choices)s."),
    "setting.not_a_key": N_("%(name)s must be 64 hexadecimal digits."),
    "setting.not_a_bot_token": N_(
        "%(name)s is not the token of a bot: BotFather gives it in the form 123456789:letters and digits."
    ),
    "setting.no_relay": N_(
        "%(name)s switches the sandbox off, but SENDBOTE_SMTP_URL names no mail server. "
        "Set SENDBOTE_SMTP_URL, or leave the sandbox on."
    ),
    "setting.webhook_needs_https": N_(
        "%(name)s asks for webhooks, which Telegram delivers to https addresses only. "
        "Set SENDBOTE_PUBLIC_URL to an https address, or choose polling."
    ),
    "setting.port_taken": N_(
        "Port %(port)s is taken by another program. Stop that program, or set %(name)s to a free port (0 chooses one)."
    ),
    "setting.same_port": N_("%(name)s and %(other)s ask for the same port. Choose another for one of them."),
}
