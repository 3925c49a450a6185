"""How mail servers and holiday answers name themselves, in the head of a mail."""

import re

BOUNCING = re.compile(
    r"mailer.?daemon|post_?master|mail error|メールエラー|mail delivery|undeliver|deliver\w* (status|fail|report"
    r"|problem|notif)|returned mail|fail(ed|ure)"
    r"|could not (be )?(send|deliver)|non.?deliver|unzustellbar|nicht zugestellt|bounce"
    r"|message not delivered|warning: message",
    re.IGNORECASE,
)
AUTOREPLY = re.compile(
    r"^\s*(auto(matic|mated)?[ :-]?(reply|response|antwort)|out of (the )?office|away from|vacation|abwesen"
    r"|automatische antwort"
    r"|auto:|respuesta autom|r.ponse automatique)",
    re.IGNORECASE,
)
UNDELIVERED = re.compile(
    r"(could|can) ?not be (delivered|sent)|undeliverable|unable to (deliver|send)|delivery (has )?failed"
    r"|fail(ed|ure) to deliver|not delivered",
    re.IGNORECASE,
)
COMPLAINING = re.compile(r"^\s*(complaint about message|email feedback report|abuse report)", re.IGNORECASE)
AUTOMATIC = re.compile(r"auto.?repl(y|ied)|vacation", re.IGNORECASE)
