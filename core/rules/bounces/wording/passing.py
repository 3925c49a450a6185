"""What will pass: greylisting, loops and outages on the way, and a pace that is too fast."""

from core.rules.bounces.wording.families import family
from core.vocabulary import BounceClass as B

GREYLISTING = family("greylisting", B.TRANSIENT, r"gr[ea]y-?list|postgrey")
LOOP = family(
    "loop",
    B.TRANSIENT,
    r"hop count|too many hops|\d hops\b",
    r"\b(mail|message|routing|forwarding)? ?loop(s|ing|back)?\b|mxloopback",
    r"points? back|points to (local|my)",
)
RATE = family(
    "rate",
    B.RATE,
    r"too much mail(?! data)|too many (concurrent|simultaneous|connections?|sessions|recipients)",
    r"too many (mails?\b|e-?mails|messages)(?! (on|in) (this|the) (mail|server|account))",
    r"too (fast|quickly|frequent)|slow(er| down)",
    r"\b(unusual|excessive|unexpected) (rate|volume|number|connection)",
    r"(max\w*|number of) (concurrent|connections|messages? per|recipients)",
    r"rate.?limit|throttl|frequency|thread limit|threshold|exceeded permitted limits",
    r"\b(send\w*|relay\w*|receiv\w*|hourly|daily|connection|submission) (\w+ )?(rate|limit|quota)|message (rate|limit)",
    r"(messages?|mails?|recipients?|limit|e-?mails) ?(per|this|within) (second|minute|hour|day|session|connection)",
    r"within \d+ hours|receiving mail at a rate|per hour",
)
TIME = family(
    "delivery time",
    B.TRANSIENT,
    r"timed? ?out|expired|retry time|retries|retried|try(ing)? again|later\b|giving up",
    r"temporar|deferred|delayed|postponed",
    r"connect(ion)? (to .{1,80} )?(refused|reset|lost|dropped|closed|broken|failed)|lost connection|(is|was) broken",
    r"(can ?not|can't|could ?n.t|unable to|wasn't able to|could not|failed to|requests? to) (connect|establish)",
    r"network (is )?unreachable|no route|not respond|did not answer|no answer|name ?server",
    r"could not be (delivered|sent) (for|within)|not (yet )?been (able to )?deliver|not been collected",
    r"delivery attempts|failed \d+ attempts|failing for a long time|too long|queue",
    r"(system|server|local|internal|i/o|read|write|mailer|config\w*) (error|problem|failure)|configuration",
    r"\b(busy|load)\b|out of memory|resources|(disk|system) (space|full|storage)|system is full",
    r"command (died|failed)|\bpipe\b|can't (open|create)|(home|maildir) directory|conversation with",
    r"unable to process|upstream error|gateway",
)
