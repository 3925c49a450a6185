"""What is wrong with parameters for links."""

from texts import N_

SENTENCES = {
    "utm.no_domain": N_("Say to links of which domains they are added, such as shop.example."),
    "utm.bad_domain": N_("“%(domain)s” is not a domain. It looks like shop.example."),
    "utm.too_long": N_("A parameter is longer than %(most)s characters."),
}
