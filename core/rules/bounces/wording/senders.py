"""What is refused for who sends it and from where: no fault of the recipient, whom it often quotes."""

from core.rules.bounces.wording.families import MACHINE, family
from core.vocabulary import BounceClass as B

GROUP = family(
    "group",
    B.SENDER,
    r"groups\.google\.com|permission to (post|send)|not (a|an) (member|subscriber)\b(?! of domain)",
    r"not (allowed|authori[sz]ed|permitted) to (post|send (mail |messages? )?to)|restricted to|allowed-senders",
    r"only accepts? (mail|messages) from|accepts? (mail|messages) only from|restrictions?\b.{0,30}send",
)
AUTHENTICATION = family(
    "authentication",
    B.SENDER,
    r"\bspf\b|sender policy framework|\bdkim\b|\bdmarc\b|\bdane\b|dnssec",
    r"\bptr\b|(reverse|pointer) (dns|lookup|host|record)|\brdns\b|(cannot|can't|unable to) find your",
    r"unauthenticated|(not|n't|no|fail\w*|incorrect|require\w*|must|smtp|wrong) .{0,12}authenticat",
    r"authenticat\w* (is |was )?(required|failed|fail\b|failure|checks?|not allowed|level|mechanism|turned)",
    r"\bauth failed|smtp auth|password (incorrect|required|not accepted)|log ?in (with|through)",
    r"invalid credentials|domainkeys|verify your",
    r"\btls\b(?!.{0,30}(temporar|local problem))|starttls|encryption|certificate",
)
RELAYING = family(
    "relaying",
    B.SENDER,
    r"(?<!smtp )\brelay(ing|ed)?\b(?!=|.{0,12}(limit|quota))",
    r"rcpthosts|not a gateway|tenantattribution|local user only",
)
REPUTATION = family("reputation", B.SENDER, r"reputation|complaints?\b")
BLOCKED = family(
    "blocked",
    B.SENDER,
    r"\bcon:b|\(rtr:bl\)|\bs3[0-9]{3}\b|spamhaus|spamcop|barracuda|cloudmark|ivmsip",
    r"(block|black|deny|reject) ?-?list(?!ed url)|\b(dns|r|x|s|p)bls?\b|bad ip|banned(?! content)",
    r"\b(bad|invalid|empty)?\s?(helo|ehlo)\b|invalid ip|dynamic(ally)? (ip|assigned)|ip not in",
    r"suspicio\w+ (ip|activity)|suspected (spam ip|bounce)|spam(ming)? (incident|issue|abuse)",
    rf"{MACHINE}\b.{{0,60}}(\bblock|banned|refused|(?<!temporarily )reject|denied|is filtered"
    r"|not (accept(?! mail)|allowed|permitted|authori))|connections?( will)? not( be)? accept|esmtp not accepting",
    rf"(refused|rejected|denied|blocked|bloqu\w+).{{0,15}}{MACHINE}\b|connection (denied|rejected)|due to abuse",
    r"(messages|mails) from .{0,40}weren't sent|part of (a|their) (list|network)|access (is )?denied|no access",
    r"(from|by) your (ip|server|location)|too many bounces|\b(ou|sc|dy)-\d{3}",
    r"my name was rejected|over ipv6|(?<!indicated )no smtp service",
    r"^\W*(\d{3}[ -])?([45]\.\d\.\d{1,3} )?blocked\b(?! for spam)|blocked using",
    r"you have been|your .{0,20}has been (black|block)",
    r"envelope (blocked|rejected)|blocked senders?|administrative prohibition|\bcs01\b",
)
SENDER = family(
    "sender",
    B.SENDER,
    r"\b(sender|envelope.?from|mail ?from|from address|return.?path|from: ?domain|from domain)\b.{0,60}"
    r"(reject|denied|refus|invalid|not (in|allowed|exist|own|accept|authori)|unknown|must (exist|resolve)|verif|block"
    r"|fail|no mx|no a,|unresolv|resolve|not found|mismatch)",
    r"(invalid|unknown|unrout\w+|bad|fake|unresolvable|verify) (sender|mail ?from|rfc\.5321 from)|badsender",
    r"not (permitted|authori[sz]ed) to send|sending denied|resolver\.rst\.notauthori[sz]ed|domain of sender",
    r"mail (is )?rejected by|is not verified|denied domain|domain may not exist|mismatch",
)
REFUSED = family(
    "refused",
    B.SENDER,
    r"\b(denied|refused|rejected|blocked)\b|not (allowed|permitted|accepted|authori[sz]ed)|permissions?\b",
)
