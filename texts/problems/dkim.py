"""What is wrong with keys that sign letters, or with asking the DNS."""

from texts import N_

SENTENCES = {
    "dkim.not_found": N_("There is no key %(id)s for %(domain)s. `sendbote dkim show` lists them."),
    "dkim.retired": N_("The key %(id)s has been retired. Make a new one with `sendbote dkim rotate`."),
    "dkim.other_key": N_(
        "The key %(selector)s that signs %(domain)s cannot be opened: it was made with another address key. "
        "Nothing was sent. Put data/keys/address.key back, or retire the key and make a new one."
    ),
    "dns.no_answer": N_(
        "The DNS does not answer for %(name)s (%(kind)s, %(why)s). Try again in a while; "
        "SENDBOTE_DNS names another resolver."
    ),
    "secret.other_key": N_(
        "A secret (%(of)s) cannot be opened: it was sealed with another address key. "
        "Put the file data/keys/address.key back, or enter the secret again."
    ),
}
