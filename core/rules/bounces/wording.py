"""Families of words by which servers say why: ordered, since a refusal for policy often quotes the recipient too."""

import re

from core.rules.bounces.languages import FAMILIES_ABROAD
from core.vocabulary import BounceClass as B


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


FAMILIES = (
    ("greylisting", B.TRANSIENT, _words(r"gr[ea]y-?list|postgrey")),
    ("loop", B.TRANSIENT, _words(r"hop count|too many hops|(mail|routing) loop|loops back to")),
    (
        "volume",
        B.RATE,
        _words(
            r"unusual rate|send limit exceeded|too many (messages|emails|mails)"
            r" (from|per|in)|messages? per (second|minute|hour|day)|(sending|receiving) rate|slow down"
        ),
    ),
    (
        "form",
        B.CONTENT,
        _words(
            r"(invalid|illegal|malformed|missing|improper) (header|mime|message|subject|date|from header)"
            r"|8-?bit|too many bad|"
            r"duplicate header|multiple.{0,40}addresses in from|protocol violation|polic(y|ies) (reason"
            r"|violation)|bare (lf|cr)"
            r"|(not|non).{0,12}(rfc|compliant)\b|\bRFC ?[25][83]22\b|blacklisted url"
        ),
    ),
    (
        "group",
        B.SENDER,
        _words(
            r"groups\.google\.com|permission to (post|send)|not (a|an) (member|subscriber)"
            r"|not authori[sz]ed to (post|send)|restricted to"
        ),
    ),
    (
        "refused recipient",
        B.ADDRESS,
        _words(r"recipient address rejected: (access denied|user|undeliver|unknown|unverified)"),
    ),
    (
        "blocked at the door",
        B.SENDER,
        _words(
            r"^\W*(\d{3}[ -])?([45]\.\d\.\d{1,3} )?blocked\b|envelope blocked|administrative prohibition"
            r"|local block ?list|reputations?[/?]|\bCS01\b"
        ),
    ),
    ("virus", B.CONTENT, _words(r"\bvirus|malware|infected|phishing")),
    (
        "authentication",
        B.SENDER,
        _words(
            r"authentication checks?|unauthenticated sender|"
            r"must issue a STARTTLS|TLS (is )?required|encryption (is )?(needed|required)"
            r"|authentication (is )?required|"
            r"certificate|no authentication type|smtp auth|not authenticated|authentication fail|"
            r"\bSPF\b|\bDKIM\b|\bDMARC\b|\bPTR\b|reverse (dns|lookup|host)|rdns|unauthenticated (email|mail)"
            r"|sender policy|cannot find your (hostname|reverse)"
            r"|email is being sent from a mail server which is not"
        ),
    ),
    (
        "relaying",
        B.SENDER,
        _words(
            r"insecure mail relay|"
            r"rcpthosts|relay (access|is|has been|attempt|operation)|not a gateway|tenantattribution|"
            r"relay(ing)? (access )?(is )?(denied|not (allowed|permitted)|prohibited)|(not permitted|unable"
            r"|refus\w+) to"
            r" relay|relaying mail|open relay|does(n't| not) relay|not (a )?relay|no relaying"
        ),
    ),
    (
        "reputation",
        B.SENDER,
        _words(
            r"user complaints|rejected host|my name was rejected|after (ehlo|helo)|"
            r"banned sending|spam abuse|\bCON:B|\bS3[0-9]{3}\b|part of (a|their) (list|network)|helo\b.{0,60}(not found"
            r"|denied|invalid|reject)|suspicio\w+ (ip|activity)|(your|the) (ip|mail server|host).{0,40}not (allowed"
            r"|permitted|authori[sz]ed)|country|"
            r"block(ing)? ?list|black ?list|deny ?list|\bRBL\b|\bDNSBL\b|spamhaus|spamcop|barracuda|reputation"
            r"|(your |client |sending |the )(ip|host|network|server)\b[^.]{0,60}(block|banned|refused"
            r"|rejected|denied|not accept)"
            r"|client host|blocked (by|using|for|due)|banned (sending )?(ip|host)|access denied|bad helo"
            r"|helo (command )?rejected|network not allowed|not accepting connections|invalid ip"
            r"|is not verified|no (email|mail) accepted from"
            r"|invalid (helo|ehlo)|dynamic(ally)? (ip|assigned)|part of their network"
            r"|unsolicited mail originating"
        ),
    ),
    (
        "rate",
        B.RATE,
        _words(
            r"(ip|connection|domain|sender|sending) frequency|unusual rate|excessive (rate|connection"
            r"|number)|exceeded (the )?(rate|connection|threshold|maximum number of (conn|mess))"
            r"|exceeded threshold|"
            r"too (many (connection|concurrent|session|recipient|simultaneous)|fast|much mail)|rate.?limit"
            r"|frequency limit|throttl|slow down"
            r"|(sending|hourly|daily) (relay )?(limit|quota)|connection (rate|limit)|too frequent"
            r"|receiving mail at a rate"
        ),
    ),
    (
        "size",
        B.CONTENT,
        _words(
            r"(message|mail|attachment)\b.{0,20}(too (big|large|long)|exceeds? (the |a |fixed |your )?(max"
            r"|size|limit|length))|recipsizelimit|msgtoobig|maximum (message )?size|size exceeds|"
            r"message (size|is too|too|length|file)[^.]{0,30}(big|large|exceed|limit)|(size"
            r"|maximum).{0,20}(exceed|limit)"
        ),
    ),
    (
        "full",
        B.MAILBOX,
        _words(
            r"(postfach|mailbox|speicher\w*)\b.{0,30}(voll\b|überschritten)|bo.te.{0,40}(pleine|satur.e)"
            r"|buz.n.{0,20}llen[oa]|cannot append|mailfolder is full|user has exhausted|容量|"
            r"(mailbox|mail box|quota|inbox|account|disk)\b.{0,40}(full|exceed|over)|over ?(the )?(disk "
            r"|allowed )?quota"
            r"|out of (storage|space)|insufficient (disk )?(space|storage)|storage (limit|allocation)"
            r"|too many messages (on|in) (this )?mail"
            r"|exceed.{0,40}(quota|storage|mailbox)|user is overquota|not enough (disk|storage) space"
        ),
    ),
    (
        "sender",
        B.SENDER,
        _words(
            r"resolver\.rst\.notauthori[sz]ed|not authori[sz]ed to send|restrictions? .{0,30}(sender"
            r"|sending)|sender.{0,30}(authori|accepted)|(only )?accepts? (mail|messages) (only )?from|"
            r"(sender|envelope.?from|mail from|from address|return.?path)\b.{0,40}(reject|denied|refus"
            r"|invalid|not (allowed|exist)"
            r"|unknown|verif|block|fail|no mx|unresolv|not resolve|not found)|from: .{0,20}invalid"
            r"|not permitted to send|(unrout\w+|invalid) sender|domain of sender|badsender|invalid sender"
            r"|unknown sender"
        ),
    ),
    (
        "spam",
        B.CONTENT,
        _words(
            r"\bspam|\bUCE\b|unsolicited|junk|bulk mail|content (filter|reject|refus|denied|restrict)"
            r"|(blocked|rejected).{0,20}content"
            r"|attachment|header (error|invalid|check)|message (header|content)|bare (lf|cr)|duplicate header"
            r"|\bpolicy\b|administratively|prohibited|mail rejected"
        ),
    ),
    (
        "disabled",
        B.MAILBOX,
        _words(
            r"no longer accepts? (mail|messages)|has been (disabled|suspended|deactivated|closed|locked)"
            r"|(mailbox|account) (is )?closed|stillgelegt|deaktiviert|"
            r"(mailbox|account|user|recipient|address|customer)\b.{0,30}(disabled|inactive|suspend|locked"
            r"|frozen|not active|deactivat|expired)"
            r"|(disabled|inactive|suspended|frozen|expired) (mailbox|account|user|recipient)"
            r"|mailbox (currently )?unavailable.{0,30}disabled"
        ),
    ),
    (
        "domain",
        B.DOMAIN,
        _words(
            r"nonexistentdomain|non-?existent (host|domain)|no route found to domain|all relevant mx"
            r"|domain does not exist|bad destination (host|system)|invalid domain|"
            r"\bdomain( name)?\b.{0,30}(not found|n.t exist|nonexistent|lookup (error|fail)|not valid"
            r"|couldn't be found|no longer)"
            r"|\bhost (or domain name )?(unknown|not found|lookup|does not accept)|(mx"
            r"|srv) .{0,30}no smtp service"
            r"|\bdomain\b.{0,25}not (hosted|local|handled|served)"
            r"|no such (domain|host)|unrouteable|unroutable|(unknown|invalid|illegal) (mail )?(host|domain)"
            r"|host unknown|null ?mx"
            r"|(couldn't|could not|cannot|can't|unable to) find any (host|mail)|no (mx|route to host.*mx"
            r"|mail exchanger)|never (logged|heard) of.*domain"
            r"|name or service not known|dns lookup fail|smtp protocol is not supported|does not accept mail"
        ),
    ),
    (
        "user",
        B.ADDRESS,
        _words(
            r"not recogni[sz]ed|not a registered|invalid [\w ]{0,20}userid|リストにありません|"
            r"recipnotfound|(empf.nger|benutzer|adresse|postfach)\b.{0,40}(unbekannt|nicht (gefunden|vorhanden"
            r"|existiert)|existiert nicht)|"
            r"(unbekannter?|ung.ltige) (empf.nger|benutzer|adresse)|destinataire (inconnu|invalide)|(adresse"
            r"|utilisateur).{0,20}(inconnue?|invalide)|"
            r"(usuario|destinatario|cuenta).{0,30}(desconocid|no existe|no encontrad)|宛先不明|存在しません"
            r"|見つかりません|"
            r"(user|recipient|mailbox|address\w*|account|alias|person|customer|mail ?drop|destination)\b.{0,60}"
            r"(unknown|not? (exist|found|listed|known|valid|here)|n.t exist|n.t found|doesn't have"
            r"|no longer|invalid|unrecogni[sz]ed|undeliverable|incorrect"
            r"|is not a? ?(known|valid)|not in|reject|no mailbox|couldn't be found|wasn't found"
            r"|was not found|unavailable|moved)"
            r"|(unknown|no such|invalid|bad|non-?existent|illegal) (user|recipient|mailbox|address|account"
            r"|local|person|destination (mail|addr)|e-?mail|alias|name)"
            r"|no mailbox|not our (user|customer)|does(n't| not) have an? [\w.]+ account|(is"
            r"|does) not (a )?(known|valid|exist)|not listed in|has moved|user not"
            r"|recipient.{0,20}(refused|denied)|5\.1\.1|no one by that name|no account|unknown[ -]user"
            r"|undeliverable address|userunknown|wrong recipient|no valid recipient|recipient (is )?invalid"
        ),
    ),
    *FAMILIES_ABROAD,
    (
        "delivery time",
        B.TRANSIENT,
        _words(
            r"configuration error|requests to connect|will be retried|failed \d+ attempts|"
            r"queue\.expired|failing for a long time|points? (back )?to (local|my)|wasn't able to establish"
            r"|lookup failed temporarily|lost connection|conversation with|server configuration|write error"
            r"|can't open|retries|mx.{0,20}loops? back|deferred|"
            r"timed? ?out|expired|too long|retry (time|timeout)|connection (refused|reset|lost|dropped)"
            r"|gr[ea]y-?list|try again|temporar"
            r"|could not be delivered (for|within)|hop count|too many hops|loop|network (is )?unreachable"
            r"|no route|delivery (has been |was )?delayed"
            r"|not (yet )?been (able to )?deliver|queue|system (error|failure)|local error|i/o error"
            r"|resources|mailer error|command (died|failed)|pipe|can't create"
            r"|server (error|failure|busy)|internal error|cannot connect|could ?n.t connect"
            r"|unable to connect|out of memory|not respond|multiple retries|giving up"
            r"|malformed or unexpected name server"
        ),
    ),
)
GONE_FOR_GOOD = _words(
    r"disabled|suspended|inactive|deactivat|closed|terminated|no longer active|stillgelegt|deaktiviert"
    r"|d.sactiv|ferm.e?\b|desactivad|cerrad[ao]|disattivat|отключ[её]н|停用|無効"
    r"|not active|frozen"
)
PASSING = _words(r"verification in progress|deferred|gr[ea]y-?list|try again later|temporar(y|ily)")
