"""What a check of a sender's domain found, in plain words with what to do about it."""

from collections.abc import Mapping
from typing import Any

from texts import N_, _

CHECKS = {
    "spf": N_("SPF: who may send"),
    "dkim": N_("DKIM: signatures"),
    "dmarc": N_("DMARC: what holds without them"),
    "alignment": N_("Alignment"),
    "mx": N_("Mail to the domain"),
    "tls": N_("Encryption of mail to the domain"),
    "reverse": N_("Name of the relay's address"),
}
LIGHTS = {
    "good": N_("good"),
    "warning": N_("to be looked at"),
    "bad": N_("must be mended"),
    "unknown": N_("not known"),
}
FINDINGS = {
    "domain.no_answer": N_("The DNS does not answer for %(name)s (%(kind)s). Check again in a while."),
    "spf.missing": N_(
        "%(domain)s has no SPF record. Add one that names the relay; its provider says which words to use."
    ),
    "spf.several": N_("%(domain)s has more than one SPF record, and receivers heed none of them. Keep one."),
    "spf.broken": N_(
        "The SPF record of %(domain)s cannot be followed at “%(what)s”: receivers take all of it for broken."
    ),
    "spf.too_many_lookups": N_(
        "The SPF record of %(domain)s takes %(lookups)s look-ups, and receivers give up after %(most)s. "
        "Take out what sends no more."
    ),
    "spf.void_lookups": N_(
        "%(void)s names in the SPF record of %(domain)s lead nowhere; receivers put up with two. Take them out."
    ),
    "spf.allows_all": N_("The SPF record lets everybody send for %(domain)s. End it with ~all."),
    "spf.relay_unknown": N_(
        "The SPF record of %(domain)s is in order (%(lookups)s of %(most)s look-ups). "
        "Whether it names your relay cannot be told from here."
    ),
    "spf.covers": N_("The SPF record of %(domain)s names your relay (%(lookups)s of %(most)s look-ups)."),
    "spf.not_covered": N_(
        "The SPF record of %(domain)s does not name %(address)s, at which your relay takes mail. "
        "If it also leaves from there, add it; else use the words of the relay's provider."
    ),
    "spf.envelope_aligned": N_(
        "Letters come back to %(envelope)s, so that receivers ask about SPF there. "
        "It is aligned with %(domain)s: what they find counts for the sender that people see."
    ),
    "spf.envelope_foreign": N_(
        "Letters come back to %(envelope)s, so that receivers ask about SPF there and not at %(domain)s. "
        "By DMARC it is not aligned with %(domain)s: only DKIM can vouch for the sender that people see. "
        "Add a returns address below %(domain)s."
    ),
    "domain.no_keys": N_("Letters are not signed by us. If the relay does not sign either: make keys."),
    "domain.key_published": N_("The record of key %(selector)s (%(algorithm)s) is there and fits."),
    "domain.key_missing": N_("The record of key %(selector)s (%(algorithm)s) is missing."),
    "domain.key_differs": N_("There is a record for key %(selector)s (%(algorithm)s), but it holds another key."),
    "dmarc.missing": N_("%(domain)s has no DMARC record. Large receivers refuse bulk mail without one."),
    "dmarc.several": N_("%(domain)s has more than one DMARC record, and receivers heed none of them. Keep one."),
    "dmarc.broken": N_("The DMARC record of %(domain)s names no policy that exists (none, quarantine, reject)."),
    "dmarc.watches": N_(
        "The DMARC record of %(domain)s asks for reports only (p=none). That is enough to send; once the reports are "
        "clean, quarantine and later reject protect your name."
    ),
    "dmarc.protects": N_("The DMARC record of %(domain)s asks for %(policy)s."),
    "dmarc.no_reports": N_("The DMARC record of %(domain)s asks for no reports. Add rua=mailto:… to learn who fails."),
    "alignment.both": N_(
        "SPF and DKIM both vouch for the domain that stands in From (strictness: SPF %(spf)s, DKIM %(dkim)s)."
    ),
    "alignment.by_dkim": N_("DKIM vouches for the domain that stands in From (strictness: %(dkim)s); that is enough."),
    "alignment.by_spf": N_(
        "SPF vouches for the domain that stands in From (strictness: %(spf)s). Forwarded letters fail without DKIM."
    ),
    "alignment.neither": N_("As far as can be told, neither SPF nor DKIM vouches for the domain that stands in From."),
    "alignment.refused": N_(
        "Neither SPF nor DKIM is known to vouch for the domain that stands in From, and its DMARC record asks for "
        "%(policy)s: such letters do not arrive. Sign them."
    ),
    "mx.there": N_("Mail to %(domain)s goes to %(host)s: answers and returned letters arrive."),
    "mx.takes_none": N_(
        "%(domain)s says that it takes no mail. Answers are lost, and receivers mind. Remove the empty MX."
    ),
    "mx.address_alone": N_(
        "%(domain)s has no MX record, only an address. Mail may arrive there; an MX record makes sure."
    ),
    "mx.missing": N_("No server takes mail for %(domain)s. Answers are lost, and many receivers refuse such senders."),
    "tls.offered": N_("%(host)s offers encryption (STARTTLS)."),
    "tls.missing": N_("%(host)s offers no encryption (STARTTLS). Answers come in the clear."),
    "tls.not_reached": N_(
        "%(host)s cannot be reached from here on port 25, which many networks close. Nothing is wrong with that."
    ),
    "tls.internal": N_("%(host)s has an internal address and was not called. SENDBOTE_ALLOW_INTERNAL_HOSTS allows it."),
    "reverse.confirmed": N_("%(address)s is called %(host)s, and that leads back to it."),
    "reverse.one_way": N_("%(address)s is called %(host)s, but that does not lead back to it. Add its address there."),
    "reverse.missing": N_(
        "%(address)s has no name (PTR). Many receivers refuse mail from such addresses. Ask who runs it."
    ),
}
STRICTNESS = {"s": N_("strict"), "r": N_("relaxed")}


def worry(found: Any) -> list[str]:
    """What to know before a launch of a sender's domain that is not ready: what is wrong, then each finding."""
    if found is None:
        return []
    if found.checked_at is None:
        return [_("Whether letters from %(domain)s will arrive has not been checked.", domain=found.domain)]
    head = _("Letters from %(domain)s may not arrive:", domain=found.domain)
    return [head, *(finding(one.code, one.params) for one in found.worst)]


def check(code: str) -> str:
    return _(CHECKS[code])


def light(code: str) -> str:
    return _(LIGHTS[code])


def finding(code: str, params: Mapping[str, object]) -> str:
    worded = {name: _(STRICTNESS[str(value)]) if str(value) in STRICTNESS else value for name, value in params.items()}
    return _(FINDINGS[code]) % worded
