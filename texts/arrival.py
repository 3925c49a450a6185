"""How a letter arrived, in sentences that an operator can act on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from texts import N_, _, ngettext

SIGNATURES = {
    "holds": N_("The signature of %(domain)s (%(selector)s, %(algorithm)s) holds: nobody has changed the letter."),
    "body_changed": N_(
        "The signature of %(domain)s (%(selector)s) does not hold: the text was changed on the way, "
        "as mailing lists and virus scanners do."
    ),
    "headers_changed": N_(
        "The signature of %(domain)s (%(selector)s) does not hold: a signed header was changed, "
        "or the published key is another one."
    ),
    "no_key": N_("The signature of %(domain)s (%(selector)s) cannot be verified: its record is missing in the DNS."),
    "revoked": N_("The key %(selector)s of %(domain)s has been revoked in the DNS."),
    "unreadable": N_("A signature of %(domain)s cannot be read."),
}
METHODS = {
    ("spf", "pass"): N_("SPF: %(by)s found that the relay may send for %(about)s."),
    ("spf", "fail"): N_("SPF: %(by)s found that the relay may not send for %(about)s. Name it in the SPF record."),
    ("spf", "softfail"): N_("SPF: %(by)s doubts that the relay may send for %(about)s. Name it in the SPF record."),
    ("spf", "none"): N_("SPF: %(by)s found no record for %(about)s."),
    ("dkim", "pass"): N_("DKIM: %(by)s found a good signature of %(about)s."),
    ("dkim", "fail"): N_("DKIM: %(by)s found a signature of %(about)s that does not hold."),
    ("dkim", "none"): N_("DKIM: %(by)s found no signature."),
    ("dmarc", "pass"): N_("DMARC: %(by)s found that From is vouched for."),
    ("dmarc", "fail"): N_("DMARC: %(by)s found that nobody vouches for From. Such letters are soon taken for spam."),
    ("dmarc", "none"): N_("DMARC: %(by)s found no record of the domain in From."),
}


def signature(verdict: Mapping[str, str]) -> str:
    words = SIGNATURES[verdict["code"]]
    return _(words, **verdict)


def result(found: Mapping[str, str]) -> str:
    """One that has no sentence is told as it stands."""
    words = METHODS.get((found["method"], found["result"]))
    named = {**found, "about": found["about"] or "–"}
    return _(words, **named) if words else _("%(by)s says: %(method)s=%(result)s", **named)


def way(hops: int, encrypted: int, seconds: float | None) -> Iterator[str]:
    yield ngettext(
        "It passed %(n)s server; encrypted steps: %(encrypted)s.",
        "It passed %(n)s servers; encrypted steps: %(encrypted)s.",
        hops,
        encrypted=encrypted,
    )
    if seconds is not None:
        yield _("From the first to the last it took %(seconds)s seconds.", seconds=f"{max(0.0, seconds):.0f}")


def alignment(domain: str, aligned: bool) -> str:
    if aligned:
        return _("A good signature belongs to %(domain)s, which stands in From: DMARC is content.", domain=domain)
    return _("No good signature belongs to %(domain)s, which stands in From.", domain=domain)


def noted(kept: str) -> list[str]:
    """The same of a copy that was received by itself, from what was kept of it."""
    told = json.loads(kept)
    return lines(told, told["seconds"])


def lines(told: Mapping[str, Any], seconds: float | None) -> list[str]:
    """The whole story, from the verdicts to the way it took; `told` holds what channels.email.arrival.Arrival does."""
    said = [signature(one) for one in told["signatures"]] or [_("The letter has no signature.")]
    said.append(alignment(told["from_domain"], told["aligned"]))
    said += [result(one) for one in told["results"]] or [_("Its receiver has not written down what it checked.")]
    if told["hops"]:
        said += way(len(told["hops"]), sum(one["encrypted"] for one in told["hops"]), seconds)
    return said
