"""What is said of the recipient: nobody of that name, no such domain, a mailbox that is full, closed or locked."""

from core.rules.bounces.wording.families import MAILBOX, RECIPIENT, family
from core.vocabulary import BounceClass as B

REFUSED_RECIPIENT = family(
    "refused recipient",
    B.ADDRESS,
    r"recipient address rejected: (access denied|user|undeliver|unknown|unverified|no such)",
    r"badrcptto|badrecipientto|not in my validrcptto",
)
FULL = family(
    "full",
    B.MAILBOX,
    rf"({MAILBOX}|quota|dis[ck]|storage)\b.{{0,40}}(\bfull\b|exceed|exeed|over\b)",
    r"\b(full|over|exceed\w*|out of|not enough|insufficient)\b(?! system).{0,40}(mailbox|inbox|quota|storage|disk)",
    r"over ?(the |its )?(\w+ ){0,2}quota|quota (limit|violation|exceed)|space (is )?not enough|too much mail",
    r"storage (limit|allocation|space)|too many messages (on|in)|exhausted|cannot append|mail ?folder.{0,20}full",
    r"mailbox limit|blocks limit",
)
CLOSED = family(
    "closed",
    B.MAILBOX,
    rf"({MAILBOX}|@\W{{0,4}}).{{0,40}}\b(disabled|deactivat|discontinued|suspend|terminated|closed|frozen"
    r"|archived|expired|inactive(?! e-?mail address)|not active|no longer active)",
    rf"(disabled|inactive|deactivated|suspended|frozen|expired|archived) (?!address){MAILBOX}",
    r"is (now|currently) disabled|inactivity|user account not activated|receiving disabled|suspend the service",
    r"@\W{0,6} is no longer valid",
)
LOCKED = family("locked", B.MAILBOX, rf"{MAILBOX}.{{0,25}}\b(locked|is ?blocked|cannot be accessed)")
DOMAIN = family(
    "domain",
    B.DOMAIN,
    r"\bdomain( name)?\b.{0,40}(not (found|exist|valid|hosted|local|handled|served)|n.t exist|non-?existent|lookup"
    r"|(couldn't|cannot|could not) be found|no longer)",
    r"(unknown|invalid|illegal|non-?existent|no such|bad destination) (mail )?(host|domain|system)",
    r"\bhost\b( or domain name)?.{0,15}(unknown|not found|does not accept)|unrout\w*able",
    r"null ?mx|\bno (mx|mail exchanger)|(mx|srv) .{0,30}no smtp service|all relevant mx|find any (host|mail)",
    r"name or service not known|dns lookup fail",
    r"does not accept mail|no route found to domain|tenant or domain",
)
USER = family(
    "user",
    B.ADDRESS,
    rf"\b{RECIPIENT}\b(?! (serv|system)).{{0,60}}(unknown|no longer|invalid|undeliverable|incorrect|wrong|unavailable"
    r"|not? (exist|found|listed|known|valid|here|ok|available|local|allowed|in\b|recogni[sz]ed)|n.t (exist|found|have)"
    r"|moved|not a (known|valid|registered|member)|unrecogni[sz]ed|(couldn't|cannot|could not) be (found|verified)"
    r"|no mailbox|rejected|refused|denied|replaced|lookup .{0,20}failed|no match|verification failed)",
    r"\b(unknown|no such|invalid|inactive|bad|non-?existent|illegal|malformed|wrong|undeliverable"
    rf"|unrecogni[sz]ed|not a valid|no valid|can't find|unable to find|not our|no) ?-?"
    rf"(or (illegal|unknown) )?(final delivery |virtual )?{RECIPIENT}\b",
    r"unknown[ -](user|local)|no such (id|person|mbox)|no one by that name|no account|not have an? [\w.@-]* ?account",
    r"recipnotfound|recipientnotfound|userunknown|user reject|does not exist|has moved|cannot deliver mail for",
    r"no longer (accepts mail|an employee|works|with)|incorrectly addressed|no one with"
    r"|bad destination (e-?mail|mailbox)|mail for that user|not user of|unavailable mail user|\b#?5\.1\.1\b",
)
NOT_FOUND = family("not found", B.ADDRESS, r"(\bnot (found|known)|n.t exist|\bno such)\b(?! (file|command))")
